import { latest, present, quantile, slope, usual } from './course.ts'
import { type Finding, type JudgeGrid, type JudgedStage, noun } from './remark.ts'
import { amount, pace, spell } from './spell.ts'

/** Less work than this is no backlog worth a word, in seconds. */
const BEHIND_MIN = 60
/** How far back the trend looks. */
const TREND_MS = 180_000
/** A backlog that changes by less than this share of the pace is steady. */
const TREND_SHARE = 0.02
/** A backlog of unknown pace is worth a word at this many times its usual size. */
const TIMES_USUAL = 3

/**
 * What waits: how long it will take at the present pace, and whether it grows. A backlog in another
 * unit than what passes (seconds, bytes, tasks beside runs) is held against its own usual size.
 */
export function backlogWords({ lines, units }: JudgedStage, grid: JudgeGrid): Finding | undefined {
  const line = lines.backlog[0]
  const waiting = latest(line)
  if (line === undefined || waiting === undefined || waiting <= 0) return undefined
  const trend = slope(line, grid.stepMs, Math.ceil(TREND_MS / grid.stepMs) + 1)
  const what = units.backlog
  const passed = lines.throughput[0]
  if (what === 's') return inSeconds(waiting, trend)
  if (passed === undefined || what !== noun(units.throughput))
    return beyondUsual(waiting, trend, what, line)
  const speed = present(passed) ?? 0
  if (speed <= 0) return atStandstill(waiting, trend, what)
  const behind = waiting / speed
  if (behind < BEHIND_MIN) return undefined
  const steady = trend === undefined || Math.abs(trend) < speed * TREND_SHARE
  const told = `${spell(behind * 1000)} behind`
  if (steady) return finding('notice', told, behind)
  return trend > 0
    ? finding('bad', `${told} and falling back at ${pace(trend, what)}`, behind)
    : finding(
        'good',
        `${told}, catching up: done in about ${spell((waiting / -trend) * 1000)}`,
        behind,
      )
}

/** Nothing passes and something waits. */
function atStandstill(
  waiting: number,
  trend: number | undefined,
  what: string,
): Finding | undefined {
  if (trend === undefined || trend <= 0) return undefined
  const text = `handles nothing while ${amount(waiting)} ${what} wait, and ${pace(trend, what)} more`
  return finding('bad', text, 86_400)
}

/** A lag that is told in seconds says by itself how far behind it is. */
function inSeconds(waiting: number, trend: number | undefined): Finding | undefined {
  if (waiting < BEHIND_MIN) return undefined
  const told = `${spell(waiting * 1000)} behind`
  if (trend === undefined || Math.abs(trend) < TREND_SHARE) return finding('notice', told, waiting)
  return trend > 0
    ? finding('bad', `${told} and falling back`, waiting)
    : finding(
        'good',
        `${told}, catching up: done in about ${spell((waiting / -trend) * 1000)}`,
        waiting,
      )
}

function beyondUsual(
  waiting: number,
  trend: number | undefined,
  what: string,
  line: NonNullable<JudgedStage['lines']['backlog'][0]>,
): Finding | undefined {
  const before = usual(line)
  if (before === undefined) return undefined
  const middle = quantile(before, 0.5)
  if (waiting < TIMES_USUAL * Math.max(middle, 1) || waiting <= quantile(before, 0.95))
    return undefined
  const course = trend !== undefined && trend > 0 ? ' and growing' : ''
  return finding(
    'notice',
    `${amount(waiting)} ${what} wait${course}, usual ${amount(middle)}`,
    waiting / Math.max(middle, 1),
  )
}

function finding(tone: Finding['tone'], text: string, weight: number): Finding {
  return { kind: 'backlog', tone, text, weight, sinceMs: null }
}
