import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import type { DeleteRequest } from '@weir/logs'
import type { LogBatch, LogReport, LogSink } from '@weir/model'
import type { IntakeStatus, LogsEngineView } from '@weir/packs'
import type { WeirConfig } from '../config/weir-config.ts'
import { instanceOf } from '../engine/instance.ts'
import { distantEngine } from '../logs-engine/config.ts'
import type { BodyRooms } from '../push/body-rooms.ts'
import type { LogsData, LogsHandlers } from '../threads/logs-thread.ts'
import { Thread } from '../threads/thread.ts'
import { lineLimits } from './lines/line-limits.ts'
import type { LogMetricConfig } from './metrics/config.ts'
import { presetRules } from './metrics/presets.ts'
import { packBatch } from './packed-batch.ts'
import type { LogOutcome, LogRequest } from './receive/log-request.ts'
import { type ListenerAddress, wantsListeners } from './sockets/log-listeners.ts'

export interface LogsSideOptions {
  readonly config: () => WeirConfig
  readonly dataDir: string
  /** Where bodies of requests lie; their memory goes back there. */
  readonly rooms: BodyRooms
  /** A way to the metric store. */
  readonly storePort: () => Promise<MessagePort>
  readonly onCrash: (error: Error) => void
}

/**
 * The main thread's side of logs: who has lines, or asks for them, comes here. Most Weirs keep none, so the
 * thread that keeps them starts with the first one, or with those of the last time.
 */
export class LogsSide implements LogSink, AsyncDisposable {
  readonly #options: LogsSideOptions
  #thread: Promise<Thread<LogsHandlers>> | undefined
  readonly #ways = new Set<MessagePort>()

  constructor(options: LogsSideOptions) {
    this.#options = options
  }

  /** Whether there are lines, or have been. */
  get isOpen(): boolean {
    return this.#thread !== undefined
  }

  /** Starts the thread when something is kept from the last time, or waits for an engine; resolves when it can be asked. */
  async openKept(): Promise<void> {
    const { logs } = this.#options.config().storage
    if (logs.engine !== 'embedded' || isFilled(this.#folder))
      await (await this.thread()).call('open', undefined)
  }

  /** Opens the sockets that the configuration asks for, if it does; gives where they listen. */
  async listen(): Promise<readonly ListenerAddress[]> {
    if (!wantsListeners(this.#options.config().logs)) return []
    return (await this.thread()).call('listen', undefined)
  }

  /** What the status page shows of these sockets. */
  async listenerStatus(): Promise<readonly IntakeStatus[]> {
    if (!wantsListeners(this.#options.config().logs)) return []
    return (await this.thread()).call('listenerStatus', undefined)
  }

  /** What the status page shows of the engine that gets the lines, where there is one. */
  async engineView(): Promise<LogsEngineView | undefined> {
    if (this.#options.config().storage.logs.engine === 'embedded') return undefined
    return (await this.thread()).call('engineView', undefined)
  }

  /** Takes up what of a new configuration counts at once: metrics from lines. */
  async reload({ logs }: WeirConfig): Promise<void> {
    await (await this.#thread)?.call('setMetrics', metricRules(logs))
  }

  /** Takes the body of a request in; it changes hands. Resolves when what could be kept is durable. */
  async take(request: LogRequest): Promise<LogOutcome> {
    const thread = await this.thread()
    const { outcome, room } = await thread.call('take', request, [request.body.buffer])
    this.#options.rooms.give(room)
    return outcome
  }

  /** For lines of the main thread. The batch changes hands. */
  async append(batch: LogBatch): Promise<LogReport> {
    const { packed, transfer } = packBatch(batch)
    return (await this.thread()).call('append', packed, transfer)
  }

  /** Takes lines out for good; gives how many went. */
  async delete(request: DeleteRequest): Promise<number> {
    return (await this.thread()).call('delete', request)
  }

  /** Gives files of lines second names in a folder; says how long those are that grow. */
  async link(into: string): Promise<ReadonlyMap<string, number>> {
    return (await (await this.#thread)?.call('link', into)) ?? new Map()
  }

  /** For lines of another thread: what a `LogWay` there is made of. */
  way(): MessagePort {
    const { port1, port2 } = new MessageChannel()
    this.#ways.add(port1)
    port1.on('message', (port: MessagePort) => {
      void this.thread().then((thread) => thread.call('connect', port, [port]))
    })
    port1.on('close', () => this.#ways.delete(port1))
    port1.unref()
    return port2
  }

  /** What a `LogReader` of another thread is made of. */
  async readerPort(): Promise<MessagePort> {
    const { port1, port2 } = new MessageChannel()
    await (await this.thread()).call('connectReader', port2, [port2])
    return port1
  }

  /** The thread, which starts if it does not run. */
  thread(): Promise<Thread<LogsHandlers>> {
    this.#thread ??= this.#start()
    return this.#thread
  }

  /** The thread's own metrics, once it runs. */
  async pages(accept: string): Promise<Uint8Array[]> {
    if (this.#thread === undefined) return []
    return [await (await this.#thread).call('page', accept)]
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const port of this.#ways) port.close()
    await (await this.#thread)?.[Symbol.asyncDispose]()
  }

  get #folder(): string {
    return join(this.#options.dataDir, 'logs')
  }

  async #start(): Promise<Thread<LogsHandlers>> {
    const { logs, storage, log, otlp_receiver: otlp } = this.#options.config()
    const store = await this.#options.storePort()
    const engine = distantEngine(storage.logs)
    const queue = join(this.#options.dataDir, 'logs-queue')
    const data: LogsData = {
      store: {
        folder: this.#folder,
        ageMaxMs: logs.retention_time,
        futureMaxMs: logs.max_ahead,
        streamsMax: logs.max_known_streams,
        reserveBytes: storage.metrics.disk_reserve,
        queuedBytesMax: logs.max_queued_bytes,
        recentBytes: logs.recent_size,
        recentAgeMs: logs.recent_time,
        diskBytesMax: logs.retention_size,
        memoryBytes: logs.part_memory,
      },
      engine: engine === undefined ? undefined : { config: engine, folder: queue },
      limits: lineLimits(logs),
      unpackedBytesMax: logs.max_unpacked_bytes,
      resourceLabels: logs.resource_labels,
      metrics: { rules: metricRules(logs), store, instance: instanceOf(this.#options.config()) },
      listeners: { forward: logs.forward, syslog: logs.syslog },
      logLevel: log.level,
      depthMax: otlp.max_attribute_depth,
    }
    return new Thread<LogsHandlers>('logs-thread', data, [store], this.#options.onCrash)
  }
}

function metricRules({ metric_presets: presets, metrics }: WeirConfig['logs']): LogMetricConfig[] {
  return [...presetRules(presets), ...metrics]
}

function isFilled(folder: string): boolean {
  try {
    return readdirSync(folder).length > 0
  } catch {
    return false
  }
}
