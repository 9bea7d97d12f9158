import type { MessagePort } from 'node:worker_threads'
import type { PushOutcome } from './outcome.ts'
import type { WeirConfig } from '../config/weir-config.ts'
import { instanceOf } from '../engine/instance.ts'
import type { HttpDeps } from '../http/deps.ts'
import type { PushGatewayDoor } from '../http/push-gateway-routes.ts'
import type { ImportResult } from '../import/import-page.ts'
import type { InfluxOutcome, InfluxRequest } from '../influx/receiver.ts'
import type { OtlpOutcome } from '../otlp/receiver.ts'
import type {
  ImportedPage,
  PushData,
  PushHandlers,
  Sent,
  Taken,
  WriteRequest,
} from '../threads/push-thread.ts'
import { Thread } from '../threads/thread.ts'
import { BodyRooms } from './body-rooms.ts'

export interface PushSideOptions {
  /** As it is now: the translation of OTLP may change with a reload. */
  readonly config: () => WeirConfig
  readonly dataDir: string
  /** A way to the writer; with `takesHistory` for samples of any age. */
  readonly storePort: (options?: { readonly takesHistory: boolean }) => Promise<MessagePort>
  readonly onCrash: (error: Error) => void
}

/**
 * The main thread's side of what others push by HTTP and gRPC: bodies change hands to the push thread,
 * and their memory comes back. Most Weirs never need that thread, so it starts with the first request.
 */
export class PushSide implements AsyncDisposable {
  /** Memory for bodies. */
  readonly rooms = new BodyRooms()
  readonly #options: PushSideOptions
  #thread: Promise<Thread<PushHandlers>> | undefined

  constructor(options: PushSideOptions) {
    this.#options = options
  }

  async remoteWrite(request: Sent<WriteRequest>): Promise<PushOutcome> {
    const thread = await this.#started()
    return this.#taken(thread.call('remoteWrite', request, [request.body.buffer]))
  }

  async otlp(request: Parameters<HttpDeps['otlp']['take']>[0]): Promise<OtlpOutcome> {
    const { otlp: translation } = this.#options.config()
    const thread = await this.#started()
    return this.#taken(thread.call('otlp', { ...request, translation }, [request.body.buffer]))
  }

  async influx(request: Sent<InfluxRequest>): Promise<InfluxOutcome> {
    return this.#taken((await this.#started()).call('influx', request, [request.body.buffer]))
  }

  async importPage(page: ImportedPage): Promise<ImportResult> {
    return (await this.#started()).call('importPage', page, [page.bytes.buffer])
  }

  /** Repeats what was pushed before the last stop. */
  async openGateway(): Promise<void> {
    await (await this.#started()).call('openGateway', undefined)
  }

  readonly gateway: Omit<PushGatewayDoor, 'config'> = {
    push: async (request) =>
      (await this.#started()).call('gatewayPush', request, [request.body.buffer]),
    delete: async (path) => (await this.#started()).call('gatewayDelete', path),
    wipe: async () => (await this.#started()).call('gatewayWipe', undefined),
    metrics: async () => (await this.#started()).call('gatewayMetrics', undefined),
    views: async () => (await this.#started()).call('gatewayViews', undefined),
  }

  /** The thread's own metrics, once it runs. */
  async pages(accept: string): Promise<Uint8Array[]> {
    if (this.#thread === undefined) return []
    return [await (await this.#thread).call('page', accept)]
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#thread)?.[Symbol.asyncDispose]()
  }

  /** What became of a request; the memory of its body is free again. */
  async #taken<Outcome>(answer: Promise<Taken<Outcome>>): Promise<Outcome> {
    const { outcome, room } = await answer
    this.rooms.give(room)
    return outcome
  }

  #started(): Promise<Thread<PushHandlers>> {
    this.#thread ??= this.#start()
    return this.#thread
  }

  async #start(): Promise<Thread<PushHandlers>> {
    const { config, dataDir, storePort, onCrash } = this.#options
    const { remote_write_receiver: written, otlp_receiver: otlp, ...others } = config()
    const store = await storePort()
    const history = await storePort({ takesHistory: true })
    const { limits } = others.storage.metrics
    const data: PushData = {
      instance: instanceOf(others),
      labels: {
        labelsMax: limits.labels_per_series,
        nameBytesMax: limits.label_name_bytes,
        valueBytesMax: limits.label_value_bytes,
      },
      remoteWrite: {
        unpackedBytesMax: written.max_unpacked_bytes,
        samplesMax: written.max_samples,
      },
      otlp: {
        unpackedBytesMax: otlp.max_unpacked_bytes,
        samplesMax: otlp.max_samples,
        depthMax: otlp.max_attribute_depth,
        deltaStreamsMax: otlp.max_delta_streams,
        deltaStaleMs: otlp.delta_max_stale,
      },
      gateway: others.pushgateway,
      dataDir,
      logLevel: others.log.level,
      influx: others.influx,
      store,
      history,
    }
    return new Thread<PushHandlers>('push-thread', data, [store, history], onCrash)
  }
}
