import type { Writable } from 'node:stream'
import type { DestinationStats, LogDestination } from './destination.ts'
import { prettyLine } from './pretty.ts'

const BATCH_CHARS = 32_768
const WAITING_BYTES_MAX = 16 * 1024 * 1024

export interface StreamOptions {
  readonly name?: string
  /** Lines for people instead of JSON. */
  readonly isPretty?: boolean
  readonly hasColour?: boolean
  readonly levelMin?: number
}

/**
 * Lines to a stream that is open already: standard output, standard error, or one of the program's.
 * Those of one turn of the event loop go together, which is several times cheaper than a write each; on
 * a terminal each goes at once. The stream is not ended at `close`: it was somebody's before.
 */
export class StreamDestination implements LogDestination {
  readonly #stream: Writable
  readonly #options: StreamOptions
  readonly #isTerminal: boolean
  #pending = ''
  #pendingCount = 0
  #isScheduled = false
  #isBroken = false
  #written = 0
  #dropped = 0
  #failures = 0
  // Without somebody who listens, `weir … | head` would end the program by EPIPE.
  readonly #onError = (): void => {
    this.#failures++
    this.#isBroken = true
  }

  constructor(stream: Writable, options: StreamOptions = {}) {
    this.#stream = stream
    this.#options = options
    this.#isTerminal = (stream as { isTTY?: boolean }).isTTY === true
    stream.on('error', this.#onError)
  }

  write(line: string, level: number): void {
    if (level < (this.#options.levelMin ?? 0)) return
    if (this.#isBroken || this.#stream.writableLength > WAITING_BYTES_MAX) {
      this.#dropped++
      return
    }
    this.#pending += this.#options.isPretty
      ? prettyLine(line, this.#options.hasColour === true)
      : line
    this.#pendingCount++
    if (this.#isTerminal || this.#pending.length >= BATCH_CHARS) {
      this.flushSync()
    } else if (!this.#isScheduled) {
      this.#isScheduled = true
      setImmediate(() => {
        this.#isScheduled = false
        this.flushSync()
      })
    }
  }

  flushSync(): void {
    if (this.#pending === '') return
    const text = this.#pending
    const count = this.#pendingCount
    this.#pending = ''
    this.#pendingCount = 0
    try {
      this.#stream.write(text)
      this.#written += count
    } catch {
      this.#dropped += count
      this.#failures++
    }
  }

  async flush(): Promise<void> {
    this.flushSync()
    if (this.#isBroken || !this.#stream.writableNeedDrain) return
    await new Promise<void>((resolve) => {
      const done = (): void => {
        for (const event of ['drain', 'close', 'error']) this.#stream.off(event, done)
        resolve()
      }
      for (const event of ['drain', 'close', 'error']) this.#stream.once(event, done)
    })
  }

  async close(): Promise<void> {
    await this.flush()
    this.#stream.off('error', this.#onError)
  }

  stats(): DestinationStats {
    return {
      name: this.#options.name ?? 'stream',
      written: this.#written,
      dropped: this.#dropped,
      failures: this.#failures,
    }
  }
}
