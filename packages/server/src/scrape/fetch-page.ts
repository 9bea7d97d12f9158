import { readFile } from 'node:fs/promises'
import { createGunzip } from 'node:zlib'
import { WeirError } from '@weir/model'
import { Agent, type Dispatcher, request } from 'undici'
import type { ScrapeConfig } from './config.ts'
import type { Target } from './target.ts'

const ACCEPT =
  'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2'
const REDIRECTS_MAX = 10
const BODY_BYTES_MAX = 256 * 2 ** 20
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

/** A page as it arrived, unpacked. */
export interface FetchedPage {
  readonly bytes: Uint8Array
  readonly format: 'text' | 'openmetrics'
}

/** Asks a target for its page. Throws a `WeirError` with `SCRAPE_FAILED` for whatever goes wrong but an abort. */
export type FetchPage = (target: Target, signal: AbortSignal) => Promise<FetchedPage>

/** One job's connections: its TLS settings, kept alive between scrapes. */
export class JobClient implements AsyncDisposable {
  readonly #config: ScrapeConfig
  readonly #agent: Agent

  private constructor(config: ScrapeConfig, agent: Agent) {
    this.#config = config
    this.#agent = agent
  }

  /** @throws {WeirError} `SCRAPE_CONFIG` when a certificate or key file cannot be read */
  static async open(config: ScrapeConfig): Promise<JobClient> {
    const tls = config.tls_config
    const read = async (
      inline: string | undefined,
      file: string | undefined,
    ): Promise<string | undefined> => {
      if (inline !== undefined || file === undefined) return inline
      return readFile(file, 'utf8').catch((error: Error) => {
        throw new WeirError(
          'SCRAPE_CONFIG',
          `Cannot read "${file}" of tls_config of job "${config.job_name}": ${error.message}`,
        )
      })
    }
    const ca = await read(tls?.ca, tls?.ca_file)
    const cert = await read(tls?.cert, tls?.cert_file)
    const key = await read(tls?.key, tls?.key_file)
    const agent = new Agent({
      // The scrape's own timeout ends whatever takes too long.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: {
        timeout: 0,
        rejectUnauthorized: tls?.insecure_skip_verify !== true,
        ...(ca === undefined ? {} : { ca }),
        ...(cert === undefined ? {} : { cert }),
        ...(key === undefined ? {} : { key }),
        ...(tls?.server_name === undefined ? {} : { servername: tls.server_name }),
      },
    })
    return new JobClient(config, agent)
  }

  readonly fetch: FetchPage = async (target, signal) => {
    try {
      return await this.#get(target, signal)
    } catch (error) {
      if (error instanceof WeirError || signal.aborted) throw error
      throw new WeirError('SCRAPE_FAILED', `Cannot scrape ${target.url}: ${reasonOf(error)}`, {
        cause: error,
      })
    }
  }

  async #get(target: Target, signal: AbortSignal): Promise<FetchedPage> {
    let url = new URL(target.requestUrl)
    const { origin } = url
    for (let hops = 0; ; hops++) {
      const reply = await request(url, {
        dispatcher: this.#agent,
        signal,
        headers: await this.#headers(target, url.origin === origin),
      })
      const next = reply.headers['location']
      const isRedirect = REDIRECTS.has(reply.statusCode) && typeof next === 'string'
      if (!isRedirect || !this.#config.follow_redirects) return this.#read(reply, target)
      await drop(reply)
      if (hops === REDIRECTS_MAX) {
        throw new WeirError(
          'SCRAPE_FAILED',
          `Cannot scrape ${target.url}: it redirected more than ${REDIRECTS_MAX} times`,
        )
      }
      url = new URL(next, url)
    }
  }

  /** Credentials go to the target's own origin only, not where it redirects to. */
  async #headers(target: Target, isOwnOrigin: boolean): Promise<Record<string, string | string[]>> {
    const config = this.#config
    const headers: Record<string, string | string[]> = {
      accept: ACCEPT,
      'accept-encoding': config.enable_compression ? 'gzip' : 'identity',
      'user-agent': 'Weir',
      'x-prometheus-scrape-timeout-seconds': String(target.timeoutMs / 1000),
    }
    if (!isOwnOrigin) return headers
    for (const [name, { values, secrets }] of Object.entries(config.http_headers)) {
      headers[name.toLowerCase()] = [...values, ...secrets]
    }
    const authorization = await this.#authorization()
    if (authorization !== '') headers['authorization'] = authorization
    return headers
  }

  async #authorization(): Promise<string> {
    const { basic_auth: basic, authorization, bearer_token, bearer_token_file } = this.#config
    if (basic !== undefined) {
      const username = await secret(basic.username_file, basic.username)
      const password = await secret(basic.password_file, basic.password)
      return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
    }
    if (authorization !== undefined) {
      return `${authorization.type} ${await secret(authorization.credentials_file, authorization.credentials)}`
    }
    const token = await secret(bearer_token_file, bearer_token)
    return token === '' ? '' : `Bearer ${token}`
  }

  async #read(reply: Dispatcher.ResponseData, target: Target): Promise<FetchedPage> {
    if (reply.statusCode !== 200) {
      await drop(reply)
      throw new WeirError(
        'SCRAPE_FAILED',
        `Cannot scrape ${target.url}: want status 200, got ${reply.statusCode}`,
      )
    }
    const type = String(reply.headers['content-type'] ?? '')
    const format = formatOf(type) ?? fallbackOf(this.#config)
    if (format === undefined) {
      await drop(reply)
      const got = type === '' ? 'none' : JSON.stringify(type)
      throw new WeirError(
        'SCRAPE_FAILED',
        `Cannot scrape ${target.url}: want a Content-Type of text/plain or application/openmetrics-text, got ${got}; set fallback_scrape_protocol if it is one of these all the same`,
      )
    }
    const isPacked = reply.headers['content-encoding'] === 'gzip'
    return { bytes: await this.#body(reply.body, isPacked, target), format }
  }

  async #body(
    body: Dispatcher.ResponseData['body'],
    isPacked: boolean,
    target: Target,
  ): Promise<Uint8Array> {
    const limit = target.job.limits.bodyBytes ?? BODY_BYTES_MAX
    const chunks: Uint8Array[] = []
    let byteCount = 0
    const gunzip = createGunzip()
    // An error of the socket ends the unpacking too, so that nobody waits for it.
    if (isPacked) body.on('error', (error) => gunzip.destroy(error))
    for await (const chunk of isPacked ? body.pipe(gunzip) : body) {
      const bytes = chunk as Uint8Array
      byteCount += bytes.length
      if (limit > 0 && byteCount > limit) {
        body.destroy()
        throw new WeirError(
          'SCRAPE_LIMIT',
          `Cannot scrape ${target.url}: want at most ${limit} bytes (body_size_limit)`,
        )
      }
      chunks.push(bytes)
    }
    return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, byteCount)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agent.destroy()
  }
}

function drop(reply: Dispatcher.ResponseData): Promise<void> {
  return reply.body.dump({ limit: 65_536 })
}

/** From a file each time, so that it can be changed while Weir runs. */
async function secret(file: string | undefined, inline: string | undefined): Promise<string> {
  if (file === undefined) return inline ?? ''
  return (await readFile(file, 'utf8')).trim()
}

function formatOf(contentType: string): FetchedPage['format'] | undefined {
  const type = contentType.split(';', 1)[0]!.trim().toLowerCase()
  if (type === 'application/openmetrics-text') return 'openmetrics'
  return type === 'text/plain' ? 'text' : undefined
}

function fallbackOf({
  fallback_scrape_protocol: protocol,
}: ScrapeConfig): FetchedPage['format'] | undefined {
  if (protocol === undefined) return undefined
  return protocol.startsWith('OpenMetrics') ? 'openmetrics' : 'text'
}

function reasonOf(error: unknown): string {
  const { message, code } = error as Error & { code?: string }
  return message === '' ? (code ?? 'it failed') : message
}
