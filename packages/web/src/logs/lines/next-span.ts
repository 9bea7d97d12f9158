import type { LogLine, Order } from './line.ts'

/** Nanoseconds since 1970; the end is not in it. */
export interface LineSpan {
  readonly fromNs: string
  readonly toNs: string
}

/** Lines of a page. */
export const PAGE_LINES = 500

/**
 * Where the page after this one begins; undefined after the last. It takes the last moment of this page
 * once more, because more lines of that very moment may be left; who joins the pages leaves the
 * repeated ones out.
 */
export function nextSpan(
  lines: readonly Pick<LogLine, 'timeNs'>[],
  span: LineSpan,
  order: Order,
  limit = PAGE_LINES,
): LineSpan | undefined {
  if (lines.length < limit) return undefined
  const edge = BigInt(lines.at(-1)!.timeNs)
  const isOneMoment = BigInt(lines[0]!.timeNs) === edge // a whole page of it: go on without the rest
  if (order === 'newest') {
    const toNs = isOneMoment ? edge : edge + 1n
    return toNs <= BigInt(span.fromNs) ? undefined : { fromNs: span.fromNs, toNs: String(toNs) }
  }
  const fromNs = isOneMoment ? edge + 1n : edge
  return fromNs >= BigInt(span.toNs) ? undefined : { fromNs: String(fromNs), toNs: span.toNs }
}
