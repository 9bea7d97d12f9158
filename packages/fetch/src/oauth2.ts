import { type Clock, WeirError } from '@weir/model'
import { z } from 'zod'
import type { HttpClient } from './client.ts'
import type { OAuth2Config } from './config.ts'
import { secretOf } from './secret.ts'

/** A token is not used in its last seconds, as it may arrive too late. */
const SPARE_MS = 10_000
const TIMEOUT_MS = 30_000
const ANSWER_BYTES_MAX = 1024 * 1024
/** What is told of a refusal. */
const SHOWN_CHARACTERS = 200

const tokenAnswer = z.looseObject({
  access_token: z.string().min(1),
  token_type: z.string().optional(),
  expires_in: z.coerce.number().optional(),
})

interface Token {
  readonly header: string
  readonly secret: string
  readonly untilMs: number
}

/**
 * Tokens by OAuth 2.0's client credentials (RFC 6749, 4.4): fetched when one is wanted, kept until shortly before
 * they end. Requests that want one at the same time wait for the same.
 */
export class TokenSource {
  readonly #config: OAuth2Config
  readonly #client: HttpClient
  readonly #clock: Clock
  #token: Token | undefined
  #pending: Promise<Token> | undefined
  /** Where this server wants id and secret: in a header (what the RFC prefers) or in the form. */
  #style: 'header' | 'form' | undefined

  constructor(config: OAuth2Config, client: HttpClient, clock: Clock) {
    this.#config = config
    this.#client = client
    this.#clock = clock
  }

  /**
   * The `Authorization` header.
   *
   * @throws {WeirError} `FETCH_FAILED` when the server gives no token
   */
  async header(): Promise<string> {
    const secret = await secretOf(this.#config.client_secret, this.#config.client_secret_file)
    const known = this.#token
    if (known?.secret === secret && this.#clock.now() < known.untilMs) return known.header
    this.#pending ??= this.#fetch(secret).finally(() => (this.#pending = undefined))
    this.#token = await this.#pending
    return this.#token.header
  }

  /** The server did not take this header; the next one is new. */
  forget(header: string): void {
    if (this.#token?.header === header) this.#token = undefined
  }

  async #fetch(secret: string): Promise<Token> {
    if (this.#style !== undefined) return this.#ask(secret, this.#style)
    try {
      const token = await this.#ask(secret, 'header')
      this.#style = 'header'
      return token
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      const token = await this.#ask(secret, 'form')
      this.#style = 'form'
      return token
    }
  }

  async #ask(secret: string, style: 'header' | 'form'): Promise<Token> {
    const { token_url: url, client_id: id } = this.#config
    const form = new URLSearchParams({ grant_type: 'client_credentials' })
    if (this.#config.scopes.length > 0) form.set('scope', this.#config.scopes.join(' '))
    for (const [name, value] of Object.entries(this.#config.endpoint_params)) form.set(name, value)
    const headers: Record<string, string> = {
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
    }
    if (style === 'header') {
      const pair = `${formEncoded(id)}:${formEncoded(secret)}`
      headers['authorization'] = `Basic ${Buffer.from(pair).toString('base64')}`
    } else {
      form.set('client_id', id)
      if (secret !== '') form.set('client_secret', secret)
    }
    const signal = AbortSignal.timeout(TIMEOUT_MS)
    const startMs = this.#clock.now()
    try {
      const reply = await this.#client.request(url, {
        method: 'POST',
        headers,
        body: form.toString(),
        signal,
      })
      const text = await reply.text(ANSWER_BYTES_MAX)
      if (reply.status < 200 || reply.status > 299) {
        throw new Refusal(`status ${reply.status}: ${text.slice(0, SHOWN_CHARACTERS)}`)
      }
      return { ...read(text, startMs), secret }
    } catch (error) {
      if (error instanceof Refusal) throw error
      const why = signal.aborted
        ? `no answer within ${TIMEOUT_MS / 1000} s`
        : (error as Error).message
      throw new WeirError('FETCH_FAILED', `cannot get a token from ${shown(url)}: ${why}`)
    }
  }
}

/** The server answered and gave no token; perhaps it wants id and secret elsewhere. */
class Refusal extends WeirError {
  constructor(why: string) {
    super('FETCH_FAILED', `cannot get a token by oauth2: want one, got ${why}`)
  }
}

/** JSON, or a form as some servers answer. */
function read(text: string, nowMs: number): { header: string; untilMs: number } {
  const answer = tokenAnswer.safeParse(parsed(text))
  if (!answer.success) throw new Refusal('an answer without access_token')
  const { access_token: token, token_type: type = '', expires_in: seconds = 0 } = answer.data
  const scheme = type === '' || type.toLowerCase() === 'bearer' ? 'Bearer' : type
  const untilMs = seconds > 0 ? nowMs + seconds * 1000 - SPARE_MS : Number.POSITIVE_INFINITY
  return { header: `${scheme} ${token}`, untilMs }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return Object.fromEntries(new URLSearchParams(text))
  }
}

/** As in a form; RFC 6749, 2.3.1 wants it so in the header too. */
function formEncoded(value: string): string {
  return new URLSearchParams({ v: value }).toString().slice(2)
}

function shown(address: string): string {
  const url = new URL(address)
  return `${url.origin}${url.pathname}`
}
