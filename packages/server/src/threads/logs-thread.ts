import { randomInt } from 'node:crypto'
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { type DeleteRequest, type LogStoreOptions, type LogStoreStats } from '@weir/logs'
import { type LogReport, type LogSink, WeirError, systemClock } from '@weir/model'
import { type IntakeStatus, LINE_PARSERS, type LogsEngineView } from '@weir/packs'
import { connectAppender } from '@weir/tsdb'
import { type InstanceLabel, labelled } from '../engine/instance.ts'
import type { LineLimits } from '../logs/lines/line-limits.ts'
import { serveWay } from '../logs/log-way.ts'
import { type PackedBatch, unpackBatch } from '../logs/packed-batch.ts'
import type { LogMetricConfig } from '../logs/metrics/config.ts'
import { LogMetrics } from '../logs/metrics/log-metrics.ts'
import type { LogOutcome, LogRequest } from '../logs/receive/log-request.ts'
import { LogReceiver } from '../logs/receive/log-receiver.ts'
import {
  type ListenerAddress,
  type ListenerConfigs,
  LogListeners,
} from '../logs/sockets/log-listeners.ts'
import { ReceiverDoor } from '../logs/sockets/receiver-door.ts'
import { LogStoreMetrics } from '../logs/store-metrics.ts'
import { type KeptLinesOptions, openKeptLines } from '../logs-engine/kept-lines.ts'
import { TokenQuotas } from '../push/token-quotas.ts'
import { openLog } from '../telemetry/log.ts'
import { Registry } from '../telemetry/registry.ts'
import { movedPage } from './moved-page.ts'
import type { Taken } from './push-thread.ts'
import { Moved, serveCalls } from './rpc.ts'
import { keepHeapSmall } from './small-heap.ts'

/**
 * The thread that has the log store: bodies of requests come as bytes from the main thread and become
 * lines here; other threads send lines that are read already (`connect`). Started when the first one comes, or
 * at the start of Weir when lines are kept.
 */

export interface LogsData {
  readonly store: Omit<LogStoreOptions, 'clock' | 'onProblem'>
  readonly engine: KeptLinesOptions['engine']
  readonly limits: LineLimits
  readonly unpackedBytesMax: number
  readonly resourceLabels: readonly string[]
  readonly listeners: ListenerConfigs
  /** Metrics made from lines, and the way to the metric store. */
  readonly metrics: {
    readonly rules: readonly LogMetricConfig[]
    readonly store: MessagePort
    /** On all their series, where there are other Weirs. */
    readonly instance: InstanceLabel | undefined
  }
  readonly logLevel: string
  readonly depthMax: number
}

export type LogsHandlers = {
  /** Resolves when the store is open. */
  open: () => Promise<void>
  /** Opens the sockets that the configuration asks for; gives where they listen. */
  listen: () => Promise<readonly ListenerAddress[]>
  /** What the status page shows of them. */
  listenerStatus: () => readonly IntakeStatus[]
  /** Takes the body of a request in; resolves when what could be kept is durable. */
  take: (request: LogRequest) => Promise<Moved<Taken<LogOutcome>>>
  /** Puts other metrics from lines in place of those there are. */
  setMetrics: (rules: readonly LogMetricConfig[]) => Promise<void>
  append: (batch: PackedBatch) => Promise<LogReport>
  /** Serves a `LogWay` at the other end of the port. */
  connect: (port: MessagePort) => Promise<void>
  /** Serves a `LogReader` at the other end of the port. */
  connectReader: (port: MessagePort) => Promise<void>
  /** Takes lines out for good; gives how many went. */
  delete: (request: DeleteRequest) => Promise<number>
  /** Gives files of lines second names in a folder; says how long those are that grow. */
  link: (into: string) => Promise<ReadonlyMap<string, number>>
  stats: () => Promise<LogStoreStats>
  /** What gets the lines besides this thread, where there is such a thing. */
  engineView: () => Promise<LogsEngineView | undefined>
  /** This thread's own metrics as an exposition page. */
  page: (accept: string) => Promise<Moved<Uint8Array>>
  close: () => Promise<void>
}

const data = workerData as LogsData
const registry = new Registry()
const log = openLog(data.logLevel).child({ part: 'logs' })
const opening = openKeptLines({
  store: {
    ...data.store,
    clock: systemClock,
    onProblem: (error) =>
      log.error(
        { code: (error as WeirError).code, error: (error as Error).message },
        error instanceof WeirError && error.code === 'STORAGE_CORRUPT'
          ? 'Damaged lines of log are left out'
          : 'Cannot write a part of the logs; it is tried again',
      ),
  },
  engine: data.engine,
  telemetry: { registry, log },
})
opening.catch(() => undefined) // whoever asks is told
const counted: { metrics?: LogMetrics } = {}
/** The store, behind the rules that make metrics of lines. */
const sinking: Promise<LogSink> = opening.then((store) => {
  const { rules, store: port } = data.metrics
  const appender = labelled(connectAppender(port), data.metrics.instance)
  const telemetry = { registry, log }
  counted.metrics = new LogMetrics({ rules, store, appender, clock: systemClock, telemetry })
  counted.metrics.start()
  return counted.metrics
})
sinking.catch(() => undefined)
const quotas = new TokenQuotas<string>('streams', systemClock, registry)
const receiving = sinking.then(
  (store) =>
    new LogReceiver({
      store,
      limits: data.limits,
      unpackedBytesMax: data.unpackedBytesMax,
      quotas,
      resourceLabels: data.resourceLabels,
      depthMax: data.depthMax,
      clock: systemClock,
      seed: randomInt(2 ** 32),
      parsers: LINE_PARSERS,
    }),
)
receiving.catch(() => undefined)
const metrics = new LogStoreMetrics(registry)
const listeners = new LogListeners()

const handlers: LogsHandlers = {
  open: async () => void (await opening),
  listen: async () => {
    const door = new ReceiverDoor(() => receiving)
    const { listeners: config } = data
    await listeners.open({ config, door, telemetry: { registry, log }, clock: systemClock })
    return listeners.addresses
  },
  listenerStatus: () => listeners.status(),
  take: async (request) => {
    const outcome = await (await receiving).take(request)
    return new Moved({ outcome, room: request.body.buffer }, [request.body.buffer])
  },
  setMetrics: async (rules) => {
    await sinking
    counted.metrics!.setRules(rules)
  },
  append: async (batch) => (await sinking).append(unpackBatch(batch)),
  connect: async (port) => serveWay(port, await sinking),
  connectReader: async (port) => (await opening).connectReader(port),
  delete: async (request) => (await opening).delete(request),
  link: async (into) => (await opening).link(into),
  stats: async () => (await opening).stats(),
  engineView: async () => (await opening).outlet?.view(),
  page: async (accept) => {
    const store = await opening
    metrics.refresh(store.stats(), (await receiving).reader.active.count)
    store.outlet?.publish()
    quotas.publish()
    return movedPage(registry.collect(), accept)
  },
  close: async () => {
    await listeners[Symbol.asyncDispose]()
    await counted.metrics?.[Symbol.asyncDispose]()
    const store = await opening.catch(() => undefined)
    await store?.[Symbol.asyncDispose]()
  },
}

serveCalls(parentPort!, handlers)
keepHeapSmall()
