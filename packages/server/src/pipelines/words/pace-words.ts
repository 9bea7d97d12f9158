import { mainLine } from '../signal-view.ts'
import { heldSince, latest, present, quantile, usual } from './course.ts'
import { type Finding, type JudgeGrid, type JudgedStage, noun, timeOf } from './remark.ts'
import { pace, percent, spellSeconds } from './spell.ts'

/** A stage whose records come so often has a pace; the others work in batches and rest between them. */
const BUSY_SHARE = 0.9
/** Below this share of its usual pace a stage is slow … */
const SLOW_SHARE = 0.5
/** … and bad below this one. */
const CRAWL_SHARE = 0.2
/** Above this many times its usual pace there is a flood. */
const FLOOD_TIMES = 3
/** p95 against its usual value: worth a word, and bad. */
const LATE_TIMES = 3
const VERY_LATE_TIMES = 10
/** Latencies below it are nobody's trouble, seconds. */
const LATENCY_MIN = 0.05

/** What passes, held against what usually passes. */
export function throughputWords(
  { lines, units }: JudgedStage,
  grid: JudgeGrid,
): Finding | undefined {
  const line = lines.throughput[0]
  if (line === undefined) return undefined
  const now = present(line)
  const before = usual(line)
  if (now === undefined || before === undefined) return undefined
  if (before.filter((value) => value > 0).length < before.length * BUSY_SHARE) return undefined
  const middle = quantile(before, 0.5)
  const usually = pace(middle, noun(units.throughput))
  const share = now / middle
  if (latest(line) === 0) {
    const since = heldSince(grid.stepCount, (k) =>
      Number.isNaN(line.values[k]) ? undefined : line.values[k] === 0,
    )
    return {
      kind: 'throughput',
      tone: 'bad',
      text: `stands still, usual ${usually}`,
      weight: 100,
      sinceMs: timeOf(grid, since),
    }
  }
  if (share < SLOW_SHARE && now < quantile(before, 0.05) * 0.8) {
    const since = heldSince(grid.stepCount, (k) =>
      Number.isNaN(line.values[k]) ? undefined : line.values[k]! < middle * SLOW_SHARE,
    )
    return {
      kind: 'throughput',
      tone: share < CRAWL_SHARE ? 'bad' : 'notice',
      text: `at ${percent(share)} of its usual ${usually}`,
      weight: 1 / share,
      sinceMs: timeOf(grid, since),
    }
  }
  if (share > FLOOD_TIMES && now > quantile(before, 0.95) * 1.5) {
    const text = `takes ${share.toFixed(1)} times its usual ${usually}`
    return { kind: 'throughput', tone: 'notice', text, weight: share, sinceMs: null }
  }
  return undefined
}

/** How long it takes, held against how long it usually takes. */
export function latencyWords({ lines }: JudgedStage, grid: JudgeGrid): Finding | undefined {
  const line = mainLine('latency', lines)
  if (line === undefined) return undefined
  const now = present(line)
  const before = usual(line)
  if (now === undefined || before === undefined || now < LATENCY_MIN) return undefined
  const middle = quantile(before, 0.5)
  const times = now / middle
  if (middle <= 0 || times < LATE_TIMES || now < quantile(before, 0.95) * 1.5) return undefined
  const since = heldSince(grid.stepCount, (k) =>
    Number.isNaN(line.values[k]) ? undefined : line.values[k]! > middle * 2,
  )
  return {
    kind: 'latency',
    tone: times >= VERY_LATE_TIMES ? 'bad' : 'notice',
    text: `takes ${spellSeconds(now)}, usual ${spellSeconds(middle)}`,
    weight: times,
    sinceMs: timeOf(grid, since),
  }
}
