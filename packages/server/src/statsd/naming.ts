import { isUtf8 } from 'node:buffer'
import { Labels, METRIC_NAME } from '@weir/model'
import {
  COUNTER,
  type EventColumns,
  GAUGE,
  SET,
  type StatsdReject,
  readTags,
  splitName,
} from '@weir/wire'
import type { Kind } from './families.ts'
import type { Mapped, Mapping } from './mapping.ts'

/** What an event's name, tags and type come to. */
export type Naming =
  | (Tags & { readonly kind: 'refused'; readonly reason: StatsdReject })
  | (Tags & { readonly kind: 'dropped'; readonly mapped: Mapped })
  | (Tags & {
      readonly kind: 'series'
      readonly labels: Labels
      readonly series: Kind
      readonly mapped: Mapped
    })

interface Tags {
  readonly isTagged: boolean
  /** Tags that could not be read and were left out. */
  readonly tagErrorCount: number
}

const decoder = new TextDecoder()

/** Weir's own names: a client that could send them would make two metrics of one name on a page. */
const RESERVED =
  /^(weir_(?!stage_)|nodejs_|process_(cpu_|resident_|virtual_|start_time_|open_fds|max_fds|heap_))/

/** Names the series of event `i`: tags, mapping, escaping. Runs once for each new key. */
export function nameEvent(
  bytes: Uint8Array,
  events: EventColumns,
  i: number,
  mapping: Mapping,
): Naming {
  const name = bytes.subarray(events.nameFrom[i], events.nameTo[i])
  const tags = bytes.subarray(events.tagsFrom[i], events.tagsTo[i])
  const container = bytes.subarray(events.containerFrom[i], events.containerTo[i])
  if (!isUtf8(name) || !isUtf8(tags) || !isUtf8(container)) {
    return { kind: 'refused', reason: 'malformed_line', isTagged: false, tagErrorCount: 0 }
  }
  const split = splitName(decoder.decode(name), events.meaning.dialects)
  let { tagErrorCount } = split
  const flat = [...split.tags]
  if (tags.length > 0) {
    const behind = readTags(decoder.decode(tags), ':')
    tagErrorCount += behind.tagErrorCount
    flat.push(...behind.tags)
  }
  if (container.length > 0) flat.push('container_id', decoder.decode(container))
  const told = { isTagged: flat.length > 0, tagErrorCount }

  const type = events.type[i]!
  const mapped = mapping.map(split.name, matchTypeOf(type))
  if (mapped.action === 'drop') return { kind: 'dropped', mapped, ...told }
  if (mapped.name === '') return { kind: 'refused', reason: 'empty_metric_name', ...told }
  if (RESERVED.test(mapped.name)) return { kind: 'refused', reason: 'reserved_name', ...told }
  const series = kindOf(type, mapped)
  return { kind: 'series', labels: labelsOf(mapped, flat, series), series, mapped, ...told }
}

function matchTypeOf(type: number): 'counter' | 'gauge' | 'observer' {
  if (type === COUNTER) return 'counter'
  return type === GAUGE || type === SET ? 'gauge' : 'observer'
}

function kindOf(type: number, mapped: Mapped): Kind {
  if (type === COUNTER) return 'counter'
  if (type === GAUGE) return mapped.runningTotal ? 'counter' : 'gauge'
  return type === SET ? 'set' : mapped.observer.kind
}

function labelsOf(mapped: Mapped, tags: readonly string[], kind: Kind): Labels {
  const flat: string[] = []
  const sent = new Set<string>()
  for (let i = 0; i < tags.length; i += 2) {
    const name = harmless(tags[i]!, kind)
    sent.add(name)
    flat.push(name, tags[i + 1]!)
  }
  for (let i = 0; i < mapped.labels.length; i += 2) {
    const name = harmless(mapped.labels[i]!, kind)
    if (!(mapped.honorLabels && sent.has(name))) flat.push(name, mapped.labels[i + 1]!)
  }
  flat.push(METRIC_NAME, mapped.name)
  return Labels.fromFlat(flat)
}

/** A label that would break the metric (`__x`, an observer's `le` or `quantile`) is renamed, not lost. */
function harmless(name: string, kind: Kind): string {
  const isTaken =
    name.startsWith('__') ||
    (kind === 'histogram' && name === 'le') ||
    (kind === 'summary' && name === 'quantile')
  return isTaken ? `exported_${name}` : name
}
