import { existsSync, linkSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { MessagePort } from 'node:worker_threads'
import {
  type DeleteRequest,
  type LogStore,
  type LogStoreOptions,
  type LogStoreStats,
  openLogStore,
} from '@weir/logs'
import { type LogBatch, type LogReport, type LogSink, WeirError } from '@weir/model'
import type { DistantEngine } from './config.ts'
import { EngineOutlet, type EngineOutletOptions } from './engine-outlet.ts'

/** Where lines are kept: in Weir's store, with a distant engine, or both. */
export interface KeptLines extends LogSink, AsyncDisposable {
  /** The way to the engine, where there is one. */
  readonly outlet: EngineOutlet | undefined
  stats(): LogStoreStats
  connectReader(port: MessagePort): void
  delete(request: DeleteRequest): Promise<number>
  link: LogStore['link']
}

export interface KeptLinesOptions {
  readonly store: LogStoreOptions
  /** Where there is an engine: it, and where lines wait for it. */
  readonly engine: { readonly config: DistantEngine; readonly folder: string } | undefined
  readonly telemetry: EngineOutletOptions['telemetry']
}

export async function openKeptLines(options: KeptLinesOptions): Promise<KeptLines> {
  const { store, engine, telemetry } = options
  if (engine === undefined) return new InStore(await openLogStore(store), undefined)
  const outlet = await EngineOutlet.open({
    ...store,
    engine: engine.config,
    folder: engine.folder,
    telemetry,
  })
  if (engine.config.engine === 'loki') return new WithEngine(outlet, store.folder)
  return new InStore(await openLogStore(store), outlet)
}

class InStore implements KeptLines {
  readonly outlet: EngineOutlet | undefined
  readonly #store: LogStore

  constructor(store: LogStore, outlet: EngineOutlet | undefined) {
    this.#store = store
    this.outlet = outlet
  }

  /** What counts is that Weir has the lines; a copy that cannot be queued is counted as lost. */
  async append(batch: LogBatch): Promise<LogReport> {
    const [report] = await Promise.all([this.#store.append(batch), this.outlet?.copy(batch)])
    return report
  }

  stats(): LogStoreStats {
    return this.#store.stats()
  }

  connectReader(port: MessagePort): void {
    this.#store.connectReader(port)
  }

  delete(request: DeleteRequest): Promise<number> {
    return this.#store.delete(request)
  }

  link(into: string): ReadonlyMap<string, number> {
    return this.#store.link(into)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#store[Symbol.asyncDispose]()
    await this.outlet?.[Symbol.asyncDispose]()
  }
}

class WithEngine implements KeptLines {
  readonly outlet: EngineOutlet
  readonly #folder: string

  /** @param folder where Weir kept lines itself, should it have done so before */
  constructor(outlet: EngineOutlet, folder: string) {
    this.outlet = outlet
    this.#folder = folder
  }

  append(batch: LogBatch): Promise<LogReport> {
    return this.outlet.append(batch)
  }

  stats(): LogStoreStats {
    const { appended, streams, queuedBytes, waitingBytes } = this.outlet.stats
    return {
      appended,
      streams,
      queuedBytes,
      recentLines: 0,
      recentBytes: 0,
      parts: 0,
      partLines: 0,
      partTextBytes: 0,
      diskBytes: waitingBytes,
    }
  }

  connectReader(port: MessagePort): void {
    port.close() // whoever asks, asks the engine
  }

  delete(): Promise<number> {
    const why =
      'Cannot delete lines: they are in Loki; delete them there, by its own /loki/api/v1/delete'
    return Promise.reject(new WeirError('LOGS_ENGINE_UNSUPPORTED', why))
  }

  /** What was kept before; nobody changes it now. What waits for the engine is copied with all other files. */
  link(into: string): ReadonlyMap<string, number> {
    mkdirSync(into, { recursive: true })
    const files = existsSync(this.#folder) ? readdirSync(this.#folder) : []
    for (const file of files) linkSync(join(this.#folder, file), join(into, file))
    return new Map()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.outlet[Symbol.asyncDispose]()
  }
}
