import {
  type Appender,
  Labels,
  type MetricMetadata,
  type RejectReason,
  WeirError,
} from '@weir/model'
import { ExpositionPage, SeriesTable, parseOpenMetrics, parseText } from '@weir/wire'

/** `openmetrics`: OpenMetrics 1.0, times in seconds. `text`: Prometheus text, times in milliseconds. */
export const IMPORT_FORMATS = ['openmetrics', 'text'] as const
export type ImportFormat = (typeof IMPORT_FORMATS)[number]

/** What became of a page of old samples. */
export interface ImportResult {
  readonly appended: number
  readonly rejected: Readonly<Partial<Record<RejectReason, number>>>
  /** A series of which something was refused, '' when nothing was. */
  readonly example: string
  /** Time of the oldest sample, ms; null when there was none. */
  readonly oldestMs: number | null
}

/**
 * Takes in a page of old samples, each with its time: all lines of it or none, and only then comes
 * the answer. Sent again it changes nothing.
 *
 * @param firstLine the number of its first line, for those who send a file in pieces
 * @throws {WeirError} `IMPORT_LINE` naming the line; what the appender throws
 */
export async function importPage(
  bytes: Uint8Array,
  format: ImportFormat,
  firstLine: number,
  appender: Appender,
): Promise<ImportResult> {
  const page = new ExpositionPage()
  const table = new SeriesTable()
  const parse = format === 'openmetrics' ? parseOpenMetrics : parseText
  const fault = parse(bytes, table, page)
  if (fault !== undefined) throw badLine(firstLine + fault.line - 1, fault.reason)
  const timeless = page.times.subarray(0, page.length).findIndex(Number.isNaN)
  if (timeless >= 0) {
    throw badLine(firstLine + lineOfSample(bytes, timeless) - 1, 'want a time after the value')
  }
  const refs = Array.from({ length: table.size }, (_, n) => appender.ref(labelsOf(table.pairs(n))))
  let oldestMs = Number.POSITIVE_INFINITY
  for (let i = 0; i < page.length; i++) {
    const time = page.times[i]!
    appender.append(refs[page.series[i]!]!, time, page.values[i]!)
    if (time < oldestMs) oldestMs = time
  }
  describe(page, bytes, appender)
  const { appended, rejected, example } = await appender.commit()
  for (const ref of refs) appender.release(ref)
  return { appended, rejected, example, oldestMs: page.length === 0 ? null : oldestMs }
}

function badLine(line: number, reason: string): WeirError {
  return new WeirError('IMPORT_LINE', `Cannot import line ${line}: ${reason}`)
}

/** A label with an empty value is one that is not there. */
function labelsOf(pairs: readonly string[]): Labels {
  const kept: string[] = []
  for (let i = 0; i < pairs.length; i += 2) {
    if (pairs[i + 1] !== '') kept.push(pairs[i]!, pairs[i + 1]!)
  }
  return Labels.fromFlat(kept)
}

function describe(page: ExpositionPage, bytes: Uint8Array, appender: Appender): void {
  const found = new Map<string, MetricMetadata>()
  for (const { kind, name, text } of page.metadata(bytes)) {
    const known = found.get(name) ?? { type: 'unknown', help: '', unit: '' }
    found.set(name, { ...known, [kind]: text })
  }
  for (const [name, metadata] of found) appender.describe(name, metadata)
}

/** The line of the `index`-th sample, from 1. */
function lineOfSample(bytes: Uint8Array, index: number): number {
  const lines = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
  let left = index
  for (const [i, line] of lines.split('\n').entries()) {
    if (/^\s*(#|$)/.test(line)) continue
    if (left-- === 0) return i + 1
  }
  return 1
}
