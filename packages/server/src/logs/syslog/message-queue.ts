import type { Clock } from '@weir/model'
import { type WallClock, readSyslog } from '@weir/wire'
import type { LineDoor } from '../sockets/line-door.ts'
import { MessageLines } from './message-line.ts'
import type { SyslogTelemetry } from './telemetry.ts'

interface Waiting {
  readonly text: string
  readonly bytes: number
  readonly peer: string
}

/** Pause before the store is asked again. */
const RETRY_MS = 1000

/**
 * Messages on their way to the store: what comes while a commit is under way goes with the next one. Nobody
 * tells a sender of syslog that a message was lost, so when the store cannot keep them they wait, as many bytes as
 * they may.
 */
export class MessageQueue implements AsyncDisposable {
  readonly #options: MessageQueueOptions
  readonly #lines = new MessageLines()
  readonly #closing = new AbortController()
  #waiting: Waiting[] = []
  #bytes = 0
  #running: Promise<void> | undefined
  #onRoom: (() => void)[] = []

  constructor(options: MessageQueueOptions) {
    this.#options = options
  }

  get isFull(): boolean {
    return this.#bytes >= this.#options.bytesMax
  }

  /** Adds a message, whether there is room or not. */
  push(message: Uint8Array, peer: string): void {
    // A string of one's own: the bytes are the socket's.
    const text = Buffer.from(message.buffer, message.byteOffset, message.length).toString()
    this.#waiting.push({ text, bytes: message.length, peer })
    this.#count(message.length)
    this.#running ??= this.#run()
  }

  /** Calls back once there is room. */
  whenRoom(callback: () => void): void {
    this.#onRoom.push(callback)
  }

  /** Waits until all is kept; what the store does not keep now is lost. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort()
    await this.#running
    this.#options.telemetry.lost(this.#waiting.length)
  }

  async #run(): Promise<void> {
    await Promise.resolve() // the rest of the packet joins
    while (this.#waiting.length > 0) {
      const batch = this.#waiting
      this.#waiting = []
      if (!(await this.#keep(batch))) {
        this.#waiting = [...batch, ...this.#waiting]
        if (this.#closing.signal.aborted) break
        await this.#options.clock.sleep(RETRY_MS, this.#closing.signal).catch(() => undefined)
        continue
      }
      this.#count(-batch.reduce((sum, { bytes }) => sum + bytes, 0))
      if (this.isFull) continue
      const callbacks = this.#onRoom
      this.#onRoom = []
      for (const callback of callbacks) callback()
    }
    this.#running = undefined
  }

  async #keep(batch: readonly Waiting[]): Promise<boolean> {
    const { door, clock, wallClock, telemetry } = this.#options
    const options = { nowMs: clock.now(), wallClock }
    try {
      await door.take((add) => {
        for (const { text, peer } of batch) add(this.#lines.line(readSyslog(text, options), peer))
      })
      return true
    } catch (error) {
      telemetry.retried(error)
      return false
    }
  }

  #count(bytes: number): void {
    this.#bytes += bytes
    this.#options.telemetry.queuedBytes.set(this.#bytes)
  }
}

interface MessageQueueOptions {
  readonly door: LineDoor
  readonly clock: Clock
  readonly wallClock: WallClock
  readonly bytesMax: number
  readonly telemetry: SyslogTelemetry
}
