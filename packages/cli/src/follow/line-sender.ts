import { setTimeout as sleep } from 'node:timers/promises'
import { request } from 'undici'

/** What became of lines. */
export type Sent =
  | { readonly kind: 'kept' }
  /** Sent again they would be refused again. */
  | { readonly kind: 'refused'; readonly why: string }
  /** Nobody took them, and whoever waits was told to stop. */
  | { readonly kind: 'given_up' }

const FIRST_PAUSE_MS = 500
const PAUSE_MS_MAX = 30_000
const REQUEST_MS = 30_000
/** Not about the lines: these can come in once there is room, or the token is right. */
const FOR_NOW: ReadonlySet<number> = new Set([401, 403, 408, 429])

/**
 * Hands lines to Weir, by Loki's push. While Weir is away, or says that it has no room, it is asked again and
 * again; lines wait where they are, in their files.
 */
export class LineSender {
  readonly #url: URL
  readonly #onAway: (why: string) => void

  /** @param onAway called once each time that Weir cannot be reached, not for each try */
  constructor(url: URL, onAway: (why: string) => void) {
    this.#url = url
    this.#onAway = onAway
  }

  /** A line's time is 0: Weir reads it in the line, or takes that of arrival. */
  async send(
    labels: Readonly<Record<string, string>>,
    lines: readonly string[],
    signal: AbortSignal,
  ): Promise<Sent> {
    const body = JSON.stringify({
      streams: [{ stream: labels, values: lines.map((line) => ['0', line]) }],
    })
    let pauseMs = FIRST_PAUSE_MS
    for (let attempt = 0; ; attempt++) {
      const why = await this.#try(body)
      if (typeof why !== 'string') return why
      if (attempt === 0) this.#onAway(why)
      if (signal.aborted) return { kind: 'given_up' }
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined)
      pauseMs = Math.min(PAUSE_MS_MAX, pauseMs * 2)
    }
  }

  /** A text: why it may be tried again. */
  async #try(body: string): Promise<Sent | string> {
    try {
      const reply = await request(this.#url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
        signal: AbortSignal.timeout(REQUEST_MS),
      })
      const told = (await reply.body.text()).trim()
      if (reply.statusCode < 300) return { kind: 'kept' }
      const why = `${this.#url.origin} answers ${reply.statusCode} ${told.slice(0, 300)}`
      const isForNow = reply.statusCode >= 500 || FOR_NOW.has(reply.statusCode)
      return isForNow ? why : { kind: 'refused', why }
    } catch (error) {
      return `cannot reach ${this.#url.origin}: ${(error as Error).message}`
    }
  }
}
