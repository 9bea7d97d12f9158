import { type SeriesExemplars, WeirError } from '@weir/model'
import type { QueryResult } from '@weir/promql'
import type { StatsView } from './cost.ts'
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
  writeSaid(out, 'warnings', isCut ? [...result.warnings, CUT] : result.warnings)
  writeSaid(out, 'infos', result.infos)
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
      const { labels, timeMs, value: number } = value.series[i]!
      out.labels(labels.flat)
      out.raw(',"value":')
      out.sample(timeMs, number)
    } else {
      const { labels, times, values } = value.series[i]!
      out.labels(labels.flat)
      out.raw(',"values":')
      out.samples(times, values)
    }
    out.raw('}')
    if (out.length > bytesMax) throw tooLarge(bytesMax)
  }
  out.raw(']')
  return count < value.series.length
}

function writeSaid(out: JsonWriter, name: string, texts: readonly string[]): void {
  if (texts.length > 0) out.raw(`,"${name}":${JSON.stringify(texts)}`)
}

function tooLarge(bytesMax: number): WeirError {
  return new WeirError(
    'QUERY_ANSWER_TOO_LARGE',
    `Cannot send an answer of more than ${bytesMax} bytes: aggregate, raise the step, or use limit`,
  )
}
