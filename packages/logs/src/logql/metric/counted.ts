import { Labels } from '@weir/model'
import type { LogSource } from '../../source.ts'
import type { Guard } from '../guard.ts'
import type { Selection } from '../selection.ts'
import { accumulators } from './accumulator.ts'
import type { Leaf } from './range-series.ts'
import { SeriesTable } from './series-table.ts'
import type { StepSeries } from './step-series.ts'
import type { Windows } from './steps.ts'

/** Finer steps than these are read line by line: there may be more rows than lines. */
const BINS_MAX = 100_000

/**
 * A range aggregation that the source can count without reading lines: a plain count or size, by names, with
 * conditions that columns answer exactly. Undefined when it is none of these, or the source cannot.
 *
 * Windows begin and end at multiples of the common divisor of range and step, so lines are counted in steps
 * of that length, and each step then counts in all windows that it is a part of.
 */
export async function countedSeries(
  source: LogSource,
  leaf: Leaf,
  selection: Selection,
  windows: Windows,
  guard: Guard,
): Promise<StepSeries[] | undefined> {
  const by = countableBy(leaf, selection)
  if (source.counts === undefined || by === undefined) return undefined
  const { rangeNs, stepNs, count } = windows
  const binNs = count === 1 ? rangeNs : divisor(rangeNs, stepNs)
  if (Number(windows.toNs - windows.fromNs) / binNs > BINS_MAX) return undefined
  const times = { fromNs: windows.fromNs, toNs: windows.toNs }
  const streams = source.streams(selection.matchers, times)
  if (streams.length === 0) return []
  const isBytes = leaf.range.operation.startsWith('bytes')
  const counts = await source.counts({
    streams,
    range: times,
    stepNs: BigInt(binNs),
    by,
    byStream: false,
    conditions: selection.conditions,
    needsBytes: isBytes,
    ...(guard.signal !== undefined && { signal: guard.signal }),
  })
  if (counts === undefined) return undefined
  guard.streams += streams.length
  guard.look()
  const series = new SeriesTable(accumulators(leaf.range, windows, guard))
  for (let i = 0; i < counts.count; i++) {
    const values = counts.values.map((column) => column[i]!)
    const key = values.join('\0')
    const flat = (): string[] => by.flatMap((name, k) => [name, values[k]!])
    const one = series.of(key) ?? series.add(key, Labels.fromFlat(flat()))
    const lines = counts.lines[i]!
    guard.linesCounted += lines
    // The end of the step stands for all of it: no window begins or ends within.
    one.add((counts.steps[i]! + 1) * binNs, isBytes ? counts.bytes[i]! : lines, lines)
  }
  return series.finish()
}

/** Names to count by; undefined: it cannot be counted. */
function countableBy(
  { range, grouping }: Leaf,
  selection: Selection,
): readonly string[] | undefined {
  if (!selection.isExact || range.unwrap !== undefined) return undefined
  if (range.operation.startsWith('bytes') && selection.changesText) return undefined
  if (range.operation === 'absent_over_time') return []
  if (grouping === undefined || grouping.without) return undefined
  const names = [...new Set(grouping.names)]
  return names.every((name) => selection.keepsValue(name)) ? names : undefined
}

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b)
}
