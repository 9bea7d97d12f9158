import { Labels, type MetricType, type NativeHistogram, type SeriesRef } from '@weir/model'
import type { Grouping } from './grouping.ts'

/** Keys under which groups are kept begin with it. */
export const GROUP_KEYS = 'push-gateway/group/'

/** What was pushed under one grouping key. */
export interface Group {
  readonly grouping: Grouping
  /** Under which it is kept on the disk. */
  readonly storeKey: string
  readonly families: Map<string, HeldFamily>
  /** 0: never. */
  pushedMs: number
  failedMs: number
  lastError: string
}

export interface HeldFamily {
  readonly name: string
  readonly type: MetricType
  readonly help: string
  /** When it was pushed. */
  readonly pushedMs: number
  /** The time of the newest samples. */
  sampleMs: number
  /** By {@link Labels.key}. */
  readonly series: Map<string, HeldSeries>
}

export interface HeldSeries {
  readonly labels: Labels
  readonly ref: SeriesRef
  readonly value: number
  readonly native: NativeHistogram | undefined
}

/** How a group is written down. Numbers that JSON has no word for are written as text. */
export interface GroupRecord {
  readonly labels: readonly (readonly [name: string, value: string])[]
  readonly pushedMs: number
  readonly failedMs: number
  readonly lastError: string
  readonly families: readonly {
    readonly name: string
    readonly type: MetricType
    readonly help: string
    readonly pushedMs: number
    readonly series: readonly {
      readonly labels: readonly string[]
      readonly value: number | string
      readonly native?: HistogramRecord
    }[]
  }[]
}

interface HistogramRecord extends Omit<NativeHistogram, Side | 'sum'> {
  readonly sum: number | string
  readonly lists: Readonly<Record<Side, readonly (number | string)[]>>
}

type Side = 'positiveSpans' | 'positive' | 'negativeSpans' | 'negative' | 'customValues'

export function recordOf(group: Group): GroupRecord {
  const { grouping, pushedMs, failedMs, lastError, families } = group
  return {
    labels: [...grouping],
    pushedMs,
    failedMs,
    lastError,
    families: [...families.values()].map(({ name, type, help, pushedMs: atMs, series }) => ({
      name,
      type,
      help,
      pushedMs: atMs,
      series: [...series.values()].map(({ labels, value, native }) => ({
        labels: labels.flat,
        value: written(value),
        ...(native === undefined ? {} : { native: histogramRecord(native) }),
      })),
    })),
  }
}

/** @param refOf gives the appender's number for labels */
export function groupOf(
  record: GroupRecord,
  storeKey: string,
  refOf: (labels: Labels) => SeriesRef,
): Group {
  const { labels: grouping, pushedMs, failedMs, lastError, families } = record
  return {
    grouping: new Map(grouping),
    storeKey,
    pushedMs,
    failedMs,
    lastError,
    families: new Map(
      families.map(({ series, ...family }) => {
        const held = series.map(({ labels: flat, value, native }): [string, HeldSeries] => {
          const labels = Labels.fromFlat(flat)
          const read = native === undefined ? undefined : histogramOf(native)
          return [labels.key(), { labels, ref: refOf(labels), value: Number(value), native: read }]
        })
        return [family.name, { ...family, sampleMs: NEVER_MS, series: new Map(held) }]
      }),
    ),
  }
}

/** What is read back is due at once. */
const NEVER_MS = Number.NEGATIVE_INFINITY

/** `Number` reads it back. */
function written(value: number): number | string {
  return Number.isFinite(value) && !Object.is(value, -0) ? value : String(value)
}

function histogramRecord(native: NativeHistogram): HistogramRecord {
  const { isFloat, resetHint, schema, zeroThreshold, zeroCount, count, sum } = native
  const list = (side: Side): (number | string)[] => [...native[side]].map(written)
  return {
    isFloat,
    resetHint,
    schema,
    zeroThreshold,
    zeroCount,
    count,
    sum: written(sum),
    lists: {
      positiveSpans: list('positiveSpans'),
      positive: list('positive'),
      negativeSpans: list('negativeSpans'),
      negative: list('negative'),
      customValues: list('customValues'),
    },
  }
}

function histogramOf({ lists, sum, ...rest }: HistogramRecord): NativeHistogram {
  return {
    ...rest,
    sum: Number(sum),
    positiveSpans: Int32Array.from(lists.positiveSpans, Number),
    positive: Float64Array.from(lists.positive, Number),
    negativeSpans: Int32Array.from(lists.negativeSpans, Number),
    negative: Float64Array.from(lists.negative, Number),
    customValues: Float64Array.from(lists.customValues, Number),
  }
}
