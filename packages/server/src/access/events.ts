import type { Telemetry } from '../telemetry/log.ts'
import type { Identity } from './identity.ts'

/** Why somebody was not let in. */
export type Refusal = 'token' | 'expired' | 'password' | 'slowed'

/** What happens at the door: each event moves its figure and writes its line together. */
export class AccessEvents {
  readonly #telemetry: Telemetry
  readonly #known
  readonly #refused
  readonly #unwritten

  constructor(telemetry: Telemetry, slowedAddresses: () => number) {
    const { registry } = telemetry
    this.#telemetry = telemetry
    this.#known = registry.counter(
      'weir_access_requests_total',
      'Requests by how it is known who asks.',
      ['kind'],
    )
    this.#refused = registry.counter(
      'weir_access_refused_total',
      'Requests that said wrongly who they are, by what was wrong.',
      ['reason'],
    )
    this.#unwritten = registry.counter(
      'weir_access_uses_unwritten_total',
      'Uses of tokens that could not be noted.',
    )
    this.#addresses = registry.gauge(
      'weir_access_failing_addresses',
      'Addresses remembered for wrong tokens or passwords.',
    )
    this.#slowedAddresses = slowedAddresses
  }

  readonly #addresses
  readonly #slowedAddresses

  known({ kind }: Identity): void {
    this.#known.inc({ kind })
  }

  /** The name is what was said, never a secret. */
  refused(reason: Refusal, who: { readonly address: string; readonly name?: string }): void {
    this.#refused.inc({ reason })
    this.#addresses.set(this.#slowedAddresses())
    this.#telemetry.log
      .sampled(`access_refused_${reason}`, 10_000)
      ?.warn({ reason, ...who }, 'Somebody was not let in')
  }

  useNotWritten(error: unknown): void {
    this.#unwritten.inc()
    this.#telemetry.log
      .sampled('access_use', 60_000)
      ?.warn({ error: (error as Error).message }, 'The use of a token could not be noted')
  }
}
