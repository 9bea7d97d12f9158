import type { Labels } from '@weir/model'
import {
  COUNTER,
  EventColumns,
  PLAIN_MEANING,
  SET,
  STATSD_REJECTS,
  type StatsdReject,
  TIMER,
  parseStatsd,
} from '@weir/wire'
import type { Kind } from './families.ts'
import type { Mapping } from './mapping.ts'
import { nameEvent } from './naming.ts'

/** What one event of a line becomes, and by which rule. */
export type EventExplanation =
  | { readonly kind: 'refused'; readonly reason: StatsdReject }
  | { readonly kind: 'dropped'; readonly rule: string }
  | {
      readonly kind: 'series'
      readonly labels: Labels
      readonly series: Kind
      /** What is added, set or observed, after units and the rule's scale; null for a set's member. */
      readonly value: number | null
      /** File and match of the rule; '' when none matched. */
      readonly rule: string
    }

/** Tells what a StatsD line comes to under a mapping, for `weir check mapping` and for people. */
export function explainLine(mapping: Mapping, line: string): EventExplanation[] {
  const bytes = new TextEncoder().encode(line)
  const events = new EventColumns()
  const options = { ...PLAIN_MEANING, dogstatsdTags: true, maxLineBytes: bytes.length }
  parseStatsd(bytes, 0, bytes.length, options, events)
  const explained: EventExplanation[] = []
  for (let i = 0; i < events.shownCount; i++) {
    explained.push({ kind: 'refused', reason: STATSD_REJECTS[events.shown[i * 3 + 2]!]! })
  }
  for (let i = 0; i < events.length; i++) {
    const naming = nameEvent(bytes, events, i, mapping)
    if (naming.kind === 'refused') explained.push({ kind: 'refused', reason: naming.reason })
    else if (naming.kind === 'dropped') {
      explained.push({ kind: 'dropped', rule: naming.mapped.rule })
    } else {
      const { labels, series, mapped } = naming
      const value = valueOf(events, i, mapped.scale)
      explained.push({ kind: 'series', labels, series, value, rule: mapped.rule })
    }
  }
  return explained
}

function valueOf(events: EventColumns, i: number, scale: number): number | null {
  const value = events.value[i]! * scale
  const type = events.type[i]
  if (type === SET) return null
  if (type === TIMER) return value / events.meaning.timerUnitsPerSecond
  return type === COUNTER ? value / events.rate[i]! : value
}
