import { Labels } from '@weir/model'
import type { LineRequest, LogSource } from '../../source.ts'
import type { Grouping, RangeAggregation } from '../ast.ts'
import type { Guard } from '../guard.ts'
import { LineState } from '../pipeline/line-state.ts'
import { type Selection, selectionOf } from '../selection.ts'
import { accumulators } from './accumulator.ts'
import { countedSeries } from './counted.ts'
import { lineNumber } from './line-number.ts'
import { seriesNames } from './series-names.ts'
import { SeriesTable } from './series-table.ts'
import type { StepSeries } from './step-series.ts'
import { type Steps, Windows } from './steps.ts'
import { wantedOf } from './wanted-names.ts'

/** A range aggregation to be evaluated, with what is known of its surroundings. */
export interface Leaf {
  readonly range: RangeAggregation
  /** Its own grouping, or that of a `sum` around it, which may as well be done here. */
  readonly grouping: Grouping | undefined
  /** Names that are looked at further out. */
  readonly also: ReadonlySet<string>
}

/** The series of a range aggregation at each step: counted by the source where it can, else from the lines. */
export async function rangeSeries(
  source: LogSource,
  leaf: Leaf,
  steps: Steps,
  guard: Guard,
): Promise<StepSeries[]> {
  const windows = new Windows(steps, leaf.range)
  const selection = selectionOf(leaf.range.log, wantedOf(leaf.range, leaf.grouping))
  const found =
    (await countedSeries(source, leaf, selection, windows, guard)) ??
    (await readSeries(source, leaf, selection, windows, guard))
  return leaf.range.operation === 'absent_over_time' ? absent(leaf.range, found, windows) : found
}

async function readSeries(
  source: LogSource,
  { range, grouping, also }: Leaf,
  selection: Selection,
  windows: Windows,
  guard: Guard,
): Promise<StepSeries[]> {
  const times = { fromNs: windows.fromNs, toNs: windows.toNs }
  const streams = source.streams(selection.matchers, times)
  if (streams.length === 0) return []
  guard.streams += streams.length
  const series = new SeriesTable(accumulators(range, windows, guard))
  const names = seriesNames(range, grouping, also)
  const numberOf = lineNumber(range)
  const needsText = range.operation.startsWith('bytes') || selection.readsText
  const request: LineRequest = {
    streams,
    range: times,
    // Sums of whole numbers are the same in any order.
    order: range.unwrap === undefined ? 'any' : 'forward',
    conditions: selection.conditions,
    needsText,
    ...(guard.signal !== undefined && { signal: guard.signal }),
  }
  const state = new LineState()
  const { stages } = selection
  for await (const lines of source.lines(request)) {
    next: for (let i = 0; i < lines.count; i++) {
      guard.read()
      state.begin(lines, i)
      if (needsText) guard.bytesRead += state.line.length
      for (let k = 0; k < stages.length; k++) if (!stages[k]!(state)) continue next
      const value = numberOf(state)
      if (value === undefined) continue
      const one = series.of(names.key(state)) ?? series.add(names.key(state), names.labels(state))
      one.add(Number(state.timeNs - windows.originNs), value, 1)
    }
    guard.look()
  }
  return series.finish()
}

/** 1 where there was nothing, with the labels that its selector says for certain. */
function absent(
  { log }: RangeAggregation,
  found: readonly StepSeries[],
  { count }: Windows,
): StepSeries[] {
  const isThere = new Uint8Array(count)
  for (let k = 0; k < count; k++) isThere[k] = found.some((one) => one.isThere[k] === 1) ? 0 : 1
  const said = new Map<string, string>()
  for (const { name, operator, value } of log.matchers) {
    said.set(name, operator === '=' && !said.has(name) ? value : '')
  }
  const labels = Labels.fromFlat([...said].flat())
  return [{ labels, values: new Float64Array(count).fill(1), isThere }]
}
