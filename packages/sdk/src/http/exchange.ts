import { type Agent, type IncomingHttpHeaders, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'

export interface Exchange {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
  readonly timeoutMs: number
  readonly signal?: AbortSignal
  readonly agent?: Agent
}

/** What came of a POST; a connection that failed is an answer too, not an exception. */
export type Answer =
  | {
      readonly kind: 'answered'
      readonly status: number
      readonly headers: IncomingHttpHeaders
      readonly text: string
    }
  | { readonly kind: 'failed'; readonly why: string }

/** Longer answers are cut: nobody who answers here has more to say. */
const ANSWER_CHARS_MAX = 4 * 1024 * 1024

/**
 * One POST by `node:http`, whose sockets can be told not to keep the process alive, as those of `fetch`
 * cannot. Whoever waits for it and wants the process to live on holds it by a timer.
 */
export function exchange({
  url,
  headers,
  body,
  timeoutMs,
  signal,
  agent,
}: Exchange): Promise<Answer> {
  const send = url.protocol === 'https:' ? requestHttps : requestHttp
  return new Promise((resolve) => {
    const request = send(url, {
      method: 'POST',
      headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) },
      ...(signal === undefined ? {} : { signal }),
      ...(agent === undefined ? {} : { agent }),
    })
    const timer = setTimeout(() => {
      request.destroy(new Error(`no answer within ${timeoutMs} ms`))
    }, timeoutMs)
    timer.unref()
    const settle = (answer: Answer): void => {
      clearTimeout(timer)
      resolve(answer)
    }
    const fail = (error: Error): void => settle({ kind: 'failed', why: error.message })
    request.on('socket', (socket) => socket.unref())
    request.on('error', fail)
    request.on('response', (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (part: string) => {
        if (text.length < ANSWER_CHARS_MAX) text += part
      })
      response.on('error', fail)
      response.on('end', () => {
        const { statusCode: status = 0, headers: told } = response
        settle({ kind: 'answered', status, headers: told, text })
      })
    })
    request.end(body)
  })
}

/**
 * Whether the same bytes may be taken later: nobody answered, had room or time, or knew who sends. A token that is
 * being exchanged must not cost what was measured meanwhile.
 */
export function isForNow(answer: Answer): boolean {
  return answer.kind === 'failed' || FOR_NOW.has(answer.status) || answer.status >= 500
}

const FOR_NOW: ReadonlySet<number> = new Set([401, 403, 408, 429])

/** What `Retry-After` asks for, in ms; undefined when it says nothing that can be read. */
export function retryAfterMs(headers: IncomingHttpHeaders): number | undefined {
  const seconds = Number(headers['retry-after'])
  return seconds > 0 ? seconds * 1000 : undefined
}

/**
 * The pause after so many failures in a row: doubled each time, and between half and all of that, so that a
 * hundred processes do not come back in one moment.
 */
export function backoffMs(failures: number, firstMs: number, lastMs: number): number {
  const doubled = Math.min(firstMs * 2 ** Math.min(failures - 1, 20), lastMs)
  return doubled * (0.5 + Math.random() / 2)
}

/** A path at Weir, below whatever path its address has. */
export function weirUrl(address: string | URL, path: string): URL {
  const url = new URL(address)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new TypeError(`Cannot use "${url.protocol}//" for Weir: want http:// or https://`)
  }
  url.pathname = `${url.pathname.replace(/\/+$/, '')}${path}`
  return url
}

/** Name and password of an address as the header that they mean; they are taken out of the address. */
export function takeCredentials(url: URL): Readonly<Record<string, string>> {
  if (url.username === '' && url.password === '') return {}
  const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
  url.username = ''
  url.password = ''
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }
}
