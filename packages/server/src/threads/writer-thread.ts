import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { type Matcher, systemClock } from '@weir/model'
import {
  type OutgoingOptions,
  type OutgoingPlace,
  type ReaderSeat,
  type RetentionOptions,
  type SenderOptions,
  type StoreOptions,
  type StoreStats,
  openStore,
  takeBallast,
} from '@weir/tsdb'
import { openLog } from '../telemetry/log.ts'
import { Registry } from '../telemetry/registry.ts'
import { StoreMetrics } from '../telemetry/store-metrics.ts'
import { movedPage } from './moved-page.ts'
import type { PlaceHandlers } from './remote-write-thread.ts'
import { Moved, serveCalls } from './rpc.ts'
import { keepHeapSmall } from './small-heap.ts'

/**
 * The one thread that writes the store. Senders reach it by ports of their own (`connect`), readers
 * get a seat; everything else is a call.
 */

export interface WriterData {
  readonly path: string
  readonly storage: Omit<StoreOptions, 'path' | 'clock'>
  readonly logLevel: string
}

/** Which samples are to be deleted; times are included. */
export interface DeleteRequest {
  readonly matchers: readonly Matcher[]
  readonly minMs: number
  readonly maxMs: number
}

export type WriterHandlers = {
  /** Resolves when the store is open. */
  open: () => Promise<void>
  /** Serves an appender at the other end of the port. */
  connect: (sender: {
    readonly port: MessagePort
    readonly options?: SenderOptions
  }) => Promise<void>
  seat: () => Promise<Moved<ReaderSeat>>
  stats: () => Promise<StoreStats>
  /** The argument: whether to leave out what is not sealed yet. */
  snapshot: (skipHead: boolean) => Promise<{ readonly name: string }>
  /** A copy for somebody who takes it away and removes it: its folder. */
  stage: () => Promise<string>
  deleteSeries: (what: DeleteRequest) => Promise<void>
  cleanTombstones: () => Promise<void>
  setRetention: (retention: RetentionOptions) => Promise<void>
  /** Says who sends samples on; answers where each queue is. */
  setOutgoing: (options: OutgoingOptions) => Promise<ReadonlyMap<string, OutgoingPlace>>
  /** Hears at a port how far queues are. */
  keepPlaces: (port: MessagePort) => Promise<void>
  /** This thread's own metrics as an exposition page. */
  page: (accept: string) => Promise<Moved<Uint8Array>>
  close: () => Promise<void>
}

const MAINTAIN_EVERY_MS = 5_000

const data = workerData as WriterData
const log = openLog(data.logLevel).child({ part: 'store' })
const registry = new Registry()
const metrics = new StoreMetrics(registry)
const opening = openStore({ path: data.path, clock: systemClock, ...data.storage })
// The failure is told by the call `open`; here it only must not count as unhandled.
opening.catch(() => undefined)

const stopped = new AbortController()
const maintaining = maintain()

async function maintain(): Promise<void> {
  const store = await opening.catch(() => undefined)
  if (store === undefined) return
  for (;;) {
    // First the wait: what a start finds to be sealed is not to delay its first queries.
    await systemClock.sleep(MAINTAIN_EVERY_MS, stopped.signal).catch(() => undefined)
    if (stopped.signal.aborted) return
    try {
      await store.maintain()
      takeBallast(data.path, data.storage.diskReserveBytes)
    } catch (error) {
      metrics.maintenanceFailed(log, error)
    }
  }
}

const handlers: WriterHandlers = {
  open: async () => {
    await opening
  },
  connect: async ({ port, options }) => {
    ;(await opening).listen(port, options)
  },
  seat: async () => {
    const seat = (await opening).seat()
    return new Moved(seat, [seat.port])
  },
  stats: async () => (await opening).stats(),
  snapshot: async (skipHead) => (await opening).snapshot(skipHead),
  stage: async () => (await opening).stage(),
  deleteSeries: async ({ matchers, minMs, maxMs }) =>
    (await opening).deleteSeries(matchers, minMs, maxMs),
  cleanTombstones: async () => (await opening).cleanTombstones(),
  setRetention: async (retention) => (await opening).setRetention(retention),
  setOutgoing: async (options) => {
    const store = await opening
    store.setOutgoing(options)
    return store.outgoingPlaces()
  },
  keepPlaces: async (port) => {
    const store = await opening
    const placeHandlers: PlaceHandlers = {
      passed: ({ queue, place }) => store.outgoingPassed(queue, place),
    }
    serveCalls(port, placeHandlers)
    port.unref()
  },
  page: async (accept) => {
    metrics.update((await opening).stats())
    return movedPage(registry.collect(), accept)
  },
  close: async () => {
    stopped.abort()
    await maintaining
    const store = await opening.catch(() => undefined)
    await store?.[Symbol.asyncDispose]()
  },
}

serveCalls(parentPort!, handlers)
keepHeapSmall()
