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
    // 3.7, 3.14: info() finds other labels where series come and go, and beside `@` or `offset`.
    if (expr.includes('info(') && /multiple|duplicate/.test(ours.message)) return true
    // 3.10: info() and subqueries pass on that a name is to go.
    if (/info\(|last_over_time/.test(expr) && ours.message.startsWith('vector cannot contain'))
      return true
    // 3.9: pairs that a comparison drops count as matches too.
    return /[<>=]=?|!=/.test(expr) && ours.message.startsWith('multiple matches for labels: ')
  }
  // 3.7: info() takes the labels of the right series where series come and go.
  if (
    expr.includes('info(') &&
    /^conflicting label: |multiple|duplicate/.test(theirs.error ?? '')
  ) {
    return true
  }
  // 3.9: series that become equal but never meet are joined.
  return (
    theirs.error === 'vector cannot contain metrics with the same labelset' &&
    /[^a-z]or[^a-z]|label_replace|label_join|-[({a-z]|info\(/.test(expr)
  )
}

/** Whether values may differ. */
export function isKnownValue(expr: string, isRange: boolean, delaysNames: boolean): boolean {
  return (
    // 3.14: a NaN in the window makes the deviation NaN.
    (expr.includes('mad_over_time') && /odd|NaN|Inf|ln|log|sqrt|\^|\/|%/.test(expr)) ||
    // 3.6: gauges near zero are not followed below it.
    /(?:rate|increase)\((?:load|\{)/.test(expr) ||
    // 3.8: the average of infinities is one.
    (/avg/.test(expr) && /\/ 0(?:$|\))/.test(expr)) ||
    // 3.7: info() takes the labels of the right series where series come and go.
    (expr.includes('info(') && (isRange || expr.includes(':'))) ||
    // 3.14: `@` and `offset` within info() hold for the info series too.
    /info\(.*(?:@|offset)/.test(expr) ||
    // 3.10: subqueries and info() pass on that a name is to go.
    (delaysNames && /info\(|\(last_over_time|^last_over_time/.test(expr)) ||
    // 3.14: conditions on names do not count as conditions on labels.
    /info\(.*__name__/.test(expr) ||
    // Of histograms that count below zero no quantile has a meaning; ours passes empty buckets over.
    (expr.includes('histogram_quantile') && /[ (,]-(?:\(|\w+\(|load|drift|size)/.test(expr)) ||
    // The variance of moments, whose squares leave no digits for it.
    (/std(?:dev|var)/.test(expr) && /time(?:stamp)?\(|ts_of/.test(expr)) ||
    // What is left over when a huge number is divided is the rounding of that number.
    (expr.includes('%') && /\^|exp\(/.test(expr))
  )
}

/** An annotation as both sides say it, '' where only the newer one does. */
export function commonAnnotation(text: string): string {
  // 3.12: sorting that has no effect is told.
  if (/sort is ineffective for range queries/.test(text)) return ''
  return (
    text
      // With the name kept longer, the same words for two places are one, and the last place stays.
      .replace(/(mix of histograms and floats for metric name ".+?") \(\d+:\d+\)$/, '$1')
      .replace('not set to "counter" or "histogram"', 'not set to "counter"')
      // 3.10: how much, where and when; 3.7: no name where it was dropped.
      .replace(/, from buckets .* to \d{4}-[^ ]*Z/, '')
      .replace(
        /(#histogram_quantile\)|malformed value of ".*?"|classic and native histograms) for metric name ".*?"/,
        '$1',
      )
  )
}
