import { Labels, type Matcher, type Severity } from '@weir/model'
import type { LogSource, LogStream, TimeRange } from '../source.ts'

export interface ContextRequest {
  /** All labels of the stream. */
  readonly labels: Labels
  readonly timeNs: bigint
  /** Tells lines of the same time apart; undefined: the first of them. */
  readonly line: string | undefined
  /** How many lines are wanted before it and after it. */
  readonly before: number
  readonly after: number
  readonly signal?: AbortSignal
}

export interface ContextLine {
  readonly timeNs: bigint
  readonly severity: Severity
  readonly line: string
  readonly metadata: Labels
}

/** Lines around a line of its stream, each list in the order of time. */
export interface LogContext {
  readonly before: readonly ContextLine[]
  /** Undefined when there is no such line (any more). */
  readonly line: ContextLine | undefined
  readonly after: readonly ContextLine[]
}

/** The farthest times that the store knows. */
const FIRST_NS = 0n
const LAST_NS = 2n ** 63n - 1n

/** What stands around a line, in its own stream. Times may be equal: then the order of the store counts. */
export async function contextOf(
  source: LogSource,
  { labels, timeNs, line, before, after, signal }: ContextRequest,
): Promise<LogContext> {
  const around = { fromNs: FIRST_NS, toNs: LAST_NS }
  const streams = source
    .streams(matchersOf(labels), around)
    .filter((stream) => stream.labels.equals(labels))
  const ask = (range: TimeRange, order: 'forward' | 'backward', limit: number) =>
    take(source, { streams, range, order, limit, signal })
  const [same, earlier, later] = await Promise.all([
    ask({ fromNs: timeNs, toNs: timeNs + 1n }, 'forward', SAME_TIME_MAX),
    ask({ fromNs: FIRST_NS, toNs: timeNs }, 'backward', before),
    ask({ fromNs: timeNs + 1n, toNs: LAST_NS }, 'forward', after),
  ])
  const found = line === undefined ? 0 : same.findIndex((one) => one.line === line)
  const at = found < 0 ? same.length : found
  return {
    before: [...earlier.toReversed(), ...same.slice(0, at)].slice(-before || Infinity),
    line: same[at],
    after: [...same.slice(at + 1), ...later].slice(0, after),
  }
}

/** Lines of one stream that have one time; more are not told apart. */
const SAME_TIME_MAX = 10_000

function matchersOf(labels: Labels): Matcher[] {
  return [...labels].map(([name, value]) => ({ name, operator: '=', value }))
}

interface Taking {
  readonly streams: readonly LogStream[]
  readonly range: TimeRange
  readonly order: 'forward' | 'backward'
  readonly limit: number
  readonly signal: AbortSignal | undefined
}

async function take(
  source: LogSource,
  { streams, range, order, limit, signal }: Taking,
): Promise<ContextLine[]> {
  const taken: ContextLine[] = []
  if (limit === 0 || streams.length === 0) return taken
  const request = {
    streams,
    range,
    order,
    conditions: [],
    expected: limit,
    needsText: true,
    ...(signal === undefined ? {} : { signal }),
  }
  for await (const run of source.lines(request)) {
    for (let i = 0; i < run.count; i++) {
      taken.push({
        timeNs: run.timeNs(i),
        severity: run.severity(i),
        line: run.line(i),
        metadata: Labels.fromFlat(run.metadata(i)),
      })
      if (taken.length === limit) return taken
    }
  }
  return taken
}
