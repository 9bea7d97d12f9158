import { type LogExpr, type LogSource, type TimeRange, countStreams } from '@weir/logs'
import type { LogCircumstances } from './execute.ts'

const MINUTE_NS = 60_000_000_000n
/** Steps by which lines are counted. */
const STEPS = 256n

/**
 * Cuts a time into pieces that hold about equally many lines of the streams of a selector, newest first; where
 * there are no more than `max`, it stays one piece. `isExact`: there are more than that for sure. The counts by minute are there already, so nothing is read
 * for it that lies on disk.
 */
export async function evenPieces(
  source: LogSource,
  wanted: {
    readonly matchers: LogExpr['matchers']
    readonly range: TimeRange
    readonly max: number
    readonly pieces: number
  },
  { signal }: LogCircumstances,
): Promise<{ readonly pieces: readonly TimeRange[]; readonly isExact: boolean }> {
  const { range, max } = wanted
  // Levels may be matched as labels are; which lines have them is not counted here.
  const matchers = wanted.matchers.filter(({ name }) => !/^(?:detected_)?level$/.test(name))
  const streams = source.streams(matchers, range)
  // Minutes have their end in them, and not their beginning.
  const fromNs = range.fromNs - ((range.fromNs - 1n) % MINUTE_NS)
  const toNs = range.toNs - 1n - ((range.toNs - 1n) % MINUTE_NS) + MINUTE_NS + 1n
  const stepNs = ((toNs - fromNs) / (STEPS * MINUTE_NS) + 1n) * MINUTE_NS
  const steps = new Map<number, number>()
  let total = 0
  let inside = 0
  const within = { fromNs, toNs }
  const request = { streams, conditions: [], range: within, stepNs, signal }
  for (const row of await countStreams(source, request)) {
    steps.set(row.step, (steps.get(row.step) ?? 0) + row.lines)
    total += row.lines
    const stepFrom = fromNs + BigInt(row.step) * stepNs
    // Steps at the ends may reach out of the range.
    if (stepFrom >= range.fromNs && stepFrom + stepNs <= range.toNs) inside += row.lines
  }
  const isExact = inside > max && matchers.length === wanted.matchers.length
  const count = Math.min(wanted.pieces, max)
  if (total <= max || count === 1) return { pieces: [range], isExact }
  const cuts: bigint[] = []
  let before = 0
  for (const [step, lines] of [...steps].toSorted(([a], [b]) => a - b)) {
    // Within a step lines are taken to lie evenly.
    for (let k = cuts.length + 1; k < count && (k * total) / count <= before + lines; k++) {
      const share = ((k * total) / count - before) / lines
      cuts.push(fromNs + BigInt(step) * stepNs + BigInt(Math.floor(Number(stepNs) * share)))
    }
    before += lines
  }
  const edges = [range.fromNs, ...cuts.map((at) => clamp(at, range)), range.toNs]
  const pieces = edges
    .slice(1)
    .map((to, i) => ({ fromNs: edges[i]!, toNs: to }))
    .filter((piece) => piece.fromNs < piece.toNs)
    .toReversed()
  return { pieces, isExact }
}

function clamp(atNs: bigint, { fromNs, toNs }: TimeRange): bigint {
  if (atNs < fromNs) return fromNs
  return atNs > toNs ? toNs : atNs
}
