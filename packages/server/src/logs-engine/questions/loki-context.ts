import { type LogEntry, type TimeRange, levelOfLine } from '@weir/logs'
import type { Clock } from '@weir/model'
import type { LogContextView, LogLineView } from '@weir/packs'
import { lokiLabels } from '@weir/wire'
import type { LogJob } from '../../log-query/job.ts'
import type { LokiClient } from './loki-client.ts'
import { lokiLines } from './loki-lines.ts'

/** How far it is looked, farther each time while lines are wanting: Loki refuses more than 30 days at once. */
const HOURS = [1, 6, 48, 700] as const
const HOUR_NS = 3_600_000_000_000n
/** Lines of one stream that have one time; more are not told apart. */
const SAME_TIME_MAX = 1000
/** Lines may be a little ahead of the clock. */
const AHEAD_NS = 600_000_000_000n

type ContextJob = Extract<LogJob, { readonly kind: 'context' }>

/** What stands around a line, in its own stream. */
export async function lokiContext(
  loki: Pick<LokiClient, 'ask'>,
  { labels, timeNs, line, before, after }: ContextJob,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<LogContextView> {
  const query = lokiLabels(Object.entries(labels).flat())
  const count = Object.keys(labels).length
  const ask = async (
    range: TimeRange,
    direction: 'forward' | 'backward',
    limit: number,
  ): Promise<readonly LogEntry[]> => {
    const lines = await lokiLines(loki, { query, range, limit, direction }, signal)
    // Streams with further labels are others.
    return lines.filter(({ stream }) => stream.size === count)
  }
  const nowNs = BigInt(clock.now()) * 1_000_000n + AHEAD_NS
  const widening = async (
    rangeOf: (spanNs: bigint) => TimeRange,
    direction: 'forward' | 'backward',
    limit: number,
  ): Promise<readonly LogEntry[]> => {
    let found: readonly LogEntry[] = []
    for (const hours of HOURS) {
      const range = rangeOf(BigInt(hours) * HOUR_NS)
      found = await ask(range, direction, limit)
      if (found.length >= limit || range.toNs >= nowNs) break
    }
    return found
  }
  const [same, earlier, later] = await Promise.all([
    ask({ fromNs: timeNs, toNs: timeNs + 1n }, 'forward', SAME_TIME_MAX),
    widening((spanNs) => ({ fromNs: timeNs - spanNs, toNs: timeNs }), 'backward', before),
    widening(
      (spanNs) => ({ fromNs: timeNs + 1n, toNs: least(timeNs + spanNs, nowNs) }),
      'forward',
      after,
    ),
  ])
  const found = line === undefined ? 0 : same.findIndex((one) => one.line === line)
  const at = found < 0 ? same.length : found
  const all = [...earlier.toReversed(), ...same.slice(0, at)]
  const one = same[at]
  return {
    before: before === 0 ? [] : all.slice(-before).map(viewOf),
    line: one === undefined ? null : viewOf(one),
    after: [...same.slice(at + 1), ...later].slice(0, after).map(viewOf),
  }
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}

function viewOf(entry: LogEntry): LogLineView {
  const { timeNs, line, metadata } = entry
  return { timeNs: String(timeNs), level: levelOfLine(entry), line, metadata: metadata.toJSON() }
}
