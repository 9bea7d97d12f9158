import type { Line } from '../stage-table.ts'
import { heldSince, latest, quantile } from './course.ts'
import { type Finding, type JudgeGrid, type JudgedStage, timeOf } from './remark.ts'
import { spell } from './spell.ts'

/** A result this many times older than usual is late … */
const TIMES_USUAL = 3
/** … and worth a word from this age on, seconds. */
const AGE_MIN = 120

/**
 * How old the newest result is. The age climbs until a success sets it back, so the heights from
 * which it fell are the usual waits; a wish in weir.yml counts more.
 */
export function freshnessWords(
  { lines, freshWithin }: JudgedStage,
  grid: JudgeGrid,
): Finding | undefined {
  const line = lines.freshness[0]
  const age = latest(line)
  if (line === undefined || age === undefined) return undefined
  if (freshWithin !== undefined) {
    return age <= freshWithin ? undefined : late(age, freshWithin, 'wanted within', line, grid)
  }
  const wait = usualWait(line)
  if (wait === undefined || age < AGE_MIN || age < TIMES_USUAL * wait) return undefined
  return late(age, wait, 'usual', line, grid)
}

function late(age: number, limit: number, than: string, line: Line, grid: JudgeGrid): Finding {
  const since = heldSince(grid.stepCount, (k) => {
    const then = line.values[k]!
    return Number.isNaN(then) ? undefined : then > limit
  })
  return {
    kind: 'freshness',
    tone: 'bad',
    text: `no success for ${spell(age * 1000)}, ${than} ${spell(limit * 1000)}`,
    weight: age / Math.max(limit, 1),
    sinceMs: timeOf(grid, since),
  }
}

/** The middle one of the ages at which successes came; undefined with fewer than two. */
function usualWait({ values }: Line): number | undefined {
  const waits: number[] = []
  let before = Number.NaN
  for (const age of values) {
    if (Number.isNaN(age)) continue
    if (age < before) waits.push(before)
    before = age
  }
  return waits.length < 2 ? undefined : quantile(Float64Array.from(waits).sort(), 0.5)
}
