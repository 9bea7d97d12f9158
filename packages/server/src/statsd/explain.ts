import type { Labels } from '@weir/model'
import {
  COUNTER,
  EventColumns,
  GAUGE,
  type ParseOptions,
  SET,
  STATSD_REJECTS,
  type StatsdReject,
  TIMER,
  parseStatsd,
  rejectIndex,
} from '@weir/wire'
import type { Kind } from './families.ts'
import type { Mapped, Mapping } from './mapping.ts'
import { nameEvent } from './naming.ts'

/** What one event of a line becomes, and by which rule. */
export type EventExplanation =
  | { readonly kind: 'refused'; readonly reason: StatsdReject }
  | { readonly kind: 'dropped'; readonly rule: string }
  | {
      readonly kind: 'series'
      readonly labels: Labels
      readonly series: Kind
      readonly help: string
      /** What a value does: it adds to a counter, sets or changes a gauge, is observed, or is a set's member. */
      readonly effect: 'adds' | 'sets' | 'changes' | 'observes' | 'counts'
      /** After units, rate and the rule's scale; null for a set's member. */
      readonly value: number | null
      /** How many observations it stands for. */
      readonly weight: number
      /** Unix seconds that the sender gave it; null when it is of now. */
      readonly timeSeconds: number | null
      /** Tags that could not be read and are left out. */
      readonly tagErrors: number
      /** File, line and match of the rule; '' when none matched. */
      readonly rule: string
    }

/** Tells what a StatsD line comes to under a mapping, for `weir check mapping` and for people. */
export function explainLine(
  mapping: Mapping,
  line: string,
  options: ParseOptions,
): EventExplanation[] {
  const bytes = new TextEncoder().encode(line)
  const events = new EventColumns()
  parseStatsd(bytes, 0, bytes.length, options, events)
  const explained: EventExplanation[] = []
  for (let i = 0; i < events.shownCount; i++) {
    explained.push({ kind: 'refused', reason: STATSD_REJECTS[events.shown[i * 3 + 2]!]! })
  }
  for (let i = 0; i < events.length; i++) explained.push(explainEvent(mapping, bytes, events, i))
  return explained
}

function explainEvent(
  mapping: Mapping,
  bytes: Uint8Array,
  events: EventColumns,
  i: number,
): EventExplanation {
  const naming = nameEvent(bytes, events, i, mapping)
  if (naming.kind === 'refused') return { kind: 'refused', reason: naming.reason }
  if (naming.kind === 'dropped') return { kind: 'dropped', rule: naming.mapped.rule }
  const { labels, series, mapped, tagErrorCount: tagErrors } = naming
  const value = valueOf(events, i, mapped.scale)
  if (series === 'counter' && value !== null && !(value >= 0)) {
    const reason =
      STATSD_REJECTS[rejectIndex(value < 0 ? 'illegal_negative_counter' : 'malformed_value')]!
    return { kind: 'refused', reason }
  }
  const isObserved = series === 'summary' || series === 'histogram'
  return {
    kind: 'series',
    labels,
    series,
    help: mapped.help,
    effect: effectOf(events, i, mapped),
    value,
    weight: isObserved ? 1 / events.rate[i]! : 1,
    timeSeconds: events.timeSeconds[i] || null,
    tagErrors,
    rule: mapped.rule,
  }
}

function effectOf(
  events: EventColumns,
  i: number,
  mapped: Mapped,
): 'adds' | 'sets' | 'changes' | 'observes' | 'counts' {
  const type = events.type[i]
  if (type === COUNTER) return 'adds'
  if (type === SET) return 'counts'
  if (type !== GAUGE) return 'observes'
  const isAbsolute = mapped.runningTotal || (mapped.absolute ?? events.meaning.absoluteGauges)
  return events.signed[i] === 1 && !isAbsolute ? 'changes' : 'sets'
}

function valueOf(events: EventColumns, i: number, scale: number): number | null {
  const value = events.value[i]!
  const type = events.type[i]
  if (type === SET) return null
  if (type === TIMER) return (value / events.meaning.timerUnitsPerSecond) * scale
  return type === COUNTER ? (value * scale) / events.rate[i]! : value * scale
}
