import { WeirError } from '@weir/model'
import { request } from 'undici'

/** An answer of `query` or `query_range` of Loki's API. */
export interface LokiReply {
  readonly data: {
    readonly resultType: 'streams' | 'matrix' | 'vector' | 'scalar'
    readonly result: readonly LokiStream[]
  }
}

export interface LokiStream {
  readonly stream: Readonly<Record<string, string>>
  readonly values: readonly LokiEntry[]
}

type LokiEntry = readonly [
  ns: string,
  line: string,
  beside?: {
    readonly structuredMetadata?: Readonly<Record<string, string>>
    readonly parsed?: Readonly<Record<string, string>>
  },
]

/**
 * Asks Loki's API of a running Weir.
 *
 * @param path after `/loki/api/v1/`
 * @throws {WeirError} `SERVER_AWAY`; `SERVER_REFUSED` with what the server says
 */
export async function askLoki<T>(
  server: string,
  path: string,
  params: Readonly<Record<string, string>>,
): Promise<T> {
  return askForm<T>(server, `/loki/api/v1/${path}`, params)
}

/** The same for any path; the form is POSTed, since queries can be longer than a URL may be. */
export async function askForm<T>(
  server: string,
  path: string,
  params: Readonly<Record<string, string>>,
): Promise<T> {
  const { url, body } = await postForm(server, path, params)
  const text = await body.text()
  try {
    return JSON.parse(text) as T
  } catch {
    throw new WeirError('SERVER_REFUSED', `${url.origin} does not answer as Weir does`)
  }
}

/** The body of an answer that is good, to be read as it comes. */
export async function postForm(
  server: string,
  path: string,
  params: Readonly<Record<string, string>>,
): Promise<{
  readonly url: URL
  readonly body: Awaited<ReturnType<typeof request>>['body']
}> {
  const url = serverUrl(server, path)
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'x-loki-response-encoding-flags': 'categorize-labels',
  }
  const form = new URLSearchParams(params).toString()
  let answer: Awaited<ReturnType<typeof request>>
  try {
    answer = await request(url, { method: 'POST', headers, body: form, bodyTimeout: 0 })
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new WeirError(
      'SERVER_AWAY',
      `Cannot ask ${url.origin}: ${why}; is Weir running there? (--server says where)`,
    )
  }
  const { statusCode, body } = answer
  if (statusCode >= 200 && statusCode < 300) return { url, body }
  throw new WeirError(
    'SERVER_REFUSED',
    whyOf(await body.text()) || `${url.origin} answers ${statusCode}`,
  )
}

/** @throws {WeirError} `SERVER_REFUSED` where the address is none */
export function serverUrl(server: string, path: string): URL {
  if (/^https?:/.test(server) && URL.canParse(path, server)) return new URL(path, server)
  throw new WeirError(
    'SERVER_REFUSED',
    `Cannot use --url ${JSON.stringify(server)}: want an address such as http://127.0.0.1:9347`,
  )
}

/** Loki's API says what is wrong as plain text, Weir's own as JSON. */
function whyOf(text: string): string {
  try {
    return (JSON.parse(text) as { readonly error?: string }).error ?? text
  } catch {
    return text.trim()
  }
}
