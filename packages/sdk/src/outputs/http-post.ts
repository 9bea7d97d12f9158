import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'

export interface Post {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  readonly timeoutMs: number
}

/** What became of a POST. Answers are data here, not exceptions: each has its own next step. */
export type PostOutcome =
  | { readonly kind: 'taken' }
  /** Worth another try: no connection, no answer in time, 429, 5xx. */
  | { readonly kind: 'later'; readonly why: string; readonly afterMs?: number }
  /** The same bytes would be refused again. */
  | { readonly kind: 'refused'; readonly why: string }

/** Of an answer's text, enough to say why; the rest is read over. */
const ANSWER_BYTES_MAX = 500

/**
 * One POST. By `node:http` and not `fetch`, because its sockets can be told not to keep the process
 * alive: a pipeline that is done ends, whether or not its receiver answers.
 */
export function post({ url, headers, body, timeoutMs }: Post): Promise<PostOutcome> {
  const send = url.protocol === 'https:' ? requestHttps : requestHttp
  return new Promise((resolve) => {
    const request = send(url, {
      method: 'POST',
      headers: { ...headers, 'content-length': String(body.byteLength) },
    })
    const timer = setTimeout(() => {
      request.destroy(new Error(`no answer within ${timeoutMs} ms`))
    }, timeoutMs)
    timer.unref()
    const settle = (outcome: PostOutcome): void => {
      clearTimeout(timer)
      resolve(outcome)
    }
    request.on('socket', (socket) => socket.unref())
    request.on('error', (error) => settle({ kind: 'later', why: error.message }))
    request.on('response', (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (part: string) => {
        if (text.length < ANSWER_BYTES_MAX) text += part
      })
      response.on('end', () => settle(outcomeOf(response, text.slice(0, ANSWER_BYTES_MAX))))
      response.on('error', (error) => settle({ kind: 'later', why: error.message }))
    })
    request.end(body)
  })
}

function outcomeOf(response: IncomingMessage, text: string): PostOutcome {
  const status = response.statusCode ?? 0
  if (status >= 200 && status < 300) return { kind: 'taken' }
  const why = `answer ${status}${text === '' ? '' : `: ${text.trim()}`}`
  const isLater = status === 408 || status === 429 || status >= 500
  if (!isLater) return { kind: 'refused', why }
  const seconds = Number(response.headers['retry-after'])
  return seconds > 0 ? { kind: 'later', why, afterMs: seconds * 1000 } : { kind: 'later', why }
}
