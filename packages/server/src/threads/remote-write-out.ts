import { MessageChannel } from 'node:worker_threads'
import type { RemoteWriteView } from '@weir/packs'
import type { WeirConfig } from '../config/weir-config.ts'
import { outgoingEndpoints, outgoingOf } from '../config/storage-options.ts'
import { engineOf } from '../engine/engine-of.ts'
import type { SenderSettings } from '../remote-write-out/sender.ts'
import type { RemoteWriteData, RemoteWriteHandlers } from './remote-write-thread.ts'
import { Thread } from './thread.ts'
import type { WriterHandlers } from './writer-thread.ts'

function settingsOf(config: WeirConfig): SenderSettings {
  const engine = engineOf(config.storage)
  return {
    endpoints: outgoingEndpoints(config),
    externalLabels: config.global.external_labels,
    ...(engine && { engineLabels: engine.labels }),
  }
}

/** The thread that sends samples on, there while the configuration has somebody to send them to. */
export class RemoteWriteOut implements AsyncDisposable {
  readonly #writer: Thread<WriterHandlers>
  readonly #logLevel: string
  readonly #onCrash: (error: Error) => void
  /** Who keeps the metrics, as Weir started: questions go there until the next start, and so do samples. */
  #storage: WeirConfig['storage'] | undefined
  #thread: Thread<RemoteWriteHandlers> | undefined

  constructor(writer: Thread<WriterHandlers>, logLevel: string, onCrash: (error: Error) => void) {
    this.#writer = writer
    this.#logLevel = logLevel
    this.#onCrash = onCrash
  }

  /**
   * Opens what the endpoints of a configuration need. What is sent where stays as it is.
   *
   * @throws {WeirError} `CONFIG_INVALID` when one of them cannot be used
   */
  async prepare(read: WeirConfig): Promise<void> {
    const config = this.#asStarted(read)
    if (outgoingEndpoints(config).length > 0) this.#thread ??= await this.#start()
    await this.#thread?.call('prepare', settingsOf(config))
  }

  /** Sends to the endpoints of a configuration from now on, for which {@link prepare} was called. */
  async take(read: WeirConfig): Promise<void> {
    const config = this.#asStarted(read)
    const places = await this.#writer.call('setOutgoing', outgoingOf(config))
    const thread = this.#thread
    await thread?.call('take', { settings: settingsOf(config), places })
    if (outgoingEndpoints(config).length > 0) return
    this.#thread = undefined
    await thread?.[Symbol.asyncDispose]()
  }

  async views(): Promise<readonly RemoteWriteView[]> {
    return (await this.#thread?.call('views', undefined)) ?? []
  }

  /** Resolves when the engine has what was committed before, or after so many milliseconds. */
  async caughtUp(withinMs: number): Promise<void> {
    await this.#thread?.call('caughtUp', withinMs)
  }

  /** Its own metrics; none while it is not there. */
  async pages(accept: string): Promise<Uint8Array[]> {
    return this.#thread === undefined ? [] : [await this.#thread.call('page', accept)]
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#thread?.[Symbol.asyncDispose]()
  }

  #asStarted(read: WeirConfig): WeirConfig {
    this.#storage ??= read.storage
    return { ...read, storage: this.#storage }
  }

  async #start(): Promise<Thread<RemoteWriteHandlers>> {
    const { port1, port2 } = new MessageChannel()
    await this.#writer.call('keepPlaces', port1, [port1])
    const seat = await this.#writer.call('seat', undefined)
    const data: RemoteWriteData = { seat, places: port2, logLevel: this.#logLevel }
    return new Thread<RemoteWriteHandlers>(
      'remote-write-thread',
      data,
      [seat.port, port2],
      this.#onCrash,
    )
  }
}
