import type { WeirError } from '@weir/model'
import type { PeerAnswer } from './prometheus.ts'

/**
 * Where Weir follows Prometheus 3.14 and the Prometheus beside it is 3.5: what was put right in between.
 * Each entry is as narrow as it can be; anything else that differs is a fault.
 *
 * @see prometheus:CHANGELOG.md
 */

/** Whether a failure on one side only is a known one. */
export function isKnownFailure(
  expr: string,
  theirs: PeerAnswer,
  ours: WeirError | undefined,
): boolean {
  if (ours !== undefined && theirs.status !== 'error') {
    // 3.9: pairs that a comparison drops count as matches too.
    return /[<>=]=?|!=/.test(expr) && ours.message.startsWith('multiple matches for labels: ')
  }
  if (ours === undefined && theirs.status === 'error') {
    // 3.9: series that become equal but never meet are joined.
    return (
      theirs.error === 'vector cannot contain metrics with the same labelset' &&
      /label_replace|label_join|-[({a-z]/.test(expr)
    )
  }
  return false
}

/** Whether values may differ. */
export function isKnownValue(expr: string): boolean {
  // 3.14: a NaN in the window makes the deviation NaN.
  return /mad_over_time\(\(?odd/.test(expr)
}

/** An annotation as both sides say it, '' where only the newer one does. */
export function commonAnnotation(text: string): string {
  // 3.12: sorting that has no effect is told.
  if (/sort is ineffective for range queries/.test(text)) return ''
  return (
    text
      // 3.10: how much, where and when; 3.7: no name where it was dropped.
      .replace(/, from buckets .* to \d{4}-[^ ]*Z/, '')
      .replace(
        /(#histogram_quantile\)|NaN observations, .*?|malformed value of ".*?"|classic and native histograms) for metric name ".*?"/,
        '$1',
      )
  )
}
