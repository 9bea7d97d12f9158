import { type Clock, WeirError } from '@weir/model'
import { LinkedAbort } from '../remote-write-out/linked-abort.ts'
import type { EngineEvents } from './engine-events.ts'
import { type Parcel, halves, linesOf, pushBody } from './parcel.ts'
import { type PushAnswer, type PushOutcome, judgePush } from './push-answer.ts'

/** Sends one request and gives back the answer, or throws what went wrong on the way. */
export type PostLines = (body: Uint8Array, signal: AbortSignal) => Promise<PushAnswer>

export interface PushDeliveryOptions {
  readonly post: PostLines
  readonly hasMetadata: boolean
  readonly timeoutMs: number
  readonly minBackoffMs: number
  readonly maxBackoffMs: number
  /** Lines that waited so long are not tried again. */
  readonly waitMaxMs: number
  readonly clock: Clock
  readonly events: EngineEvents
}

/**
 * Requests that may be made to find out which lines of a parcel are refused: halving finds one line of a
 * thousand in twenty.
 */
const PARTS_MAX = 64

/** Brings lines to the engine, however long it takes. */
export class PushDelivery {
  readonly #options: PushDeliveryOptions

  constructor(options: PushDeliveryOptions) {
    this.#options = options
  }

  /**
   * Resolves when the engine has the lines, or never will have those that it has not. Rejects only when the
   * signal aborts.
   *
   * @param sinceMs when the oldest of them came
   */
  async deliver(parcel: Parcel, sinceMs: number, signal: AbortSignal): Promise<void> {
    const { events } = this.#options
    // Those in front first, so that lines of a stream stay in their order.
    const parts: Parcel[] = [parcel]
    let requests = 0
    for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
      const lines = linesOf(part)
      const { outcome, bytes } = await this.#untilJudged(part, sinceMs, signal)
      requests++
      if (outcome.kind === 'sent') events.sent(lines, bytes)
      else if (outcome.kind === 'waited') events.lost(lines, 'waited_too_long', outcome.why)
      else if (lines === 1 || requests >= PARTS_MAX) {
        events.lost(lines, outcome.reason, outcome.why)
      } else parts.unshift(...halves(part))
    }
  }

  async #untilJudged(
    part: Parcel,
    sinceMs: number,
    signal: AbortSignal,
  ): Promise<{
    readonly outcome:
      | Exclude<PushOutcome, { kind: 'retry' }>
      | { readonly kind: 'waited'; readonly why: string }
    readonly bytes: number
  }> {
    const { clock, hasMetadata, minBackoffMs, maxBackoffMs, waitMaxMs } = this.#options
    const body = pushBody(part, hasMetadata)
    let backoffMs = minBackoffMs
    for (;;) {
      const outcome = await this.#attempt(body, signal)
      signal.throwIfAborted()
      if (outcome.kind !== 'retry') return { outcome, bytes: body.length }
      if (clock.now() - sinceMs > waitMaxMs) {
        return { outcome: { kind: 'waited', why: outcome.why }, bytes: 0 }
      }
      await clock.sleep(outcome.afterMs ?? backoffMs, signal)
      backoffMs = Math.min(backoffMs * 2, maxBackoffMs)
    }
  }

  async #attempt(body: Uint8Array, signal: AbortSignal): Promise<PushOutcome> {
    const { clock, post, timeoutMs, events } = this.#options
    using request = new LinkedAbort(signal)
    const began = clock.monotonicMs()
    let isLate = false
    const giveUp = (): void => {
      isLate = true
      request.abort()
    }
    clock.sleep(timeoutMs, request.signal).then(giveUp, () => undefined)
    let outcome: PushOutcome
    let seconds: number | undefined
    try {
      const answer = await post(body, request.signal)
      seconds = (clock.monotonicMs() - began) / 1000
      outcome = judgePush(answer, clock.now())
    } catch (error) {
      signal.throwIfAborted()
      if (!isLate && !(error instanceof WeirError)) throw error
      const why = isLate
        ? `it did not answer within ${timeoutMs} ms (storage.logs.queue.push_timeout)`
        : (error as WeirError).message
      outcome = { kind: 'retry', why, afterMs: undefined }
    } finally {
      request.abort()
    }
    events.answered(outcome, seconds, clock.now())
    return outcome
  }
}
