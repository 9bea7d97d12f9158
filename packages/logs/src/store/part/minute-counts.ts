import { levelOf } from '@weir/model'
import { valueTest } from '@weir/promql'
import type { CountRequest } from '../../source.ts'
import type { CountSum } from '../count-sum.ts'
import type { StreamGroup } from '../stream-conditions.ts'
import type { Part } from './part.ts'

const MINUTE_NS = 60_000_000_000n

/**
 * Counts a part's lines by its table of minutes, without reading it.
 *
 * @returns false where that table cannot tell: conditions or names beyond streams and levels, or steps
 *   that cut minutes in two
 */
export function minuteCounts(
  part: Part,
  groups: readonly StreamGroup[],
  { range, stepNs, by }: CountRequest,
  sum: CountSum,
): boolean {
  const { counts } = part.index
  if (counts === undefined || stepNs % MINUTE_NS !== 0n) return false
  // Ranges begin behind a whole minute: it has its end in it and not its beginning.
  if ((range.fromNs - 1n) % MINUTE_NS !== 0n) return false
  if (part.maxNs >= range.toNs && (range.toNs - 1n) % MINUTE_NS !== 0n) return false
  const firstMinute = Number((range.fromNs - 1n) / MINUTE_NS)
  const endMinute = Number((range.toNs - 1n) / MINUTE_NS) + (part.maxNs >= range.toNs ? 0 : 1)
  const stepMinutes = Number(stepNs / MINUTE_NS)
  const rules = streamRules(part, groups, by)
  if (rules === undefined) return false
  const { streams, minutes, severities, lines, bytes } = counts
  for (let i = 0; i < streams.length; i++) {
    const minute = minutes[i]!
    if (minute < firstMinute || minute >= endMinute) continue
    const rule = rules[streams[i]!]
    const severity = severities[i]!
    if (rule === undefined || !rule.takes[severity]) continue
    const step = Math.floor((minute - firstMinute) / stepMinutes)
    sum.add(rule.stream, step, rule.values[severity]!, lines[i]!, bytes[i]!)
  }
  return true
}

/** For each stream of the part, by severity: whether its lines count, and the values of the names. */
function streamRules(part: Part, groups: readonly StreamGroup[], by: readonly string[]) {
  const isLevel = (name: string): boolean =>
    name === 'detected_level' || (name === 'level' && part.sql.isLevelSeverity)
  const rules: (
    | {
        readonly stream: Part['streams'][number]
        readonly takes: readonly boolean[]
        readonly values: readonly (readonly string[])[]
      }
    | undefined
  )[] = []
  for (const { streams, conditions } of groups) {
    const tests = conditions.map((condition) =>
      condition.kind === 'value' && condition.isOwn !== true && isLevel(condition.name)
        ? valueTest(condition)
        : undefined,
    )
    if (tests.includes(undefined)) return undefined
    const wanted = new Set(streams)
    for (let number = 0; number < part.streams.length; number++) {
      const stream = part.streams[number]!
      if (!wanted.has(stream)) continue
      const own = by.map((name) => stream.labels.get(name))
      if (own.some((value, k) => value === '' && !isLevel(by[k]!))) return undefined
      const words = Array.from({ length: 25 }, (_, severity) => levelOf(severity))
      rules[number] = {
        stream,
        takes: words.map((word) => tests.every((test) => test!(word))),
        values: words.map((word) => own.map((value) => (value === '' ? word : value))),
      }
    }
  }
  return rules
}
