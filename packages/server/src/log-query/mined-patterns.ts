import { type LogEntry, type LogSource, PatternMiner, levelOfLine } from '@weir/logs'
import type { LogCircumstances } from './execute.ts'
import type { LogJob } from './job.ts'
import { sampleLines } from './sample-lines.ts'

/** A pattern of one level, and how many lines it has by step, as Loki's API tells it. */
interface PatternView {
  readonly pattern: string
  readonly level: string
  readonly samples: readonly (readonly [seconds: number, lines: number])[]
}

type PatternsJob = Extract<LogJob, { kind: 'patterns' }>

const PATTERNS_MAX = 300

/** What the lines of a query have in common. */
interface PatternsView {
  /** Most frequent first. */
  readonly patterns: readonly PatternView[]
  /** There are more lines than were looked at; counts are of these. */
  readonly isSampled: boolean
}

/** What the lines of a query have in common; of many lines a sample is looked at. */
export async function minedPatterns(
  source: LogSource,
  job: PatternsJob,
  at: LogCircumstances,
): Promise<PatternsView> {
  const { sampleLines: linesMax } = at.limits
  const { lines, isWhole } = await sampleLines(source, { ...job, linesMax }, at)
  return { patterns: patternsOf(lines, job), isSampled: !isWhole }
}

/** Patterns of lines, the most frequent first. */
export function patternsOf(
  lines: readonly LogEntry[],
  { range, stepNs }: Pick<PatternsJob, 'range' | 'stepNs'>,
): readonly PatternView[] {
  const miners = new Map<string, PatternMiner>()
  const firstNs = range.fromNs - (range.fromNs % stepNs)
  for (const shown of lines) {
    const level = levelOfLine(shown)
    const miner = miners.get(level) ?? new PatternMiner()
    miners.set(level, miner)
    miner.add(shown.line, Number((shown.timeNs - firstNs) / stepNs), 1)
  }
  const secondsOf = (step: number): number =>
    Number((firstNs + BigInt(step) * stepNs) / 1_000_000_000n)
  return [...miners]
    .flatMap(([level, miner]) => miner.patterns().map((mined) => ({ level, ...mined })))
    .toSorted((a, b) => b.lines - a.lines)
    .slice(0, PATTERNS_MAX)
    .map(({ pattern, level, steps }) => ({
      pattern,
      level,
      samples: [...steps]
        .toSorted(([a], [b]) => a - b)
        .map(([step, count]) => [secondsOf(step), count] as const),
    }))
}
