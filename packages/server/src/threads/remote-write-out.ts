import { MessageChannel } from 'node:worker_threads'
import type { RemoteWriteView } from '@weir/packs'
import type { WeirConfig } from '../config/weir-config.ts'
import { outgoingOf } from '../config/storage-options.ts'
import type { RemoteWriteData, RemoteWriteHandlers } from './remote-write-thread.ts'
import { Thread } from './thread.ts'
import type { WriterHandlers } from './writer-thread.ts'

/** The thread that sends samples on, there while the configuration has somebody to send them to. */
export class RemoteWriteOut implements AsyncDisposable {
  readonly #writer: Thread<WriterHandlers>
  readonly #logLevel: string
  readonly #onCrash: (error: Error) => void
  #thread: Thread<RemoteWriteHandlers> | undefined

  constructor(writer: Thread<WriterHandlers>, logLevel: string, onCrash: (error: Error) => void) {
    this.#writer = writer
    this.#logLevel = logLevel
    this.#onCrash = onCrash
  }

  /**
   * Sends to the endpoints of a configuration from now on.
   *
   * @throws {WeirError} `CONFIG_INVALID` when one of them cannot be used; then all stays as it was
   */
  async take(config: WeirConfig): Promise<void> {
    const settings = {
      endpoints: config.remote_write,
      externalLabels: config.global.external_labels,
    }
    const isWanted = settings.endpoints.length > 0
    const thread = isWanted ? (this.#thread ?? (await this.#start())) : this.#thread
    try {
      await thread?.call('prepare', settings)
    } catch (error) {
      if (this.#thread === undefined) await thread?.[Symbol.asyncDispose]()
      throw error
    }
    const places = await this.#writer.call('setOutgoing', outgoingOf(config))
    this.#thread = thread
    await thread?.call('take', { settings, places })
    if (isWanted) return
    this.#thread = undefined
    await thread?.[Symbol.asyncDispose]()
  }

  async views(): Promise<readonly RemoteWriteView[]> {
    return (await this.#thread?.call('views', undefined)) ?? []
  }

  /** Its own metrics; none while it is not there. */
  async pages(accept: string): Promise<Uint8Array[]> {
    return this.#thread === undefined ? [] : [await this.#thread.call('page', accept)]
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#thread?.[Symbol.asyncDispose]()
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
