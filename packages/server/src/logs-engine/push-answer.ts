/** What an engine answered to lines. */
export interface PushAnswer {
  readonly status: number
  readonly retryAfter: string
  /** The beginning of its body. */
  readonly text: string
}

/** What that means for the lines. */
export type PushOutcome =
  | { readonly kind: 'sent' }
  /** To be sent again as they are; `afterMs`: when the engine said so. */
  | { readonly kind: 'retry'; readonly why: string; readonly afterMs: number | undefined }
  /** Some of them will never be taken. */
  | { readonly kind: 'refused'; readonly why: string; readonly reason: RefusedReason }

/** Why lines are refused for good, as Loki counts it too. */
export const REFUSED_REASONS = [
  'too_old',
  'too_far_behind',
  'too_far_in_future',
  'line_too_long',
  'bad_labels',
  'too_much_metadata',
  'stream_limit',
  'request_too_large',
  'other',
] as const

type RefusedReason = (typeof REFUSED_REASONS)[number]

/** Loki's own sentences; other engines have none of them. */
const REASONS: readonly (readonly [RefusedReason, RegExp])[] = [
  ['too_old', /timestamp too old/i],
  ['too_far_behind', /too far behind|out of order/i],
  ['too_far_in_future', /timestamp too new/i],
  ['line_too_long', /max(?:imum)? entry size|line too long/i],
  ['too_much_metadata', /structured metadata/i],
  ['stream_limit', /active stream limit exceeded/i],
  ['bad_labels', /label|missing labels|stream .* has \d+/i],
]

/** Longest pause that an engine may ask for: a wrong header must not stop a queue for days. */
const RETRY_AFTER_MAX_MS = 300_000

/**
 * Loki takes the good lines of a request and answers 400 for the others, so what it refuses is not sent again as
 * it is. 429 is a rate, and passes; that there are too many streams does not. Whatever speaks of the way there
 * (credentials, paths, redirects) is mended by people: lines wait for that.
 *
 * @see grafana/loki:pkg/validation/validate.go
 */
export function judgePush({ status, retryAfter, text }: PushAnswer, nowMs: number): PushOutcome {
  if (status >= 200 && status < 300) return { kind: 'sent' }
  const shown = text.trim().slice(0, 300)
  const why = `it answered ${status}${shown === '' ? '' : `: ${shown}`}`
  const found = REASONS.find(([, sentence]) => sentence.test(text))?.[0] ?? 'other'
  if (status === 413) return { kind: 'refused', why, reason: 'request_too_large' }
  if (status === 400 || status === 422) return { kind: 'refused', why, reason: found }
  if (status === 429 && found === 'stream_limit') return { kind: 'refused', why, reason: found }
  return { kind: 'retry', why, afterMs: afterMs(retryAfter, nowMs) }
}

/** Seconds or a date, as HTTP has it. */
function afterMs(text: string, nowMs: number): number | undefined {
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - nowMs
  return ms > 0 ? Math.min(ms, RETRY_AFTER_MAX_MS) : undefined
}
