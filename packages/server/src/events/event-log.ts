import type { LogSink } from '@weir/model'
import type { Telemetry } from '../telemetry/log.ts'
import { eventLines } from './event-lines.ts'
import type { KeepEvents } from './event-sender.ts'

/**
 * Keeps events where marks on charts come from, and as lines of log too. What the log store cannot take is
 * counted; the marks do not suffer for it.
 */
export function loggedEvents(options: {
  readonly keep: KeepEvents
  readonly logs: LogSink
  readonly telemetry: Telemetry
}): KeepEvents {
  const { keep, logs, telemetry } = options
  const unlogged = telemetry.registry.counter(
    'weir_events_unlogged_total',
    'Events and service checks that were kept, but not as lines of log.',
  )
  return async (batch) => {
    await keep(batch)
    try {
      const { appended } = await logs.append(eventLines(batch))
      unlogged.inc(undefined, batch.length - appended)
    } catch (error) {
      unlogged.inc(undefined, batch.length)
      telemetry.log
        .sampled('events_unlogged', 60_000)
        ?.warn({ error: (error as Error).message }, 'Events were not kept as lines of log')
    }
  }
}
