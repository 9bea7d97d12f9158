import { readFileSync } from 'node:fs'
import { WeirError } from '@weir/model'
import { Agent, type Dispatcher, setGlobalDispatcher } from 'undici'

/** How a command gets in at the Weir that it asks. */
export interface ConnectionOptions {
  readonly token?: string | undefined
  readonly tokenFile?: string | undefined
  readonly caFile?: string | undefined
  readonly certFile?: string | undefined
  readonly keyFile?: string | undefined
  readonly insecureSkipVerify?: boolean | undefined
}

/**
 * From now on every request of this process goes out with the token, and over TLS as it was asked for. A process asks
 * one Weir, so one dispatcher holds for all; redirects are not followed, so the token goes nowhere else.
 *
 * @throws {WeirError} `SERVER_REFUSED` for files that cannot be read
 */
export function connectWith(options: ConnectionOptions, environment = process.env): void {
  const { caFile, certFile, keyFile, insecureSkipVerify = false } = options
  const token = tokenOf(options, environment)
  const hasTls = [caFile, certFile, keyFile].some((file) => file !== undefined)
  if (token === '' && !hasTls && !insecureSkipVerify) return
  const agent = new Agent({
    connect: {
      ...(caFile === undefined ? {} : { ca: read('--ca-file', caFile) }),
      ...(certFile === undefined ? {} : { cert: read('--cert-file', certFile) }),
      ...(keyFile === undefined ? {} : { key: read('--key-file', keyFile) }),
      rejectUnauthorized: !insecureSkipVerify,
    },
  })
  setGlobalDispatcher(token === '' ? agent : agent.compose(withToken(token)))
}

/** The token as flag, file or environment say, in this order; '' for none. */
function tokenOf(
  { token, tokenFile }: ConnectionOptions,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  if (token !== undefined) return token
  if (tokenFile !== undefined) return read('--token-file', tokenFile).trim()
  return environment['WEIR_TOKEN'] ?? ''
}

function withToken(token: string): Dispatcher.DispatcherComposeInterceptor {
  const authorization = `Bearer ${token}`
  return (dispatch) => (options, handler) =>
    dispatch({ ...options, headers: added(options.headers, authorization) }, handler)
}

/** Headers come as an object, as a flat list or as pairs; requests of ours and WebSockets use the first two. */
function added(
  headers: Dispatcher.DispatchOptions['headers'],
  authorization: string,
): string[] | Record<string, string> {
  if (Array.isArray(headers)) return [...headers, 'authorization', authorization]
  return { ...(headers as Record<string, string> | null | undefined), authorization }
}

function read(flag: string, file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const why = (error as Error).message
    throw new WeirError('SERVER_REFUSED', `Cannot use ${flag} ${JSON.stringify(file)}: ${why}`)
  }
}
