import { columns, counted } from './columns.ts'

/** A native histogram; a bucket is which ends it holds, its bounds, its count. */
interface HistogramValue {
  readonly count: string
  readonly sum: string
  readonly buckets?: readonly (readonly [0 | 1 | 2 | 3, string, string, string])[]
}

interface Sample {
  readonly metric: Readonly<Record<string, string>>
  readonly value?: readonly [number, string]
  readonly values?: readonly (readonly [number, string])[]
  readonly histogram?: readonly [number, HistogramValue]
  readonly histograms?: readonly (readonly [number, HistogramValue])[]
}

/** What `stats=weir` adds. */
interface Stats {
  readonly timings: { readonly evalTotalTime: number; readonly execQueueTime: number }
  readonly samples: {
    readonly samplesRead: number
    readonly seriesRead: number
    readonly peakBytes: number
  }
}

/** What `/api/v1/query` answers. */
export interface Reply {
  readonly status: string
  readonly error?: string
  readonly warnings?: readonly string[]
  readonly infos?: readonly string[]
  readonly data?: {
    readonly resultType: string
    readonly result: readonly Sample[] | readonly [number, string]
    readonly stats?: Stats
  }
}

/** A good answer for people: a line a series, a line a sample of ranges. */
export function showReply({ data }: Reply): string[] {
  if (data === undefined) return []
  const { resultType, result } = data
  if (resultType === 'scalar' || resultType === 'string')
    return [(result as readonly [number, string])[1]]
  const series = result as readonly Sample[]
  if (resultType === 'matrix') return series.flatMap(showRange)
  return columns(
    series.map(({ metric, value, histogram }) => [
      seriesName(metric),
      histogram === undefined ? (value?.[1] ?? '') : histogramText(histogram[1]),
    ]),
    { gap: ' ' },
  )
}

/** What an answer cost, on one line; nothing when it does not tell. */
export function showStats({ data }: Reply): string[] {
  if (data?.stats === undefined) return []
  const { timings, samples } = data.stats
  const ms = (seconds: number): string => `${(seconds * 1000).toFixed(1)} ms`
  return [
    `${counted(samples.samplesRead, 'sample')} of ${samples.seriesRead} series read, ` +
      `${samples.peakBytes} bytes held, waited ${ms(timings.execQueueTime)}, evaluated in ${ms(timings.evalTotalTime)}`,
  ]
}

function showRange({ metric, values = [], histograms = [] }: Sample): string[] {
  const samples = [
    ...values,
    ...histograms.map(([time, value]) => [time, histogramText(value)] as const),
  ].toSorted(([a], [b]) => a - b)
  return [
    seriesName(metric),
    ...columns(
      samples.map(([time, value]) => [new Date(time * 1000).toISOString(), value]),
      { indent: '  ' },
    ),
  ]
}

const OPENING = ['(', '[', '(', '['] as const
const CLOSING = [']', ')', ')', ']'] as const

/** As promtool shows it: `{count:5, sum:18.4, (1,2]:5}`. */
function histogramText({ count, sum, buckets = [] }: HistogramValue): string {
  const shown = buckets.map(
    ([rule, lower, upper, each]) => `${OPENING[rule]}${lower},${upper}${CLOSING[rule]}:${each}`,
  )
  return `{${[`count:${count}`, `sum:${sum}`, ...shown].join(', ')}}`
}

function seriesName({ __name__: name = '', ...labels }: Readonly<Record<string, string>>): string {
  const inside = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`)
  return inside.length === 0 && name !== '' ? name : `${name}{${inside.join(', ')}}`
}
