import type { HttpRequest } from '@weir/fetch'
import type { Alert, Clock } from '@weir/model'
import type { OutsideEvents } from './events.ts'

/** As many as Prometheus sends at once. */
const BATCH = 256
const BACKOFF_FIRST_MS = 1000
const BACKOFF_MAX_MS = 30_000
/** Not about the alerts: there is no room, or the token is wrong and may be exchanged. */
const FOR_NOW: ReadonlySet<number> = new Set([401, 403, 408, 429])
/** How long the last alerts may take when Weir stops. */
const LAST_WORDS_MS = 5000

/** Sends a request; throws when there is no answer. */
export type Post = (
  url: string,
  request: HttpRequest,
) => Promise<{ readonly status: number; readonly retryAfterMs: number | undefined }>

export interface SendLoopOptions {
  readonly url: string
  readonly post: Post
  readonly timeoutMs: number
  readonly queuedMax: number
  readonly clock: Clock
  readonly events: OutsideEvents
}

/**
 * The way to one Alertmanager: a bounded queue, and one request at a time.
 *
 * Unlike Prometheus, which drops a batch that fails, this keeps it and comes again (1 s, 2 s, … 30 s, or as
 * `Retry-After` says): the end of an alert is told only once, and would be lost. Newer news of an alert
 * takes the place of older; that it ended never takes the place of that it fired. When the queue is full
 * the oldest alerts go, and are counted.
 */
export class SendLoop implements AsyncDisposable {
  readonly #options: SendLoopOptions
  /** By labels and whether it is the end, in order of coming. */
  readonly #queue = new Map<string, Alert>()
  readonly #stop = new AbortController()
  #running: Promise<void> | undefined
  #timeoutMs: number

  constructor(options: SendLoopOptions) {
    this.#options = options
    this.#timeoutMs = options.timeoutMs
    options.events.queued(options.url, 0)
  }

  add(alerts: readonly Alert[]): void {
    const { url, events, clock, queuedMax } = this.#options
    const nowMs = clock.now()
    for (const alert of alerts) {
      const key = `${alert.endsAtMs <= nowMs ? 'end' : 'firing'} ${alert.labels.key()}`
      this.#queue.delete(key)
      this.#queue.set(key, alert)
    }
    const over = [...this.#queue.keys()].slice(0, Math.max(this.#queue.size - queuedMax, 0))
    for (const key of over) this.#queue.delete(key)
    events.dropped(url, 'queue_full', over.length)
    events.queued(url, this.#queue.size)
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined
    })
  }

  async #run(): Promise<void> {
    const { clock } = this.#options
    let pauseMs = BACKOFF_FIRST_MS
    while (this.#queue.size > 0 && !this.#stop.signal.aborted) {
      const outcome = await this.#sendBatch(this.#stop.signal)
      if (outcome === 'done') {
        pauseMs = BACKOFF_FIRST_MS
        continue
      }
      try {
        await clock.sleep(Math.max(pauseMs, outcome.afterMs), this.#stop.signal)
      } catch {
        return // stopped
      }
      pauseMs = Math.min(pauseMs * 2, BACKOFF_MAX_MS)
    }
  }

  /** Sends the oldest alerts. What is taken or refused leaves the queue, unless newer news took its place meanwhile. */
  async #sendBatch(signal: AbortSignal): Promise<'done' | { readonly afterMs: number }> {
    const { url, post, events } = this.#options
    const batch = [...this.#queue].slice(0, BATCH)
    let status: number
    let retryAfterMs: number | undefined
    try {
      const answer = await post(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(batch.map(([, alert]) => alertJson(alert))),
        signal: AbortSignal.any([signal, AbortSignal.timeout(this.#timeoutMs)]),
      })
      status = answer.status
      retryAfterMs = answer.retryAfterMs
    } catch (cause) {
      if (!signal.aborted) events.failed(url, (cause as Error).message)
      return { afterMs: 0 }
    }
    const isTaken = status >= 200 && status < 300
    if (!isTaken) events.failed(url, `it answered ${status}`)
    if (status >= 500 || FOR_NOW.has(status)) return { afterMs: retryAfterMs ?? 0 }
    if (isTaken) events.sent(url, batch.length)
    else events.dropped(url, 'refused', batch.length)
    for (const [key, alert] of batch) if (this.#queue.get(key) === alert) this.#queue.delete(key)
    events.queued(url, this.#queue.size)
    return 'done'
  }

  /** Ends after a last try to send what waits. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { url, events } = this.#options
    this.#stop.abort(new Error('sending to an Alertmanager stopped'))
    await this.#running
    this.#timeoutMs = Math.min(this.#timeoutMs, LAST_WORDS_MS)
    const last = AbortSignal.timeout(LAST_WORDS_MS)
    let isGoing = true
    while (isGoing && this.#queue.size > 0) isGoing = (await this.#sendBatch(last)) === 'done'
    events.dropped(url, 'gone', this.#queue.size)
    events.gone(url)
  }
}

function alertJson({ labels, annotations, startsAtMs, endsAtMs, generatorUrl }: Alert): object {
  return {
    annotations,
    endsAt: new Date(endsAtMs).toISOString(),
    startsAt: new Date(startsAtMs).toISOString(),
    ...(generatorUrl === '' ? {} : { generatorURL: generatorUrl }),
    labels,
  }
}
