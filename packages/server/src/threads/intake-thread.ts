import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { systemClock } from '@weir/model'
import type { IntakeStatus, StatsdCardinality } from '@weir/packs'
import { connectAppender } from '@weir/tsdb'
import { type InstanceLabel, labelled } from '../engine/instance.ts'
import type { EventHandlers } from '../events/event-handlers.ts'
import type { StatsdConfig } from '../statsd/config.ts'
import type { ReadMapping } from '../statsd/mapping-file.ts'
import { type StatsdIntake, startStatsd } from '../intake/statsd.ts'
import { openLog } from '../telemetry/log.ts'
import { Registry } from '../telemetry/registry.ts'
import { movedPage } from './moved-page.ts'
import { Caller, type Moved, serveCalls } from './rpc.ts'
import { keepHeapSmall } from './small-heap.ts'

/** The thread with the StatsD sockets: packets become samples here, and go to the writer as columns. */

export interface IntakeData {
  readonly config: StatsdConfig
  readonly mappings: readonly ReadMapping[]
  /** Leads to the writer thread. */
  readonly store: MessagePort
  /** Leads to the main thread, which keeps events. */
  readonly events: MessagePort
  readonly eventsQueuedMax: number
  /** On all its series, where there are other Weirs. */
  readonly instance: InstanceLabel | undefined
  readonly logLevel: string
  /** Where the aggregates are kept over a restart. */
  readonly stateFolder: string
}

export type IntakeHandlers = {
  /** Opens the sockets; resolves with their addresses. */
  open: () => Promise<readonly { readonly kind: string; readonly address: string }[]>
  status: () => readonly IntakeStatus[]
  cardinality: () => Promise<StatsdCardinality | undefined>
  /** What came by StatsD, as `/metrics` shows it. */
  samples: (accept: string) => Moved<Uint8Array>
  /** This thread's own metrics as an exposition page. */
  page: (accept: string) => Moved<Uint8Array>
  reload: (mappings: readonly ReadMapping[]) => void
  /** Copies what is kept of the aggregates into a folder. */
  copyState: (into: string) => Promise<void>
  close: () => Promise<void>
}

const data = workerData as IntakeData
const registry = new Registry()
const log = openLog(data.logLevel).child({ part: 'statsd' })
const appender = labelled(connectAppender(data.store), data.instance)
const events = new Caller<EventHandlers>(data.events)
let intake: StatsdIntake | undefined

const handlers: IntakeHandlers = {
  open: async () => {
    intake = await startStatsd({
      config: data.config,
      mappings: data.mappings,
      appender,
      events: {
        keep: (batch) => events.call('keep', batch),
        queuedMax: data.eventsQueuedMax,
      },
      telemetry: { registry, log },
      clock: systemClock,
      stateFolder: data.stateFolder,
    })
    return intake.addresses
  },
  status: () => intake?.status() ?? [],
  cardinality: async () => intake?.cardinality(),
  samples: (accept) => movedPage(intake?.families() ?? [], accept),
  page: (accept) => movedPage(registry.collect(), accept),
  reload: (mappings) => intake?.reload(mappings),
  copyState: async (into) => intake?.copyState(into),
  close: async () => {
    await intake?.[Symbol.asyncDispose]()
    appender.close()
    data.events.close()
  },
}

serveCalls(parentPort!, handlers)
keepHeapSmall()
