import { type Matcher, WeirError } from '@weir/model'
import { readRequest, writeRequestsOf } from '@weir/server'
import { Agent, type Dispatcher, request } from 'undici'

const TIMEOUT_MS = 600_000
/** An answer longer than this, packed, is asked for in parts. */
const ANSWER_BYTES_MAX = 16 * 2 ** 20

/** A Prometheus, or what answers as one does, seen by who wants all it has. */
export class PrometheusSource {
  readonly #base: URL
  readonly #dispatcher: Dispatcher
  readonly #headers: Readonly<Record<string, string>>

  /**
   * @param base such as `http://prometheus:9090`, with a path in front of `/api/v1` where there is one
   * @param dispatcher how to ask; never the one of the process, which shows Weir's token to whoever it asks
   */
  constructor(base: string, dispatcher: Dispatcher = new Agent()) {
    this.#dispatcher = dispatcher
    if (!/^https?:/.test(base) || !URL.canParse(base)) {
      const want = 'want an address such as http://127.0.0.1:9090'
      throw new WeirError('SERVER_REFUSED', `Cannot import from ${JSON.stringify(base)}: ${want}`)
    }
    this.#base = new URL(base.endsWith('/') ? base : `${base}/`)
    const { username, password } = this.#base
    const who = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
    this.#headers =
      username === '' ? {} : { authorization: `Basic ${Buffer.from(who).toString('base64')}` }
    this.#base.username = ''
    this.#base.password = ''
  }

  /** Its address, without user and password. */
  get shown(): string {
    return this.#base.href.replace(/\/$/, '')
  }

  /** Names of the metrics that have samples within [startMs, endMs], of series for which the selector holds. */
  async names(startMs: number, endMs: number, selector?: string): Promise<readonly string[]> {
    const url = new URL('api/v1/label/__name__/values', this.#base)
    const span = { start: String(startMs / 1000), end: String(endMs / 1000) }
    const match = selector === undefined ? {} : { 'match[]': selector }
    url.search = new URLSearchParams({ ...span, ...match }).toString()
    const { status, body } = await this.#ask(url, {})
    const answer = status === 200 ? parsed(Buffer.from(body).toString()) : undefined
    if (answer?.data !== undefined) return answer.data
    throw new WeirError('SERVER_REFUSED', `${this.shown} answers ${status} to ${url.pathname}`)
  }

  /**
   * All samples of a metric within [startMs, endMs], of series for which the matchers hold, as requests of
   * remote write.
   *
   * @returns `'too much'` when that is more than one answer can be
   */
  async samples(
    name: string,
    chosen: readonly Matcher[],
    startMs: number,
    endMs: number,
    bytesMax: number,
  ): Promise<readonly Uint8Array[] | 'too much'> {
    const matchers = [{ name: '__name__', operator: '=', value: name } as const, ...chosen]
    const { status, body } = await this.#ask(new URL('api/v1/read', this.#base), {
      method: 'POST',
      headers: {
        'content-type': 'application/x-protobuf',
        'content-encoding': 'snappy',
        'x-prometheus-remote-read-version': '0.1.0',
      },
      body: readRequest(matchers, startMs, endMs),
    })
    if (body === 'too much') return body
    const said = Buffer.from(body).toString('utf8', 0, 200)
    if (status === 200) return writeRequestsOf(body, bytesMax)
    if (/exceeded sample limit|too many samples/i.test(said)) return 'too much'
    throw new WeirError(
      'SERVER_REFUSED',
      `${this.shown} answers ${status} to a remote read: ${said}`,
    )
  }

  async #ask(
    url: URL,
    sent: {
      readonly method?: 'POST'
      readonly headers?: Readonly<Record<string, string>>
      readonly body?: Uint8Array
    },
  ): Promise<{ readonly status: number; readonly body: Uint8Array | 'too much' }> {
    try {
      const { statusCode, body } = await request(url, {
        ...sent,
        dispatcher: this.#dispatcher,
        headers: { ...sent.headers, ...this.#headers },
        headersTimeout: TIMEOUT_MS,
        bodyTimeout: TIMEOUT_MS,
      })
      const pieces: Uint8Array[] = []
      let bytes = 0
      for await (const piece of body) {
        bytes += (piece as Uint8Array).length
        if (bytes > ANSWER_BYTES_MAX) return { status: statusCode, body: 'too much' }
        pieces.push(piece as Uint8Array)
      }
      return { status: statusCode, body: Buffer.concat(pieces) }
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      throw new WeirError('SERVER_AWAY', `Cannot ask ${this.shown}: ${why}; is Prometheus there?`)
    }
  }
}

function parsed(text: string): { readonly data?: readonly string[] } | undefined {
  try {
    return JSON.parse(text) as { readonly data?: readonly string[] }
  } catch {
    return undefined
  }
}
