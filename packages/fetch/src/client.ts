import { type Clock, WeirError, systemClock } from '@weir/model'
import { Agent, type Dispatcher, request } from 'undici'
import { type HttpClientConfig, httpClientConfig } from './config.ts'
import { Connections } from './connections.ts'
import { TokenSource } from './oauth2.ts'
import { reasonOf } from './reason.ts'
import { HttpReply } from './reply.ts'
import { secretOf } from './secret.ts'

const REDIRECTS_MAX = 10
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])
const CONNECT_TIMEOUT_MS = 30_000

export interface HttpClientOptions {
  /** What it is for, in the figures of connections that are not allowed: `scrape`. */
  readonly what?: string
  /** How long connecting may take, 30 s unless told; the whole request's time is the signal's. */
  readonly connectTimeoutMs?: number
  /** Where `proxy_from_environment` looks. */
  readonly environment?: NodeJS.ProcessEnv
  readonly clock?: Clock
}

export interface HttpRequest {
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** By name in small letters. */
  readonly headers?: Readonly<Record<string, string | string[]>>
  readonly body?: string | Uint8Array
  readonly signal?: AbortSignal
}

/**
 * Makes requests as a configuration says: by proxies, over TLS, with credentials that are read anew each time. What
 * the configuration holds for a server is not sent to another one that it redirects to.
 */
export class HttpClient implements AsyncDisposable {
  readonly #config: HttpClientConfig
  readonly #connections: Connections
  readonly #tokens: { readonly source: TokenSource; readonly client: HttpClient } | undefined

  private constructor(
    config: HttpClientConfig,
    connections: Connections,
    tokens: { readonly source: TokenSource; readonly client: HttpClient } | undefined,
  ) {
    this.#config = config
    this.#connections = connections
    this.#tokens = tokens
  }

  /** @throws {WeirError} `FETCH_FAILED` when a certificate or key file cannot be read or used; the message is a reason, to be put behind what was meant to be done */
  static async open(
    config: HttpClientConfig,
    options: HttpClientOptions = {},
  ): Promise<HttpClient> {
    const {
      what = 'other',
      connectTimeoutMs = CONNECT_TIMEOUT_MS,
      environment = process.env,
      clock = systemClock,
    } = options
    const connections = await Connections.open(config, { what, connectTimeoutMs, environment })
    if (config.oauth2 === undefined) return new HttpClient(config, connections, undefined)
    const { tls_config, proxy_url, no_proxy, proxy_from_environment, proxy_connect_header } =
      config.oauth2
    const client = await HttpClient.open(
      {
        ...httpClientConfig.parse({}),
        tls_config,
        proxy_url,
        no_proxy,
        proxy_from_environment,
        proxy_connect_header,
      },
      options,
    )
    const source = new TokenSource(config.oauth2, client, clock)
    return new HttpClient(config, connections, { source, client })
  }

  /**
   * Sends a request and follows redirects. Any status is an answer.
   *
   * @throws {WeirError} `FETCH_FAILED` when there is none; the message is the reason, to be put behind what was
   *   meant to be done. The signal's reason when it aborts.
   */
  async request(address: string | URL, wanted: HttpRequest = {}): Promise<HttpReply> {
    try {
      return await this.#follow(new URL(address), wanted)
    } catch (error) {
      if (wanted.signal?.aborted) throw wanted.signal.reason
      if (error instanceof WeirError) throw error
      const changed = this.#connections.fault
      const further =
        changed === undefined ? '' : `; its changed files are not in use: ${changed.message}`
      throw new WeirError('FETCH_FAILED', `${reasonOf(error)}${further}`, { cause: error })
    }
  }

  /** For those who ask by undici itself: each request goes out as the configuration says. Redirects are not followed. */
  get dispatcher(): Dispatcher {
    return new Agent().compose(() => (options, handler) => {
      void this.#dispatch(options, handler)
      return true
    })
  }

