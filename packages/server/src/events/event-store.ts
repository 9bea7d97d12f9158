import type { Clock, KeyValueChange, KeyValueStore } from '@weir/model'
import type { EventView } from '@weir/packs'
import type { Telemetry } from '../telemetry/log.ts'
import type { EventsConfig } from './config.ts'
import type { Told } from './told.ts'

/**
 * Events and service checks, kept on the disk and in memory, oldest out first.
 *
 * They are a few thousand short texts that people look at, so all of them are in memory (as many bytes as
 * `max_bytes` says, twice) and a question goes through them all: 10,000 take a few milliseconds. On the disk
 * each is one entry, named so that reading them back in order of names is reading them as they came:
 *
 *     event/<kind>/<ms when it came, 15 digits>-<count, 8 digits> → the event
 *
 * Checks come every few seconds, events rarely, so each kind has its own room.
 */
export class EventStore {
  readonly #store: KeyValueStore
  #limits: EventLimits
  readonly #clock: Clock
  readonly #rings = { event: new Ring(), check: new Ring() }
  readonly #kept
  readonly #evicted
  readonly #count
  #next = 0

  private constructor(options: EventStoreOptions) {
    const { registry } = options.telemetry
    this.#store = options.store
    this.#limits = options.limits
    this.#clock = options.clock
    this.#kept = registry.counter('weir_events_kept_total', 'Events and service checks written.', [
      'kind',
    ])
    this.#evicted = registry.counter(
      'weir_events_evicted_total',
      'Events and service checks that went: too old, or for want of room.',
      ['kind', 'reason'],
    )
    this.#count = registry.gauge('weir_events', 'Events and service checks that are kept.', [
      'kind',
    ])
  }

  /** Reads back what was kept. */
  static open(options: EventStoreOptions): EventStore {
    const events = new EventStore(options)
    for (const [key, value] of options.store.entries(PREFIX)) {
      const event = { ...(value as Told), id: key.slice(PREFIX.length) }
      events.#rings[event.kind].push(event)
    }
    events.#publish()
    return events
  }

  /** Writes events; resolves when they are on the disk. */
  async keep(batch: readonly Told[]): Promise<void> {
    const nowMs = this.#clock.now()
    const changes: KeyValueChange[] = []
    for (const told of batch) {
      const count = String(this.#next++ % 1e8).padStart(8, '0')
      const id = `${told.kind}/${String(nowMs).padStart(15, '0')}-${count}`
      this.#rings[told.kind].push({ ...told, id })
      changes.push({ key: PREFIX + id, value: told })
      this.#kept.inc({ kind: told.kind })
    }
    changes.push(...this.#evict(nowMs))
    this.#publish()
    await this.#store.write(changes)
  }

  /** Other limits, which count from now on; what is too much goes with the next event. */
  take(limits: EventLimits): void {
    this.#limits = limits
  }

  /** All that are kept of a kind, in the order in which they came; those that are too old are left out. */
  list(kind: 'event' | 'check'): readonly EventView[] {
    const { retention_time } = this.#limits
    const { events } = this.#rings[kind]
    if (retention_time === 0) return events
    const oldestMs = this.#clock.now() - retention_time
    return events.filter(({ id }) => cameMs(id) >= oldestMs)
  }

  #evict(nowMs: number): KeyValueChange[] {
    const { retention_time, max_events, max_bytes } = this.#limits
    const oldestMs = retention_time === 0 ? -Infinity : nowMs - retention_time
    const gone: KeyValueChange[] = []
    for (const [kind, ring] of Object.entries(this.#rings)) {
      for (;;) {
        const isFull = ring.events.length > max_events || ring.bytes > max_bytes
        const isOld = ring.events.length > 0 && cameMs(ring.events[0]!.id) < oldestMs
        if (!isFull && !isOld) break
        this.#evicted.inc({ kind, reason: isOld ? 'age' : 'room' })
        gone.push({ key: PREFIX + ring.shift().id, value: undefined })
      }
    }
    return gone
  }

  #publish(): void {
    for (const [kind, { events }] of Object.entries(this.#rings)) {
      this.#count.set(events.length, { kind })
    }
  }
}

type EventLimits = Pick<EventsConfig, 'retention_time' | 'max_events' | 'max_bytes'>

interface EventStoreOptions {
  readonly store: KeyValueStore
  readonly limits: EventLimits
  readonly clock: Clock
  readonly telemetry: Telemetry
}

const PREFIX = 'event/'

/** Kept events of one kind, oldest first. */
class Ring {
  readonly events: EventView[] = []
  bytes = 0

  push(event: EventView): void {
    this.events.push(event)
    this.bytes += bytesOf(event)
  }

  shift(): EventView {
    const event = this.events.shift()!
    this.bytes -= bytesOf(event)
    return event
  }
}

/** About what an event takes: its texts. */
function bytesOf({ title, text, host, source, aggregationKey, tags }: EventView): number {
  const lengths = [title, text, host, source, aggregationKey, ...tags].map(({ length }) => length)
  return lengths.reduce((sum, length) => sum + length, 0)
}

/** When it came, which its name tells. */
function cameMs(id: string): number {
  return Number(id.slice(id.indexOf('/') + 1, id.indexOf('-')))
}
