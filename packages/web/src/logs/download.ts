import type { TimeRange } from '../time/range.ts'
import { exactTime } from './lines/line-time.ts'
import { type LogLine, type Order, joined } from './lines/line.ts'
import { type LineSpan, nextSpan } from './lines/next-span.ts'
import { askLines, spanOf } from './logs-queries.ts'

/** Lines of one request: the most that Loki's API gives. */
const PAGE = 5000

/** Lines of a file; what is more is better asked for with `weir logs`. */
export const DOWNLOAD_MAX = 50_000

/** A line as a line of NDJSON: all that is known of it, and the line as it came. */
export function ndjsonOf(line: LogLine): string {
  const { detected_level: _, ...metadata } = line.metadata
  return JSON.stringify({
    time: exactTime(line.timeNs),
    level: line.level,
    labels: line.labels,
    ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
    line: line.text,
  })
}

/** All lines of a query, page after page, as NDJSON. */
export async function downloadLines(
  wanted: { readonly query: string; readonly range: TimeRange; readonly order: Order },
  onProgress: (count: number) => void,
  signal: AbortSignal,
): Promise<{ readonly text: string; readonly isWhole: boolean }> {
  let lines: LogLine[] = []
  let span: LineSpan | undefined = spanOf(wanted.range)
  while (span !== undefined && lines.length < DOWNLOAD_MAX) {
    const page = await askLines(wanted.query, span, wanted.order, PAGE, signal)
    lines = joined(lines, page.lines)
    span = nextSpan(page.lines, page.span, wanted.order, PAGE)
    onProgress(lines.length)
  }
  return { text: lines.map((line) => `${ndjsonOf(line)}\n`).join(''), isWhole: span === undefined }
}

/** Gives a text to the browser as a file. */
export function saveText(text: string, name: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/x-ndjson' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // The browser reads it after this turn.
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
