import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { systemClock } from '@weir/model'
import type { RemoteWriteView } from '@weir/packs'
import { type OutgoingPlace, type ReaderSeat, openTail } from '@weir/tsdb'
import { openReceiver } from '../remote-write-out/receiver.ts'
import { RemoteWriteSender, type SenderSettings } from '../remote-write-out/sender.ts'
import { openLog } from '../telemetry/log.ts'
import { Registry } from '../telemetry/registry.ts'
import { VERSION } from '../version.ts'
import { movedPage } from './moved-page.ts'
import { Caller, type Moved, serveCalls } from './rpc.ts'
import { keepHeapSmall } from './small-heap.ts'

/** The thread that sends samples on. It reads the store's queue by itself and writes nothing. */

export interface RemoteWriteData {
  readonly seat: ReaderSeat
  /** Leads to the writer thread, which keeps the places of the queues. */
  readonly places: MessagePort
  readonly logLevel: string
}

/** What the writer thread answers to this one. */
export type PlaceHandlers = {
  passed: (what: { readonly queue: string; readonly place: OutgoingPlace }) => void
}

export type RemoteWriteHandlers = {
  /** Opens what `take` needs and changes nothing; see `RemoteWriteSender`. */
  prepare: (settings: SenderSettings) => Promise<void>
  take: (what: {
    readonly settings: SenderSettings
    readonly places: ReadonlyMap<string, OutgoingPlace>
  }) => Promise<void>
  views: () => RemoteWriteView[]
  /** Resolves when the engine has what was committed before, or after so many milliseconds. */
  caughtUp: (withinMs: number) => Promise<void>
  /** This thread's own metrics as an exposition page. */
  page: (accept: string) => Moved<Uint8Array>
  close: () => Promise<void>
}

const data = workerData as RemoteWriteData
const registry = new Registry()
const tail = openTail(data.seat)
const places = new Caller<PlaceHandlers>(data.places)
const sender = new RemoteWriteSender({
  tail,
  clock: systemClock,
  telemetry: { registry, log: openLog(data.logLevel).child({ part: 'remote_write' }) },
  userAgent: `Weir/${VERSION}`,
  open: openReceiver,
  passed: (queue, place) => places.call('passed', { queue, place }),
  onBroken: (error) => {
    setImmediate(() => {
      throw error // ends the thread, and with it the process: a queue must not stop unseen
    })
  },
})

const handlers: RemoteWriteHandlers = {
  prepare: (settings) => sender.prepare(settings),
  take: ({ settings, places: known }) => sender.take(settings, known),
  views: () => sender.views(),
  caughtUp: (withinMs) => sender.caughtUp(withinMs),
  page: (accept) => {
    sender.report()
    return movedPage(registry.collect(), accept)
  },
  close: async () => {
    await sender[Symbol.asyncDispose]()
    tail[Symbol.dispose]()
    data.places.close()
  },
}

serveCalls(parentPort!, handlers)
keepHeapSmall()
