import { type Answer, isForNow, retryAfterMs } from '../http/exchange.ts'

/** What became of a POST. Answers are data here, not exceptions: each has its own next step. */
export type PostOutcome =
  | { readonly kind: 'taken' }
  /** Worth another try: no connection, no answer in time, not let in, 429, 5xx. */
  | { readonly kind: 'later'; readonly why: string; readonly afterMs?: number }
  /** The same bytes would be refused again. */
  | { readonly kind: 'refused'; readonly why: string }

/** Of an answer's text, enough to say why. */
const WHY_CHARS_MAX = 500

export function outcomeOf(answer: Answer): PostOutcome {
  if (answer.kind === 'failed') return { kind: 'later', why: answer.why }
  const { status, headers, text } = answer
  if (status >= 200 && status < 300) return { kind: 'taken' }
  const told = text.slice(0, WHY_CHARS_MAX).trim()
  const why = `answer ${status}${told === '' ? '' : `: ${told}`}`
  if (!isForNow(answer)) return { kind: 'refused', why }
  const afterMs = retryAfterMs(headers)
  return afterMs === undefined ? { kind: 'later', why } : { kind: 'later', why, afterMs }
}
