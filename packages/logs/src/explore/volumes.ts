import type { Matcher } from '@weir/model'
import type { LogSource, LogStream, TimeRange } from '../source.ts'
import { selectedStreams } from '../logql/selection.ts'
import { countStreams } from './stream-counts.ts'

export interface VolumeRequest {
  readonly matchers: readonly Matcher[]
  readonly range: TimeRange
  /** One value for the whole range when undefined. */
  readonly stepNs: bigint | undefined
  /** Labels whose values tell groups apart; none: those that the matchers name, or all. */
  readonly targetLabels: readonly string[]
  /** Groups of equal labels, or how much lies under each name of a label. */
  readonly aggregateBy: 'series' | 'labels'
  readonly limit: number
  readonly signal: AbortSignal
}

/** Bytes of lines by group, the largest first; a sample is told at the end of its step. */
export interface Volume {
  /** By labels a name has no value: what is told is how much lies under it. */
  readonly labels: Readonly<Record<string, string>>
  readonly samples: readonly { readonly timeNs: bigint; readonly bytes: number }[]
}

/** How many bytes streams brought, as Loki's `index/volume` and `index/volume_range` tell it. */
export async function volumesOf(source: LogSource, request: VolumeRequest): Promise<Volume[]> {
  const { range, targetLabels, stepNs, signal, limit } = request
  const { streams, conditions } = selectedStreams(source, request.matchers, range)
  const matched = streams.filter(({ labels }) => targetLabels.every((name) => labels.has(name)))
  const groupsOf = grouping(request)
  // Steps lie on multiples of their length, so that two questions meet at the same times.
  const stepped = stepNs ?? range.toNs - range.fromNs
  const fromNs = stepNs === undefined ? range.fromNs : range.fromNs - (range.fromNs % stepNs)
  const rows = await countStreams(source, {
    streams: matched,
    conditions,
    range: { fromNs, toNs: range.toNs },
    stepNs: stepped,
    signal,
  })
  const groups = new Map<string, Group>()
  for (const { stream, step, bytes } of rows) {
    for (const labels of groupsOf(stream)) {
      const key = JSON.stringify(labels)
      const group = groups.get(key) ?? { key, labels, steps: new Map(), bytes: 0 }
      group.steps.set(step, (group.steps.get(step) ?? 0) + bytes)
      group.bytes += bytes
      groups.set(key, group)
    }
  }
  return [...groups.values()]
    .toSorted((a, b) => b.bytes - a.bytes || (a.key < b.key ? -1 : 1))
    .slice(0, limit)
    .map(({ labels, steps }) => ({
      labels,
      samples: [...steps]
        .toSorted(([a], [b]) => a - b)
        .map(([step, bytes]) => ({ timeNs: endOf(step, { fromNs, stepped, range }), bytes })),
    }))
}

interface Group {
  readonly key: string
  readonly labels: Readonly<Record<string, string>>
  readonly steps: Map<number, number>
  bytes: number
}

/** The last millisecond of a step, as Loki has it; the last step ends with the range. */
function endOf(
  step: number,
  { fromNs, stepped, range }: { fromNs: bigint; stepped: bigint; range: TimeRange },
): bigint {
  const end = fromNs + BigInt(step + 1) * stepped
  return end >= range.toNs ? range.toNs : end - 1_000_000n
}

/** Which groups a stream counts for. */
function grouping({
  matchers,
  targetLabels,
  aggregateBy,
}: VolumeRequest): (stream: LogStream) => readonly Readonly<Record<string, string>>[] {
  const named = new Set(targetLabels.length > 0 ? targetLabels : matchers.map(({ name }) => name))
  if (aggregateBy === 'series') {
    return ({ labels }) => [(named.size === 0 ? labels : labels.keep(named)).toJSON()]
  }
  return ({ labels }) =>
    [...labels]
      .filter(([name]) => targetLabels.length === 0 || named.has(name))
      .map(([name]) => ({ [name]: '' }))
}
