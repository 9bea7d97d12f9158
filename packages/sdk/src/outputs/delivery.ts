import { backoffMs } from '../http/exchange.ts'
import type { PostOutcome } from './http-post.ts'

export interface DeliveryOptions {
  readonly send: (body: Uint8Array) => Promise<PostOutcome>
  /** Bodies that wait for the receiver; when there is no room, the oldest go. */
  readonly queueBytesMax: number
  /** The first pause after a failure, doubled with each further one up to `lastPauseMs`. */
  readonly firstPauseMs: number
  readonly lastPauseMs: number
  readonly onError: (error: Error) => void
}

/**
 * Bodies on their way to a receiver, in order, one at a time.
 *
 * ```
 * push ──> [ queue, bounded in bytes ] ──> send ──taken────> gone
 *              │ full: oldest dropped        ├──later────> wait (twice as long each time), again
 *                                            └──refused──> dropped, told
 * ```
 * Nobody waits for it: `push` returns at once. The timers do not keep the process alive.
 */
export class Delivery {
  readonly #options: DeliveryOptions
  readonly #queue: Uint8Array[] = []
  #queuedBytes = 0
  #sent = 0
  #dropped = 0
  #failures = 0
  #isSending = false
  #isClosed = false
  #timer: NodeJS.Timeout | undefined
  readonly #idle = new Set<() => void>()

  constructor(options: DeliveryOptions) {
    this.#options = options
  }

  push(body: Uint8Array): void {
    if (this.#isClosed) return
    this.#queue.push(body)
    this.#queuedBytes += body.byteLength
    // The one that is on its way stays: it may have been taken already.
    const keep = this.#isSending ? 1 : 0
    while (this.#queuedBytes > this.#options.queueBytesMax && this.#queue.length > keep) {
      this.#queuedBytes -= this.#queue.splice(keep, 1)[0]!.byteLength
      this.#dropped++
    }
    if (this.#timer === undefined) void this.#drain()
  }

  /** Tries at once what waits, for at most `withinMs`. */
  async flush(withinMs: number): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#queue.length === 0) return
    // A timer that does keep the process alive: whoever awaits this wants the answer.
    await new Promise<void>((resolve) => {
      const finish = (): void => {
        clearTimeout(deadline)
        this.#idle.delete(finish)
        resolve()
      }
      const deadline = setTimeout(finish, withinMs)
      this.#idle.add(finish)
      void this.#drain()
    })
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#dropped += this.#queue.length
    this.#queue.length = 0
    this.#queuedBytes = 0
    this.#tellIdle()
  }

  stats(): { readonly sent: number; readonly dropped: number; readonly queuedBytes: number } {
    return { sent: this.#sent, dropped: this.#dropped, queuedBytes: this.#queuedBytes }
  }

  async #drain(): Promise<void> {
    if (this.#isSending) return
    this.#isSending = true
    while (this.#queue.length > 0) {
      const body = this.#queue[0]!
      const outcome = await this.#send(body)
      // Closed meanwhile: the queue is empty, and what was in it is counted.
      if (this.#isClosed) break
      if (outcome.kind === 'later') {
        this.#pause(outcome)
        break
      }
      this.#queue.shift()
      this.#queuedBytes -= body.byteLength
      this.#failures = 0
      if (outcome.kind === 'taken') this.#sent++
      else {
        this.#dropped++
        this.#options.onError(new Error(`Cannot deliver ${body.byteLength} bytes: ${outcome.why}`))
      }
    }
    this.#isSending = false
    if (this.#queue.length === 0) this.#tellIdle()
  }

  async #send(body: Uint8Array): Promise<PostOutcome> {
    try {
      return await this.#options.send(body)
    } catch (thrown) {
      return { kind: 'refused', why: thrown instanceof Error ? thrown.message : String(thrown) }
    }
  }

  #pause({ why, afterMs }: { readonly why: string; readonly afterMs?: number }): void {
    const { firstPauseMs, lastPauseMs, onError } = this.#options
    // The first failure of a row is told; an outage of an hour is one message, not a thousand.
    if (this.#failures === 0) onError(new Error(`Receiver does not take metrics: ${why}`))
    this.#failures++
    const pauseMs = afterMs ?? backoffMs(this.#failures, firstPauseMs, lastPauseMs)
    const waitMs = Math.min(pauseMs, lastPauseMs)
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      void this.#drain()
    }, waitMs)
    this.#timer.unref()
  }

  #tellIdle(): void {
    for (const finish of this.#idle) finish()
  }
}
