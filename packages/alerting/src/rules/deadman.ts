import { formatDuration, parseSelector } from '@weir/promql'

/** How long a series that fell silent is missed before it counts as gone. */
export const DEADMAN_REMEMBER_MS = 86_400_000

export interface Deadman {
  /** A selector of what should keep coming. */
  readonly of: string
  /** Fires after that long without a sample; ms, 0 when not asked. */
  readonly silent: number
  /** Fires after that long without a counter going up; ms, 0 when not asked. */
  readonly still: number
  readonly remember: number
  /** One alert for each set of these labels; none: for each series. */
  readonly by: readonly string[]
}

/**
 * The expression behind `deadman`: whatever was there within `remember`, but for that which moved. It is
 * plain PromQL, so that the rule can be written out for Prometheus.
 *
 * @throws {Error} in words for people
 */
export function deadmanExpr({ of, silent, still, remember, by }: Deadman): string {
  if (of === '') throw new Error('want of: a selector of what should keep coming')
  parseSelector(of) // throws what is wrong with it
  if ((silent === 0) === (still === 0)) throw new Error('want either silent or still')
  const quietMs = Math.max(silent, still)
  if (remember <= quietMs) {
    throw new Error(`want remember longer than ${formatDuration(quietMs)}`)
  }
  const grouped = (op: string, expr: string): string =>
    by.length === 0 ? expr : `${op} by (${by.join(', ')}) (${expr})`
  const quiet = formatDuration(quietMs)
  // A counter that was just born has not stood still yet.
  const then = still > 0 ? ` offset ${quiet}` : ''
  const known = grouped('group', `last_over_time(${of}[${formatDuration(remember)}]${then})`)
  const moved =
    silent > 0
      ? grouped('group', `last_over_time(${of}[${quiet}])`)
      : `(${grouped('sum', `increase(${of}[${quiet}])`)} > 0)`
  return `${known} unless ${moved}`
}
