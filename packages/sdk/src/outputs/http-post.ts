import { type Answer, type Exchange, exchange, retryAfterMs } from '../http/exchange.ts'

/** What became of a POST. Answers are data here, not exceptions: each has its own next step. */
export type PostOutcome =
  | { readonly kind: 'taken' }
  /** Worth another try: no connection, no answer in time, 429, 5xx. */
  | { readonly kind: 'later'; readonly why: string; readonly afterMs?: number }
  /** The same bytes would be refused again. */
  | { readonly kind: 'refused'; readonly why: string }

/** Of an answer's text, enough to say why. */
const WHY_CHARS_MAX = 500

/** One POST. A pipeline that is done ends, whether or not its receiver answers. */
export async function post(request: Exchange): Promise<PostOutcome> {
  return outcomeOf(await exchange(request))
}

function outcomeOf(answer: Answer): PostOutcome {
  if (answer.kind === 'failed') return { kind: 'later', why: answer.why }
  const { status, headers, text } = answer
  if (status >= 200 && status < 300) return { kind: 'taken' }
  const told = text.slice(0, WHY_CHARS_MAX).trim()
  const why = `answer ${status}${told === '' ? '' : `: ${told}`}`
  const isLater = status === 408 || status === 429 || status >= 500
  if (!isLater) return { kind: 'refused', why }
  const afterMs = retryAfterMs(headers)
  return afterMs === undefined ? { kind: 'later', why } : { kind: 'later', why, afterMs }
}
