/** From the answers of a panel's queries to frames. */
import type { Target } from '../dashboard.ts'
import type { Frame } from '../frame.ts'
import type { Answer, MatrixSeries, QueryResult } from './answer.ts'
import { bucketFrames, histogramFrames } from './heatmap.ts'
import { linesFrame } from './lines.ts'
import { automaticNames, legendText, seriesName } from './series-name.ts'
import { tableFrame } from './table.ts'
import { seriesFrame } from './series.ts'

/**
 * Turns answers into frames, in their order: a frame a series, a table a query (`format: table`),
 * a frame of buckets (`format: heatmap`), or the lines of a log.
 *
 * @param interpolate fills variables into a legend format
 */
export function framesOf(
  answers: readonly Answer[],
  interpolate: (legendFormat: string) => string = (format) => format,
): Frame[] {
  const tables = new Set(
    answers.filter(({ target }) => target.format === 'table').map(({ target }) => target.refId),
  )
  return answers.flatMap((answer) => framesOfAnswer(answer, tables.size > 1, interpolate))
}

function framesOfAnswer(
  answer: Answer,
  manyTables: boolean,
  interpolate: (legendFormat: string) => string,
): Frame[] {
  const { target, result, stepMs } = answer
  const { refId } = target
  if (result.resultType === 'streams') return [linesFrame(refId, result.result)]
  const series = seriesOf(result)
  const histograms = series.filter((one) => (one.histograms ?? []).length > 0)
  const floats = series.filter((one) => (one.values ?? []).length > 0)
  const names = namesOf(target, floats, interpolate)
  if (target.format === 'table') {
    return [tableFrame(refId, floats, manyTables ? `Value #${refId}` : 'Value')]
  }
  const drawn =
    target.format === 'heatmap' && floats.some(({ metric }) => metric['le'] !== undefined)
      ? bucketFrames(refId, floats, stepMs)
      : floats.map((one, index) => seriesFrame(refId, one, names[index]!, stepMs))
  return [...drawn, ...histogramFrames(refId, histograms, stepMs)]
}

/** Every kind of answer as a matrix. */
function seriesOf(data: Exclude<QueryResult, { resultType: 'streams' }>): MatrixSeries[] {
  switch (data.resultType) {
    case 'matrix':
      return [...data.result]
    case 'vector':
      return data.result.map(({ metric, value, histogram }) => ({
        metric,
        ...(value === undefined ? {} : { values: [value] }),
        ...(histogram === undefined ? {} : { histograms: [histogram] }),
      }))
    case 'scalar':
    case 'string':
      return [{ metric: {}, values: [data.result] }]
  }
}

function namesOf(
  target: Target,
  series: readonly MatrixSeries[],
  interpolate: (legendFormat: string) => string,
): string[] {
  const labels = series.map(({ metric }) => metric)
  const { legendFormat = '', expr } = target
  if (labels.length === 0) return []
  if (legendFormat === '__auto') return automaticNames(labels, expr)
  if (legendFormat === '') {
    return labels.map((one) => (Object.keys(one).length === 0 ? expr : seriesName(one)))
  }
  const format = interpolate(legendFormat)
  return labels.map((one) => legendText(format, one))
}
