import type { Clock } from '@weir/model'
import { type Answer, type Attempt, judge } from './attempt.ts'
import type { KindCounts } from './batch.ts'
import type { RemoteWriteOutEvents } from './events.ts'
import { LinkedAbort } from './linked-abort.ts'

/** Sends one request and gives back the answer, or throws what went wrong on the way. */
export type Post = (
  body: Uint8Array,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
) => Promise<Answer>

export interface DeliveryOptions {
  readonly queue: string
  readonly version: '1.0' | '2.0'
  readonly userAgent: string
  readonly timeoutMs: number
  readonly retryOn429: boolean
  readonly minBackoffMs: number
  readonly maxBackoffMs: number
  readonly post: Post
  readonly clock: Clock
  readonly events: RemoteWriteOutEvents
}

/** What is to be delivered; asked for anew before each attempt, since it may have become too old. */
export interface Parcel {
  readonly body: Uint8Array
  readonly counts: KindCounts
}

const CONTENT_TYPES = {
  '1.0': 'application/x-protobuf',
  '2.0': 'application/x-protobuf;proto=io.prometheus.write.v2.Request',
} as const
const VERSION_HEADERS = { '1.0': '0.1.0', '2.0': '2.0.0' } as const

/** Brings requests to a receiver, however long it takes. What it knows is shared by all shards. */
export class Delivery {
  readonly #options: DeliveryOptions
  /** How the last request went; '' when well. */
  lastError = ''
  lastErrorMs = 0
  lastSentMs = 0
  /** Seconds that answered requests took, all together. */
  busySeconds = 0

  constructor(options: DeliveryOptions) {
    this.#options = options
  }

  /**
   * Tries until the receiver took it or refused it for good. Rejects only when the signal aborts.
   *
   * @param next what is to be sent now; undefined when nothing of it is left
   * @param onRetry hears of what has to be sent again
   * @param mayPart whether what is refused for its content will be sent in parts: then it is told by `parted`
   */
  async deliver(
    next: () => Parcel | undefined,
    onRetry: (counts: KindCounts) => void,
    signal: AbortSignal,
    mayPart = false,
  ): Promise<
    | { readonly kind: 'parted' }
    | { readonly kind: 'done'; readonly counts: KindCounts; readonly written?: KindCounts }
    | { readonly kind: 'refused'; readonly counts: KindCounts; readonly written?: KindCounts }
    | { readonly kind: 'nothing' }
  > {
    const { clock, events, queue, minBackoffMs, maxBackoffMs } = this.#options
    let backoffMs = minBackoffMs
    for (let attempt = 0; ; attempt++) {
      const parcel = next()
      if (parcel === undefined) return { kind: 'nothing' }
      const { counts } = parcel
      const outcome = await this.#attempt(parcel, attempt, signal)
      signal.throwIfAborted()
      if (outcome.kind === 'sent') {
        this.lastError = ''
        this.lastSentMs = clock.now()
        const { written } = outcome
        return { kind: 'done', counts, ...(written && { written }) }
      }
      this.lastError =
        outcome.kind === 'refused' ? `${outcome.why}; ${outcome.advice}` : outcome.why
      this.lastErrorMs = clock.now()
      if (outcome.kind === 'refused') {
        const { why, advice, written } = outcome
        if (mayPart && outcome.blamesContent && written === undefined) {
          this.lastError = '' // it answers: nobody has to wait for it
          events.parted(queue)
          return { kind: 'parted' }
        }
        events.refused(queue, { why, advice })
        return { kind: 'refused', counts, ...(written && { written }) }
      }
      events.retry(queue, outcome.why)
      onRetry(counts)
      await clock.sleep(outcome.afterMs ?? backoffMs, signal)
      backoffMs = Math.min(backoffMs * 2, maxBackoffMs)
    }
  }

  async #attempt(parcel: Parcel, attempt: number, signal: AbortSignal): Promise<Attempt> {
    const { version, userAgent, timeoutMs, retryOn429, post, clock, events, queue } = this.#options
    const headers = {
      'content-encoding': 'snappy',
      'content-type': CONTENT_TYPES[version],
      'user-agent': userAgent,
      'x-prometheus-remote-write-version': VERSION_HEADERS[version],
      ...(attempt > 0 && { 'retry-attempt': String(attempt) }),
    }
    using request = new LinkedAbort(signal)
    const started = clock.monotonicMs()
    let isLate = false
    const giveUp = (): void => {
      isLate = true
      request.abort()
    }
    const timing = clock.sleep(timeoutMs, request.signal).then(giveUp, () => undefined)
    try {
      const answer = await post(parcel.body, headers, request.signal)
      const seconds = (clock.monotonicMs() - started) / 1000
      this.busySeconds += seconds
      const nowMs = clock.now()
      const outcome = judge(answer, { version, retryOn429, counts: parcel.counts, nowMs })
      if (outcome.kind === 'sent') events.sent(queue, { bytes: parcel.body.length, seconds })
      return outcome
    } catch (error) {
      const why = isLate ? `it did not answer within ${timeoutMs / 1000} s` : describe(error)
      return { kind: 'retry', why, afterMs: undefined }
    } finally {
      request.abort()
      await timing
    }
  }
}

/** What went wrong on the way, with what caused it: "fetch failed" alone helps nobody. */
function describe(error: unknown): string {
  const parts: string[] = []
  for (let at: unknown = error; at instanceof Error && parts.length < 4; at = at.cause) {
    const text = at.message || (at as NodeJS.ErrnoException).code || at.name
    if (!parts.includes(text)) parts.push(text)
  }
  return parts.join(': ') || String(error)
}
