import type { LookupFunction } from 'node:net'
import type { SecureContext } from 'node:tls'
import type { WeirError } from '@weir/model'
import { Agent, type Dispatcher, ProxyAgent } from 'undici'
import type { HttpClientConfig, TlsConfig } from './config.ts'
import { type Fence, fence } from './fence/fence.ts'
import { proxyAuthorization, proxyFor } from './proxy.ts'
import { type TlsMaterial, contextOf, isSameMaterial, readMaterial } from './tls-material.ts'

/** How long an idle connection stays open; longer than most scrape intervals, so that handshakes are rare. */
const IDLE_MS = 300_000

export interface ConnectionOptions {
  /** What they are for, in the figures of {@link fence}. */
  readonly what: string
  readonly connectTimeoutMs: number
  readonly environment: NodeJS.ProcessEnv
}

/**
 * Connections of one client, kept open between requests: straight ones, and those by each proxy. Certificate and key
 * files are looked at before each request; when one has changed, new connections are made with what it says, and
 * requests under way end on the old ones.
 */
export class Connections implements AsyncDisposable {
  readonly #config: HttpClientConfig
  readonly #options: ConnectionOptions
  #material: TlsMaterial
  #context: SecureContext | undefined
  #agents = new Map<string, Dispatcher>()
  #fault: WeirError | undefined
  /** What connections were made by. */
  #fence: Fence | undefined

  private constructor(config: HttpClientConfig, options: ConnectionOptions, material: TlsMaterial) {
    this.#config = config
    this.#options = options
    this.#material = material
    // Those who speak no TLS need not wait for the system's certificates.
    this.#context =
      config.tls_config === undefined ? undefined : contextOf(material, config.tls_config)
  }

  /** @throws {WeirError} `FETCH_FAILED` when a file of `tls_config` cannot be read or used */
  static async open(config: HttpClientConfig, options: ConnectionOptions): Promise<Connections> {
    return new Connections(config, options, await readMaterial(config.tls_config))
  }

  /** Why changed certificate files are not in use; undefined when all is well. */
  get fault(): WeirError | undefined {
    return this.#fault
  }

  async dispatcherFor(url: URL): Promise<Dispatcher> {
    await this.#refresh(this.#config.tls_config)
    const proxy = proxyFor(url, this.#config, this.#options.environment)
    const { what } = this.#options
    const rules = fence()
    rules.checkHost(what, url.hostname, proxy === undefined)
    if (proxy !== undefined) rules.checkHost(what, proxy.hostname)
    if (rules !== this.#fence) this.#renew() // where open ones lead may not be allowed any more
    this.#fence = rules
    const isSecret = url.protocol === 'https:'
    const name = `${isSecret ? 'https' : 'http'} ${proxy?.href ?? ''}`
    const known = this.#agents.get(name)
    if (known !== undefined) return known
    const agent = proxy === undefined ? this.#straight(isSecret) : this.#through(proxy, isSecret)
    this.#agents.set(name, agent)
    return agent
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const agents = [...this.#agents.values()]
    this.#agents.clear()
    await Promise.all(agents.map((agent) => agent.destroy()))
  }

  /** Takes changed files over; what cannot be used yet (half of a pair was written) leaves all as it was. */
  async #refresh(config: TlsConfig | undefined): Promise<void> {
    if (!hasFiles(config)) return
    try {
      const material = await readMaterial(config)
      this.#fault = undefined
      if (isSameMaterial(material, this.#material)) return
      this.#context = contextOf(material, config)
      this.#material = material
    } catch (error) {
      this.#fault = error as WeirError
      return
    }
    this.#renew()
  }

  /** New requests go on new connections; those under way end on theirs. */
  #renew(): void {
    const old = [...this.#agents.values()]
    this.#agents = new Map()
    for (const agent of old) agent.close().catch(() => undefined)
  }

  #straight(isSecret: boolean): Dispatcher {
    return new Agent({
      ...this.#limits(),
      connect: isSecret ? this.#connect() : this.#plainly(),
    })
  }

  /** `https` goes through a tunnel that the proxy opens; for `http` it gets the whole request. */
  #through(proxy: URL, isTunnel: boolean): Dispatcher {
    const authorization = proxyAuthorization(proxy)
    const address = new URL(proxy)
    address.protocol = address.protocol === 'socks5h:' ? 'socks5:' : address.protocol
    const isSocks = address.protocol === 'socks5:'
    if (!isSocks) {
      address.username = ''
      address.password = ''
    }
    const headers: Record<string, string | string[]> = {}
    if (isTunnel) {
      for (const [name, values] of Object.entries(this.#config.proxy_connect_header)) {
        headers[name.toLowerCase()] = values
      }
    }
    return new ProxyAgent({
      ...this.#limits(),
      uri: address.href,
      headers,
      proxyTunnel: isTunnel,
      ...(isTunnel || address.protocol === 'https:'
        ? { requestTls: this.#connect(), proxyTls: this.#connect() }
        : { proxyTls: this.#plainly() }),
      ...(authorization === undefined || isSocks ? {} : { token: authorization }),
    })
  }

  /** Whoever asks sets the times; nothing of a request waits here but the connecting. */
  #limits(): Agent.Options {
    return {
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: IDLE_MS,
      keepAliveMaxTimeout: IDLE_MS,
    }
  }

  /** For what is not TLS. */
  #plainly(): { readonly timeout: number; readonly lookup: LookupFunction } {
    const { connectTimeoutMs: timeout, what } = this.#options
    // Asked for at each connection: the fence may have been changed meanwhile.
    return { timeout, lookup: (...asked) => fence().lookup(what)(...asked) }
  }

  #connect(): Exclude<NonNullable<ProxyAgent.Options['requestTls']>, undefined> {
    const tls = this.#config.tls_config
    return {
      ...this.#plainly(),
      secureContext: (this.#context ??= contextOf(this.#material, tls)),
      rejectUnauthorized: tls?.insecure_skip_verify !== true,
      ...(tls?.server_name === undefined || tls.server_name === ''
        ? {}
        : { servername: tls.server_name }),
    }
  }
}

function hasFiles(config: TlsConfig | undefined): boolean {
  return [config?.ca_file, config?.cert_file, config?.key_file].some(
    (file) => file !== undefined && file !== '',
  )
}
