/** One series as a frame of times and values. */
import type { Field, Frame } from '../frame.ts'
import { type MatrixSeries, sampleNumber } from './answer.ts'

/** The field of times; how far apart they should be goes with it. */
export function timeField(values: Float64Array, stepMs: number | undefined): Field {
  return {
    name: 'Time',
    type: 'time',
    values,
    config: stepMs === undefined ? {} : { interval: stepMs },
  }
}

export function seriesFrame(
  refId: string,
  series: MatrixSeries,
  name: string,
  stepMs: number | undefined,
): Frame {
  const samples = series.values ?? []
  const times = new Float64Array(samples.length)
  const numbers = new Float64Array(samples.length)
  for (let i = 0; i < samples.length; i++) {
    times[i] = Math.round(samples[i]![0] * 1000)
    numbers[i] = sampleNumber(samples[i]![1])
  }
  // A string is a result too, of a query such as `"text"`.
  const isText = samples.length === 1 && Number.isNaN(numbers[0]!) && samples[0]![1] !== 'NaN'
  const value: Field = {
    name: 'Value',
    type: isText ? 'string' : 'number',
    labels: series.metric,
    values: isText ? [samples[0]![1]] : numbers,
    config: { displayNameFromDS: name },
    displayName: name,
  }
  return { refId, name, length: samples.length, fields: [timeField(times, stepMs), value] }
}
