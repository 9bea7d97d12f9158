import { durationMs, stepSeconds } from '../../time/range.ts'

/** More points than this are too many for a chart. */
const POINTS_MAX = 600

/**
 * The step of a query's answer, in seconds: what the query counts over, so that each line is counted
 * once, where that gives a chart; else one that fits the range.
 */
export function stepFor(query: string, fromMs: number, toMs: number): number {
  const over = durationMs(/\[\s*([0-9a-z]+)\s*\]/.exec(query)?.[1] ?? '')
  if (over === undefined || over < 1000 || (toMs - fromMs) / over > POINTS_MAX) {
    return stepSeconds(fromMs, toMs, 200)
  }
  return over * 3 > toMs - fromMs ? stepSeconds(fromMs, toMs, 200) : over / 1000
}

/**
 * A query for lines so that its lines can be counted: lines that a parser could not read are lines too, but
 * who counts them is refused.
 */
export function countable(query: string): string {
  return /\|\s*(?:json|logfmt|unpack|regexp|pattern)\b/.test(query)
    ? `${query} | drop __error__, __error_details__`
    : query
}

/** Whether a query counts lines, so that no value means none of them. */
export function isCount(query: string): boolean {
  return (
    /\b(count_over_time|rate|bytes_over_time|bytes_rate)\b/.test(query) && !/\bunwrap\b/.test(query)
  )
}
