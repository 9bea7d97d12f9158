import { heldSince, latest } from './course.ts'
import { type Finding, type JudgeGrid, type JudgedStage, noun, timeOf } from './remark.ts'
import { pace, percent } from './spell.ts'

/** Shares of failed records from which they are worth a word, and from which they are bad. */
const SHARE_NOTICED = 0.01
const SHARE_BAD = 0.05
/** Where no share is known: failures a second worth a word, one a minute. */
const RATE_NOTICED = 1 / 60

/** What fails, as a share of all where that is known, and since when. */
export function errorWords({ lines, units }: JudgedStage, grid: JudgeGrid): Finding | undefined {
  const share = shareAt(lines)
  const now = share(grid.stepCount - 1)
  if (now !== undefined) {
    if (now < SHARE_NOTICED) return undefined
    const since = heldSince(grid.stepCount, (k) => {
      const then = share(k)
      return then === undefined ? undefined : then >= SHARE_NOTICED / 2
    })
    return {
      kind: 'errors',
      tone: now >= SHARE_BAD ? 'bad' : 'notice',
      text: `${percent(now)} of ${noun(units.throughput)} fail`,
      weight: now * 1000,
      sinceMs: timeOf(grid, since),
    }
  }
  const rate = latest(lines.errors[0])
  if (rate === undefined || rate < RATE_NOTICED) return undefined
  const values = lines.errors[0]!.values
  const since = heldSince(grid.stepCount, (k) =>
    Number.isNaN(values[k]) ? undefined : values[k]! > 0,
  )
  const text = pace(rate, noun(units.errors))
  return { kind: 'errors', tone: 'notice', text, weight: rate, sinceMs: timeOf(grid, since) }
}

/** Failed ÷ all at a step: as it was recorded, else from both rates where they count the same things. */
function shareAt({
  errorRatio,
  errors,
  throughput,
}: JudgedStage['lines']): (k: number) => number | undefined {
  const ratio = errorRatio[0]?.values
  const failed = errors[0]?.values
  const passed = throughput[0]?.values
  return (k) => {
    if (ratio !== undefined) return Number.isFinite(ratio[k]) ? ratio[k] : undefined
    if (failed === undefined || passed === undefined) return undefined
    const all = failed[k]! + passed[k]!
    return all > 0 ? failed[k]! / all : undefined
  }
}
