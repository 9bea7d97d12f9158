import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { HttpClient, type HttpClientConfig, httpClientConfig } from '@weir/fetch'
import { WeirError } from '@weir/model'
import { type Dispatcher, setGlobalDispatcher } from 'undici'

/** How a command gets in at the Weir that it asks. */
export interface ConnectionOptions {
  readonly token?: string | undefined
  readonly tokenFile?: string | undefined
  readonly caFile?: string | undefined
  readonly certFile?: string | undefined
  readonly keyFile?: string | undefined
  readonly insecureSkipVerify?: boolean | undefined
  /** As promtool and amtool have it. */
  readonly 'http.config.file'?: string | undefined
}

/**
 * From now on every request of this process goes out with the token, and over TLS as it was asked for. A process asks
 * one Weir, so one dispatcher holds for all; redirects are not followed, so the token goes nowhere else. Files are read
 * anew at each request: a command that goes on for days hears of a token that was exchanged.
 *
 * @throws {WeirError} `SERVER_REFUSED` for files that cannot be read
 */
export async function connectWith(
  options: ConnectionOptions,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<void> {
  const file = options['http.config.file']
  const { tls, authorization } = ofFlags(options, environment)
  if (file === undefined && tls === undefined && authorization === undefined) return
  const flag = '--http.config.file'
  const common = file === undefined ? httpClientConfig.parse({}) : await readConfig(flag, file)
  const config: HttpClientConfig = {
    ...common,
    ...(authorization === undefined ? {} : { ...NOT_OTHERWISE, authorization }),
    tls_config: { ...UNTOLD, ...common.tls_config, ...tls },
  }
  setGlobalDispatcher(await dispatcherOf(config))
}

/**
 * How to ask somebody else than that Weir: as a file says that is written like the one of `--http.config.file`.
 *
 * @throws {WeirError} `SERVER_REFUSED` for a file that cannot be read
 */
export async function dispatcherOfFile(flag: string, file: string): Promise<Dispatcher> {
  return dispatcherOf(await readConfig(flag, file))
}

async function dispatcherOf(config: HttpClientConfig): Promise<Dispatcher> {
  try {
    return (await HttpClient.open(config)).dispatcher
  } catch (error) {
    throw new WeirError('SERVER_REFUSED', `Cannot use TLS as told: ${(error as Error).message}`)
  }
}

/** A token of the command line takes the place of whatever else the file says of who asks. */
const NOT_OTHERWISE = {
  basic_auth: undefined,
  bearer_token: undefined,
  bearer_token_file: undefined,
  oauth2: undefined,
}
const UNTOLD = { insecure_skip_verify: false }

/** What flags and environment say; a flag wins over the file of configuration. */
function ofFlags(
  options: ConnectionOptions,
  environment: Readonly<Record<string, string | undefined>>,
): {
  readonly tls: Partial<NonNullable<HttpClientConfig['tls_config']>> | undefined
  readonly authorization: HttpClientConfig['authorization']
} {
  const { token, tokenFile, caFile, certFile, keyFile, insecureSkipVerify = false } = options
  const tls = {
    ...(caFile === undefined ? {} : { ca_file: readable('--ca-file', caFile) }),
    ...(certFile === undefined ? {} : { cert_file: readable('--cert-file', certFile) }),
    ...(keyFile === undefined ? {} : { key_file: readable('--key-file', keyFile) }),
    ...(insecureSkipVerify ? { insecure_skip_verify: true } : {}),
  }
  const hasTls = Object.keys(tls).length > 0
  return { tls: hasTls ? tls : undefined, authorization: authorizationOf() }

  /** As flag, file or environment say, in this order. */
  function authorizationOf(): HttpClientConfig['authorization'] {
    const type = 'Bearer'
    if (token !== undefined) return { type, credentials: token }
    if (tokenFile !== undefined) {
      return { type, credentials_file: readable('--token-file', tokenFile) }
    }
    // Where a file of configuration says who asks, what lies about in the environment does not.
    const lying = options['http.config.file'] === undefined ? environment['WEIR_TOKEN'] : undefined
    return lying === undefined || lying === '' ? undefined : { type, credentials: lying }
  }
}

function readable(flag: string, file: string): string {
  read(flag, file)
  return resolve(file)
}

/** Loads the server's reader only where there is something for it. */
async function readConfig(flag: string, file: string): Promise<HttpClientConfig> {
  read(flag, file)
  const { readHttpConfig } = await import('@weir/server')
  return readHttpConfig(file)
}

function read(flag: string, file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const why = (error as Error).message
    throw new WeirError('SERVER_REFUSED', `Cannot use ${flag} ${JSON.stringify(file)}: ${why}`)
  }
}
