import { HttpClient, type HttpReply } from '@weir/fetch'
import { WeirError } from '@weir/model'
import type { ScrapeConfig } from './config.ts'
import { type PageFormat, acceptHeader, pageFormat } from './formats.ts'
import type { FetchedPage } from './page-reader.ts'
import { PageRoom } from './page-room.ts'
import type { Target } from './target.ts'

const BODY_BYTES_MAX = 256 * 2 ** 20

/** Asks a target for its page. Throws a `WeirError` with `SCRAPE_FAILED` for whatever goes wrong but an abort. */
export type FetchPage = (target: Target, signal: AbortSignal) => Promise<FetchedPage>

/** One job's connections: its credentials, TLS and proxies, kept alive between scrapes. */
export class JobClient implements AsyncDisposable {
  readonly #config: ScrapeConfig
  readonly #client: HttpClient
  /** How long the last page was. */
  readonly #bytes = new WeakMap<Target, number>()

  private constructor(config: ScrapeConfig, client: HttpClient) {
    this.#config = config
    this.#client = client
  }

  /** @throws {WeirError} `SCRAPE_CONFIG` when a certificate or key file cannot be read */
  static async open(config: ScrapeConfig): Promise<JobClient> {
    try {
      return new JobClient(config, await HttpClient.open(config, { what: 'scrape' }))
    } catch (error) {
      throw new WeirError(
        'SCRAPE_CONFIG',
        `Cannot use job "${config.job_name}": ${(error as Error).message}`,
      )
    }
  }

  readonly fetch: FetchPage = async (target, signal) => {
    const failed = (
      code: 'SCRAPE_FAILED' | 'SCRAPE_LIMIT',
      why: string,
      cause?: unknown,
    ): WeirError => new WeirError(code, `Cannot scrape ${target.url}: ${why}`, { cause })
    try {
      const reply = await this.#client.request(target.requestUrl, {
        signal,
        headers: {
          accept: acceptHeader(target.job.formats.protocols, target.job.naming.escaping),
          'accept-encoding': this.#config.enable_compression ? 'gzip' : 'identity',
          'x-prometheus-scrape-timeout-seconds': String(target.timeoutMs / 1000),
        },
      })
      const format = formatOf(reply, this.#config)
      if (typeof format !== 'string') {
        await reply.discard()
        throw failed('SCRAPE_FAILED', format.why)
      }
      const limit = target.job.limits.bodyBytes ?? BODY_BYTES_MAX
      const room = await this.#read(reply, target, limit)
      return { bytes: room.bytes, format, done: () => room.done() }
    } catch (error) {
      if (signal.aborted || !(error instanceof WeirError)) throw error
      if (error.code === 'FETCH_TOO_LARGE') {
        throw failed('SCRAPE_LIMIT', `${error.message} (body_size_limit)`, error)
      }
      throw error.code === 'FETCH_FAILED' ? failed('SCRAPE_FAILED', error.message, error) : error
    }
  }

  async #read(reply: HttpReply, target: Target, limit: number): Promise<PageRoom> {
    const room = new PageRoom(this.#bytes.get(target) ?? 0)
    await reply.eachPiece(limit, (piece) => room.put(piece))
    this.#bytes.set(target, room.bytes.length)
    return room
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client[Symbol.asyncDispose]()
  }
}

/** How the page is to be read, or why it cannot be. */
function formatOf(reply: HttpReply, config: ScrapeConfig): PageFormat | { readonly why: string } {
  if (reply.status !== 200) return { why: `want status 200, got ${reply.status}` }
  const given = reply.header('content-type')
  const format = pageFormat(given, config.fallback_scrape_protocol)
  if (format !== undefined) return format
  const got = given === '' ? 'none' : JSON.stringify(given)
  return {
    why: `want a Content-Type of text/plain, application/openmetrics-text or application/vnd.google.protobuf, got ${got}; set fallback_scrape_protocol if it is one of these all the same`,
  }
}
