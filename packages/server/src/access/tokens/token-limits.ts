import type { Clock } from '@weir/model'
import type { Telemetry } from '../../telemetry/log.ts'
import { ComeAgainError } from '../come-again.ts'
import type { Credentials } from '../access-control.ts'
import { RateLimit } from '../rate-limit.ts'
import type { KnownToken } from './token-book.ts'

/** What a body counts for that does not say how long it is. */
const UNANNOUNCED_BYTES = 2 ** 20

interface Buckets {
  readonly requests: RateLimit | undefined
  readonly bytes: RateLimit | undefined
}

/** Holds each token to its requests and bytes a second, and counts what comes with it. */
export class TokenLimits {
  readonly #clock: Clock
  readonly #byId = new Map<string, Buckets>()
  readonly #requests
  readonly #bytes
  readonly #refused

  constructor(clock: Clock, { registry }: Telemetry) {
    this.#clock = clock
    this.#requests = registry.counter(
      'weir_access_token_requests_total',
      'Requests that came with a token and were within its limits, by its name.',
      ['token'],
    )
    this.#bytes = registry.counter(
      'weir_access_token_bytes_total',
      'Bytes of their bodies as announced, by the name of the token.',
      ['token'],
    )
    this.#refused = registry.counter(
      'weir_access_token_refused_total',
      'Requests beyond the limits of their token, by its name and the limit.',
      ['token', 'limit'],
    )
  }

  /** @throws {WeirError} `TOKEN_RATE` */
  charge(token: KnownToken, { headers }: Pick<Credentials, 'headers'>): void {
    const { requests, bytes } = this.#of(token)
    const nowMs = this.#clock.monotonicMs()
    const length = lengthOf(headers)
    const slow = requests?.take(1, nowMs) ?? 0
    if (slow > 0) throw this.#refusal(token.name, 'requests', slow)
    const full = length === 0 ? 0 : (bytes?.take(length, nowMs) ?? 0)
    if (full > 0) throw this.#refusal(token.name, 'bytes', full)
    this.#requests.inc({ token: token.name })
    this.#bytes.inc({ token: token.name }, length)
  }

  #of({ id, limits }: KnownToken): Buckets {
    const known = this.#byId.get(id)
    if (known !== undefined) return known
    const bucket = (perSecond: number | undefined): RateLimit | undefined =>
      perSecond === undefined ? undefined : new RateLimit(perSecond)
    const made = {
      requests: bucket(limits?.requestsPerSecond),
      bytes: bucket(limits?.bytesPerSecond),
    }
    this.#byId.set(id, made)
    return made
  }

  #refusal(token: string, limit: 'requests' | 'bytes', seconds: number): ComeAgainError {
    this.#refused.inc({ token, limit })
    const why = `it sends more ${limit} a second than it may, come again in ${seconds} s`
    return new ComeAgainError(
      'TOKEN_RATE',
      `Cannot take more of ${JSON.stringify(token)}: ${why}`,
      seconds,
    )
  }
}

function lengthOf(headers: Credentials['headers']): number {
  const announced = Number(headers['content-length'] ?? 0)
  if (Number.isFinite(announced) && announced > 0) return announced
  return headers['transfer-encoding'] === undefined ? 0 : UNANNOUNCED_BYTES
}
