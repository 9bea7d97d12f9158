/** `format: table`: all series of a query in one frame, a column for each label. */
import type { Field, Frame } from '../frame.ts'
import { type MatrixSeries, sampleNumber } from './answer.ts'
import { timeField } from './series.ts'

/** A row for each sample: time, the labels by name, the value. */
export function tableFrame(
  refId: string,
  series: readonly MatrixSeries[],
  valueName: string,
): Frame {
  const labels = [...new Set(series.flatMap(({ metric }) => Object.keys(metric)))].toSorted()
  const length = series.reduce((sum, { values = [] }) => sum + values.length, 0)
  const times = new Float64Array(length)
  const numbers = new Float64Array(length)
  const columns = labels.map((): string[] => Array.from({ length }, () => ''))
  let row = 0
  for (const { metric, values = [] } of series) {
    for (const [seconds, text] of values) {
      times[row] = Math.round(seconds * 1000)
      numbers[row] = sampleNumber(text)
      for (const [index, label] of labels.entries()) columns[index]![row] = metric[label] ?? ''
      row += 1
    }
  }
  const labelFields = labels.map((name, index): Field => ({
    name,
    type: 'string',
    values: columns[index]!,
    config: {},
  }))
  const value: Field = { name: valueName, type: 'number', values: numbers, config: {} }
  return { refId, length, fields: [timeField(times, undefined), ...labelFields, value] }
}