  async #dispatch(
    options: Dispatcher.DispatchOptions,
    handler: Dispatcher.DispatchHandler,
  ): Promise<void> {
    try {
      const headers = { ...headersOf(options.headers), ...(await this.#headers()) }
      const dispatcher = await this.#connections.dispatcherFor(new URL(String(options.origin)))
      dispatcher.dispatch({ ...options, headers }, handler)
    } catch (error) {
      const why = error instanceof Error ? error : new Error(String(error))
      if (handler.onResponseError === undefined) handler.onError?.(why)
      else handler.onResponseError(NO_CONTROLLER, why)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connections[Symbol.asyncDispose]()
    await this.#tokens?.client[Symbol.asyncDispose]()
  }

  async #follow(first: URL, wanted: HttpRequest): Promise<HttpReply> {
    let url = first
    let asked = wanted
    for (let hops = 0; ; hops++) {
      const reply = await this.#authorized(url, asked, url.origin === first.origin)
      const next = reply.header('location')
      if (!REDIRECTS.has(reply.status) || next === '' || !this.#config.follow_redirects)
        return reply
      await reply.discard()
      if (hops === REDIRECTS_MAX) {
        throw new WeirError('FETCH_FAILED', `it redirected more than ${REDIRECTS_MAX} times`)
      }
      url = redirected(next, url)
      asked = afterRedirect(asked, reply.status)
    }
  }

  /** A token that a server no longer takes is fetched anew, once. */
  async #authorized(url: URL, wanted: HttpRequest, isOwnOrigin: boolean): Promise<HttpReply> {
    if (!isOwnOrigin) return this.#send(url, wanted, withoutCredentials(wanted.headers))
    const headers = { ...wanted.headers, ...(await this.#headers()) }
    const reply = await this.#send(url, wanted, headers)
    const { authorization } = headers
    if (reply.status !== 401 || this.#tokens === undefined || typeof authorization !== 'string') {
      return reply
    }
    this.#tokens.source.forget(authorization)
    const fresh = await this.#tokens.source.header()
    if (fresh === authorization) return reply
    await reply.discard()
    return this.#send(url, wanted, { ...headers, authorization: fresh })
  }

  /** Headers of the configuration, with the credentials as they are now. */
  async #headers(): Promise<Record<string, string | string[]>> {
    const headers: Record<string, string | string[]> = {}
    for (const [name, { values, secrets, files }] of Object.entries(this.#config.http_headers)) {
      const read = await Promise.all(files.map((file) => secretOf(undefined, file)))
      headers[name.toLowerCase()] = [...values, ...secrets, ...read]
    }
    const authorization = await this.#authorization()
    if (authorization !== '') headers['authorization'] = authorization
    return headers
  }

  async #authorization(): Promise<string> {
    const { basic_auth: basic, authorization, bearer_token, bearer_token_file } = this.#config
    if (this.#tokens !== undefined) return this.#tokens.source.header()
    if (basic !== undefined) {
      const username = await secretOf(basic.username, basic.username_file)
      const password = await secretOf(basic.password, basic.password_file)
      return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
    }
    if (authorization !== undefined) {
      const { type, credentials, credentials_file: file } = authorization
      return `${type.trim()} ${await secretOf(credentials, file)}`
    }
    const token = await secretOf(bearer_token, bearer_token_file)
    return token === '' ? '' : `Bearer ${token}`
  }

  async #send(
    url: URL,
    { method = 'GET', body, signal }: HttpRequest,
    headers: Readonly<Record<string, string | string[]>>,
  ): Promise<HttpReply> {
    const send = async (): Promise<Dispatcher.ResponseData> =>
      request(url, {
        dispatcher: await this.#connections.dispatcherFor(url),
        method,
        headers: { 'user-agent': 'Weir', ...headers },
        ...(body === undefined ? {} : { body }),
        ...(signal === undefined ? {} : { signal }),
      })
    try {
      return new HttpReply(await send(), { url, method }, signal)
    } catch (error) {
      // A server may close an idle connection in the moment in which it is used again.
      if (method !== 'GET' || !wasKeptOpen(error)) throw error
      return new HttpReply(await send(), { url, method }, signal)
    }
  }
}

/** There is nothing to be controlled: no request was begun. */
const NO_CONTROLLER = null as unknown as Dispatcher.DispatchController

/** Headers as an object, however undici was given them: as one, as a flat list or as pairs. */
function headersOf(
  given: Dispatcher.DispatchOptions['headers'],
): Record<string, string | string[] | undefined> {
  if (given === null || given === undefined) return {}
  if (!Array.isArray(given)) {
    return Symbol.iterator in given ? Object.fromEntries(given) : { ...given }
  }
  const pairs = Array.from({ length: given.length / 2 }, (_, i) => [
    given[2 * i]!,
    given[2 * i + 1]!,
  ])
  return Object.fromEntries(pairs) as Record<string, string>
}

function wasKeptOpen(error: unknown): boolean {
  const { code, socket } = error as { code?: string; socket?: { bytesRead?: number } }
  return code === 'UND_ERR_SOCKET' && (socket?.bytesRead ?? 0) > 0
}

function redirected(next: string, from: URL): URL {
  const url = URL.canParse(next, from.href) ? new URL(next, from) : undefined
  if (url !== undefined && /^https?:$/.test(url.protocol)) return url
  throw new WeirError('FETCH_FAILED', 'it redirects to what is no http or https address')
}

/** As browsers and Go do it: after 303, and after 301 and 302 of a POST, the new address is read. */
function afterRedirect(wanted: HttpRequest, status: number): HttpRequest {
  const isRead = wanted.method === undefined || wanted.method === 'GET' || wanted.method === 'HEAD'
  if (isRead || status === 307 || status === 308) return wanted
  const { body: _, ...rest } = wanted
  return { ...rest, method: 'GET' }
}

/** Credentials that the caller gave stay with the first server too. */
function withoutCredentials(
  headers: HttpRequest['headers'] = {},
): Readonly<Record<string, string | string[]>> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => name !== 'authorization' && name !== 'cookie'),
  )
}
