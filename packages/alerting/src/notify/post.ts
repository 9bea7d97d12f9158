import { type Clock, WeirError } from '@weir/model'
import type { HttpConfig } from './http-config.ts'
import { authorizationHeader } from './http-config.ts'
import type { Fetch } from './fetch.ts'
import { type Note, type Outcome, SENT, refused, retryLater } from './outcome.ts'

/** What notifiers that speak HTTP are given. */
export interface PostContext {
  readonly fetch: Fetch
  readonly clock: Clock
}

/** Trouble of the service, too many requests, or one that it waited for too long (a sender that was held up). */
const passes = (status: number): boolean => status >= 500 || status === 429 || status === 408

export interface Post {
  /** For messages: `webhook`, `PagerDuty`. Addresses may hold secrets and are never shown. */
  readonly what: string
  readonly url: string
  readonly method?: 'GET' | 'POST' | 'PUT'
  readonly body?: string | Uint8Array
  /** JSON unless told. */
  readonly contentType?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly timeoutMs: number
  readonly http: HttpConfig | undefined
  /** Statuses that mean `later` beside those that always do. */
  readonly isRetryable?: (status: number) => boolean
  /** Texts to take out of whatever the receiver answers. */
  readonly secrets: readonly string[]
  /** Looks into a 2xx answer, for services that say no with a yes. */
  readonly judge?: (text: string) => Verdict
  /** Seconds to wait that an answer which is no 2xx asks for in its body; its header goes first. */
  readonly retryAfter?: (text: string) => number | undefined
}

/** What a 2xx answer means. */
export type Verdict =
  | { readonly kind: 'sent'; readonly note?: Note }
  | { readonly kind: 'refused' | 'retry' }

const ANSWER_SHOWN = 200
const RETRY_AFTER_MAX_MS = 3_600_000

/** Asks once. 2xx is sent; network trouble, time-outs and retryable codes are for later. */
export async function post(
  message: Post,
  { fetch, clock }: PostContext,
  signal: AbortSignal,
): Promise<Outcome> {
  const { what, url, timeoutMs, http } = message
  const done = new AbortController()
  const late = new AbortController()
  const timer = clock
    .sleep(timeoutMs, AbortSignal.any([signal, done.signal]))
    .then(() => late.abort(new Error('late')))
    .catch(() => undefined) // woken because the answer came first
  try {
    const authorization = await authorizationHeader(http)
    const answer = await fetch(url, {
      method: message.method ?? 'POST',
      headers: {
        ...(message.body === undefined
          ? {}
          : { 'content-type': message.contentType ?? 'application/json' }),
        'user-agent': 'Weir',
        ...message.headers,
        ...authorization,
      },
      ...(message.body === undefined ? {} : { body: message.body }),
      ...(http === undefined ? {} : { http }),
      signal: AbortSignal.any([signal, late.signal]),
    })
    const said = await answer.text().catch(() => '')
    const shown = redact(said, [
      ...message.secrets,
      ...secretsOfAddress(url),
      ...Object.values(authorization).flatMap((value) => [value, value.replace(/^\S+ /, '')]),
    ])
    if (answer.status >= 200 && answer.status < 300) return judged(message, said, shown)
    const why = `Cannot notify by ${what}: it answered ${answer.status}${shown && `: ${shown}`}`
    if (!passes(answer.status) && message.isRetryable?.(answer.status) !== true) return refused(why)
    const asked = answer.headers.get('retry-after') ?? String(message.retryAfter?.(said) ?? '')
    return retryLater(why, retryAfterMs(asked, clock.now()))
  } catch (cause) {
    signal.throwIfAborted()
    if (late.signal.aborted) {
      return retryLater(`Cannot notify by ${what}: no answer within ${timeoutMs / 1000} s`)
    }
    return retryLater(`Cannot notify by ${what}: ${networkReason(cause, url)}`)
  } finally {
    done.abort(new Error('done'))
    await timer
  }
}

function judged({ what, judge }: Post, said: string, shown: string): Outcome {
  const verdict = judge?.(said) ?? SENT
  if (verdict.kind === 'sent') return verdict
  const why = `Cannot notify by ${what}: it took the request and said no: ${shown}`
  return verdict.kind === 'retry' ? retryLater(why) : refused(why)
}

function redact(text: string, secrets: readonly string[]): string {
  const clean = secrets
    .filter((secret) => secret.length > 1)
    .toSorted((a, b) => b.length - a.length)
    .reduce((rest, secret) => rest.replaceAll(secret, '<secret>'), text)
  const line = clean.replace(/\s+/g, ' ').trim()
  return line.length > ANSWER_SHOWN ? `${line.slice(0, ANSWER_SHOWN)}…` : line
}

/** What of an address a receiver may say back: its path may be the password. */
function secretsOfAddress(address: string): string[] {
  const { href, username, password, pathname, search, searchParams } = new URL(address)
  const parts = [address, href, pathname + search, pathname, username, password, search]
  return [...parts, ...[...searchParams.values()].filter((value) => value.length >= 4)]
}

/** The bare reason: messages of the network libraries may quote the address. */
function networkReason(cause: unknown, address: string): string {
  if (cause instanceof WeirError) return redact(cause.message, secretsOfAddress(address))
  for (let error = cause; error instanceof Error; error = error.cause) {
    if ('code' in error && typeof error.code === 'string') return error.code
  }
  return 'the connection failed'
}

/** `Retry-After`: seconds or an HTTP date. */
function retryAfterMs(header: string, nowMs: number): number | null {
  if (header.trim() === '') return null
  const seconds = Number(header)
  const ms = Number.isNaN(seconds) ? Date.parse(header) - nowMs : seconds * 1000
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), RETRY_AFTER_MAX_MS) : null
}
