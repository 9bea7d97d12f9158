import { type Labels, type SeriesExemplars, WeirError } from '@weir/model'
import type { MatrixSeries, QueryResult } from '@weir/promql'
import type { StatsView } from './cost.ts'
import { writeHistogram } from './histogram-json.ts'
import { JsonWriter, plainText, valueText } from './json-writer.ts'

/**
 * Query results as the Prometheus HTTP API writes them.
 *
 * @see prometheus:web/api/v1/json_codec.go for the spelling of times and values
 */
export interface Encoding {
  /** Series sent at most; 0 sends all. */
  readonly limit: number
  /** Statistics to send along. */
  readonly stats: StatsView | undefined
  /** A longer answer is refused. */
  readonly bytesMax: number
}

/** A whole answer to `query` or `query_range`. */
export function encodeQuery(result: QueryResult, encoding: Encoding): Uint8Array<ArrayBuffer> {
  const out = new JsonWriter()
  out.raw('{"status":"success","data":{"resultType":"')
  out.raw(result.value.kind)
  out.raw('","result":')
  const isCut = writeValue(out, result.value, encoding)
  if (encoding.stats !== undefined) out.raw(`,"stats":${JSON.stringify(encoding.stats)}`)
  out.raw('}')
  const warnings = isCut ? [CUT, ...result.warnings] : result.warnings
  writeSaid(out, 'warnings', { texts: warnings, kind: 'warning' })
  writeSaid(out, 'infos', { texts: result.infos, kind: 'info' })
  out.raw('}')
  return out.finish()
}

/** Any other answer: small enough to be written by `JSON.stringify`. */
export function encodeSuccess(
  data: unknown,
  warnings: readonly string[] = [],
): Uint8Array<ArrayBuffer> {
  const said = warnings.length === 0 ? {} : { warnings }
  return new TextEncoder().encode(JSON.stringify({ status: 'success', data, ...said }))
}

/** The answer to `series`: a list of label sets. */
export function encodeSeries(
  all: readonly Labels[],
  warnings: readonly string[],
  bytesMax: number,
): Uint8Array<ArrayBuffer> {
  const out = new JsonWriter()
  out.raw('{"status":"success","data":[')
  for (const [i, labels] of all.entries()) {
    if (i > 0) out.raw(',')
    out.labels(labels.flat)
    if (out.length > bytesMax) throw tooLarge(bytesMax)
  }
  out.raw(']')
  writeSaid(out, 'warnings', { texts: warnings, kind: 'warning' })
  out.raw('}')
  return out.finish()
}

/** The answer to `query_exemplars`: values as strings, times as numbers of seconds. */
export function encodeExemplars(all: readonly SeriesExemplars[]): Uint8Array<ArrayBuffer> {
  const out = new JsonWriter()
  out.raw('{"status":"success","data":[')
  for (const [i, { labels, exemplars }] of all.entries()) {
    out.raw(i === 0 ? '{"seriesLabels":' : ',{"seriesLabels":')
    out.labels(labels.flat)
    out.raw(',"exemplars":[')
    for (const [k, exemplar] of exemplars.entries()) {
      out.raw(k === 0 ? '{"labels":' : ',{"labels":')
      out.labels(exemplar.labels.flat)
      out.raw(`,"value":"${valueText(exemplar.value)}","timestamp":`)
      out.time(exemplar.timeMs)
      out.raw('}')
    }
    out.raw(']}')
  }
  out.raw(']}')
  return out.finish()
}

const CUT = 'results truncated due to limit'

/** Writes the result; gives back whether some of it was left out. */
function writeValue(
  out: JsonWriter,
  value: QueryResult['value'],
  { limit, bytesMax }: Encoding,
): boolean {
  switch (value.kind) {
    case 'scalar':
      out.raw(`[${value.timeMs / 1000},"${plainText(value.value)}"]`)
      return false
    case 'string':
      out.raw(`[${value.timeMs / 1000},${JSON.stringify(value.value)}]`)
      return false
    case 'vector':
    case 'matrix':
      break
  }
  const count = limit > 0 ? Math.min(limit, value.series.length) : value.series.length
  out.raw('[')
  for (let i = 0; i < count; i++) {
    out.raw(i === 0 ? '{"metric":' : ',{"metric":')
    if (value.kind === 'vector') {
      const { labels, timeMs, value: number, histogram } = value.series[i]!
      out.labels(labels.flat)
      if (histogram === undefined) {
        out.raw(',"value":')
        out.sample(timeMs, number)
      } else {
        out.raw(',"histogram":')
        writeHistogram(out, timeMs, histogram)
      }
    } else {
      const series = value.series[i]!
      out.labels(series.labels.flat)
      writeMatrixSeries(out, series)
    }
    out.raw('}')
    if (out.length > bytesMax) throw tooLarge(bytesMax)
  }
  out.raw(']')
  return count < value.series.length
}

/** Numbers first, then histograms; what there is none of is left out. */
function writeMatrixSeries(out: JsonWriter, { times, values, histograms }: MatrixSeries): void {
  if (histograms === undefined) {
    out.raw(',"values":')
    out.samples(times, values)
    return
  }
  const isNumber = (_: number, i: number): boolean => histograms[i] === undefined
  const numbers = values.filter(isNumber)
  if (numbers.length > 0) {
    out.raw(',"values":')
    out.samples(times.filter(isNumber), numbers)
  }
  let before = ',"histograms":['
  for (const [i, histogram] of histograms.entries()) {
    if (histogram === undefined) continue
    out.raw(before)
    writeHistogram(out, times[i]!, histogram)
    before = ','
  }
  out.raw(']')
}

/** The first ten, and how many more there are: Prometheus's measure. */
function writeSaid(
  out: JsonWriter,
  name: 'warnings' | 'infos',
  { texts, kind }: { readonly texts: readonly string[]; readonly kind: 'warning' | 'info' },
): void {
  if (texts.length === 0) return
  const more = texts.length - SAID_MAX
  const cut =
    more > 0 ? [...texts.slice(0, SAID_MAX), `${more} more ${kind} annotations omitted`] : texts
  out.raw(`,"${name}":${JSON.stringify(cut)}`)
}

const SAID_MAX = 10

export function tooLarge(bytesMax: number): WeirError {
  return new WeirError(
    'QUERY_ANSWER_TOO_LARGE',
    `Cannot send an answer of more than ${bytesMax} bytes: aggregate, raise the step, or use limit`,
  )
}
