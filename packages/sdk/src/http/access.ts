import { Agent } from 'node:http'
import { Agent as TlsAgent, type AgentOptions as TlsAgentOptions } from 'node:https'
import { isIPv4 } from 'node:net'
import { readFile } from 'node:fs/promises'
import { SYSTEM_CLOCK } from '../clock.ts'
import { type Answer, type Exchange, exchange, takeCredentials } from './exchange.ts'

/**
 * An API token: as it is; a function, asked before each request; or a file, read before each request, so that one
 * that is exchanged counts from then on.
 */
export type Token = string | { readonly file: string } | (() => string | Promise<string>)

/** How a request gets in. */
export interface AccessOptions {
  /** Sent as `Authorization: Bearer …`, instead of what `headers` or the address say. */
  readonly token?: Token | undefined
  /** For `https:`: who may vouch for the server (`ca`), and a certificate of our own (`cert`, `key`), in PEM. */
  readonly tls?: Pick<TlsAgentOptions, 'ca' | 'cert' | 'key' | 'passphrase' | 'servername'>
  /** Sent along. */
  readonly headers?: Readonly<Record<string, string>>
}

/** A refusal is told again after so long, not with each request. */
const TOLD_MS = 3_600_000

/** What a header may hold: no spaces, no line feeds. */
const HEADER_WORD = /^[\x21-\x7e]+$/

/** Hosts that a token was sent to in the clear, so that each is told of once. */
const toldInClear = new Set<string>()

/** POSTs to one address, with what lets them in there. */
export class Access {
  readonly url: URL
  readonly #headers: Readonly<Record<string, string>>
  readonly #token: Token | undefined
  readonly #agent: Agent
  #toldAt = -Infinity
  /** The last that could be read. */
  #known: string | undefined

  /** @throws {TypeError} for a token that no header can hold */
  constructor(
    url: URL,
    { token, tls, headers }: AccessOptions,
    own: Readonly<Record<string, string>>,
  ) {
    if (typeof token === 'string') checked(token)
    this.url = url
    this.#token = token
    this.#headers = { ...takeCredentials(url), ...lowerCase(headers ?? {}), ...own }
    const settings = { keepAlive: true, maxSockets: 1 }
    const isSecret = url.protocol === 'https:'
    this.#agent = isSecret ? new TlsAgent({ ...settings, ...tls }) : new Agent(settings)
    if (!isSecret && token !== undefined) warnInClear(url)
  }

  /** Never rejects. */
  async post({
    headers,
    ...request
  }: Omit<Exchange, 'url' | 'agent' | 'headers'> & Partial<Exchange>): Promise<Answer> {
    try {
      const shown = this.#token === undefined ? {} : await this.#authorization(this.#token)
      const all = { ...this.#headers, ...headers, ...shown }
      const answer = await exchange({
        ...request,
        url: this.url,
        headers: all,
        agent: this.#agent,
      })
      if (isNotLetIn(answer)) this.#notLetIn(answer)
      return answer
    } catch (error) {
      return { kind: 'failed', why: error instanceof Error ? error.message : String(error) }
    }
  }

  close(): void {
    this.#agent.destroy()
  }

  async #authorization(token: Token): Promise<{ readonly authorization: string }> {
    return { authorization: `Bearer ${typeof token === 'string' ? token : await this.#ask(token)}` }
  }

  /** While a file is exchanged there may be none, or an empty one: the one before counts. */
  async #ask(token: Exclude<Token, string>): Promise<string> {
    try {
      const read = typeof token === 'function' ? await token() : await readFile(token.file, 'utf8')
      this.#known = checked(read.trim())
    } catch (error) {
      if (this.#known === undefined) throw error
    }
    return this.#known
  }

  #notLetIn({ status, text }: Extract<Answer, { readonly kind: 'answered' }>): void {
    const nowMs = SYSTEM_CLOCK.monotonic()
    if (nowMs - this.#toldAt < TOLD_MS) return
    this.#toldAt = nowMs
    const lacks = status === 401 ? 'knows no such token' : 'the token lacks a scope'
    process.emitWarning(
      `${this.url.origin} answers ${status} to ${this.url.pathname} (${lacks}): ${text.slice(0, 300)}; ` +
        `what waits is kept while there is room, and tried again; \`token\` wants one of scope ingest: ` +
        `weir token create NAME --scope ingest`,
    )
  }
}

function isNotLetIn(answer: Answer): answer is Extract<Answer, { readonly kind: 'answered' }> {
  return answer.kind === 'answered' && (answer.status === 401 || answer.status === 403)
}

/** So that one name is one header. */
function lowerCase(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  )
}

function checked(token: string): string {
  if (HEADER_WORD.test(token)) return token
  throw new TypeError(
    token === ''
      ? 'Cannot use an empty token'
      : 'Cannot use a token with spaces or letters that no header can hold',
  )
}

function warnInClear({ host, hostname }: URL): void {
  if (isLoopback(hostname) || toldInClear.has(host)) return
  toldInClear.add(host)
  process.emitWarning(
    `The token for ${host} goes over the network unencrypted: want https://, or a proxy on this machine`,
  )
}

function isLoopback(hostname: string): boolean {
  if (isIPv4(hostname)) return hostname.startsWith('127.')
  return hostname === '[::1]' || hostname === 'localhost' || hostname.endsWith('.localhost')
}
