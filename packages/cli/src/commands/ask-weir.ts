import { WeirError } from '@weir/model'
import { request } from 'undici'

/**
 * Asks the API of a running Weir; with a form it POSTs.
 *
 * @throws {WeirError} `SERVER_AWAY`; `RULES_INVALID` with what the server says
 */
export async function askWeir<T>(
  server: string,
  path: string,
  form?: Readonly<Record<string, string>>,
): Promise<T> {
  const url = new URL(`/api/weir/v1/${path}`, server)
  const post = {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(form).toString(),
  } as const
  let statusCode: number
  let reply: T & { readonly error?: string }
  try {
    const answer = await request(url, form === undefined ? {} : post)
    statusCode = answer.statusCode
    reply = (await answer.body.json()) as typeof reply
  } catch (error) {
    throw serverAway(url, error)
  }
  if (statusCode === 200) return reply
  throw new WeirError('RULES_INVALID', reply.error ?? `${url.origin} answers ${statusCode}`)
}

/** What came back, whatever it says. */
export interface Answered<T> {
  readonly status: number
  readonly reply: T
  /** What is wrong, in the words of the server; '' where nothing is. */
  readonly problem: string
}

/**
 * Asks a running Weir by method and path, with JSON both ways.
 *
 * @throws {WeirError} `SERVER_AWAY`; `SERVER_REFUSED` with what the server says
 */
export async function tellWeir<T>(
  server: string,
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  said?: object,
): Promise<T> {
  const { status, reply, problem } = await tryWeir<T>(server, method, path, said)
  if (status === 200) return reply
  throw new WeirError('SERVER_REFUSED', problem)
}

/** The same with a text that the server reads itself. */
export async function tellWeirText<T>(server: string, path: string, said: string): Promise<T> {
  const { status, reply, problem } = await tryWeir<T>(server, 'POST', path, said)
  if (status === 200) return reply
  throw new WeirError('SERVER_REFUSED', problem)
}

/**
 * The same for those who want to know what went wrong.
 *
 * @throws {WeirError} `SERVER_AWAY`, `SERVER_REFUSED` where the address is none
 */
export async function tryWeir<T>(
  server: string,
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  said?: object | string,
): Promise<Answered<T>> {
  const url = addressOf(path, server)
  const isText = typeof said === 'string'
  const headers = { 'content-type': isText ? 'application/octet-stream' : 'application/json' }
  let status: number
  let text: string
  try {
    const body = isText ? said : JSON.stringify(said)
    const sent = said === undefined ? { method } : { method, headers, body }
    const answer = await request(url, sent)
    status = answer.statusCode
    text = await answer.body.text()
  } catch (error) {
    throw serverAway(url, error)
  }
  if (status !== 200) {
    const problem = whyOf(text) ?? `${url.origin} answers ${status}`
    return { status, reply: undefined as T, problem }
  }
  return { status, reply: (text === '' ? undefined : JSON.parse(text)) as T, problem: '' }
}

function addressOf(path: string, server: string): URL {
  if (/^https?:/.test(server) && URL.canParse(path, server)) return new URL(path, server)
  throw new WeirError(
    'SERVER_REFUSED',
    `Cannot use --url ${JSON.stringify(server)}: want an address such as http://127.0.0.1:9347`,
  )
}

/** Alertmanager's API answers with a text, Weir's own with an object, and what stands between with anything. */
function whyOf(text: string): string | undefined {
  try {
    const reply = JSON.parse(text) as
      | string
      | { readonly error?: string; readonly message?: string }
    return typeof reply === 'string' ? reply : (reply.error ?? reply.message)
  } catch {
    return undefined
  }
}

function serverAway(url: URL, error: unknown): WeirError {
  const why = error instanceof Error ? error.message : String(error)
  return new WeirError(
    'SERVER_AWAY',
    `Cannot ask ${url.origin}: ${why}; is Weir running there? (--server says where)`,
  )
}
