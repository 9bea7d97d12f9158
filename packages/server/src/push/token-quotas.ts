import type { Clock } from '@weir/model'
import type { TokenQuota } from '../access/tokens/token-quota.ts'
import type { Registry } from '../telemetry/registry.ts'
import { ActiveKeys } from './active-keys.ts'

/** What may come with one token. */
export interface TokenGate<K> {
  /** Whether samples or lines of it may come. */
  admits(key: K): boolean
  /** As long as it is the same object, what was refused would be so again. */
  refusals(): object
  /** So many did not. */
  refused(count: number): void
  /** What the sender is told whose series are refused. */
  readonly why: string
}

interface Counted<K> extends TokenGate<K> {
  readonly name: string
  readonly active: ActiveKeys<K>
}

/** What the metrics count. */
const SAID = {
  series: { what: 'Series', refused: 'samples' },
  streams: { what: 'Streams of log lines', refused: 'lines' },
} as const

/**
 * What is active of each token that has a limit of series, on the thread that reads what it sends. A token takes memory
 * for as many keys as it may have, and only while it sends.
 */
export class TokenQuotas<K> {
  readonly #clock: Clock
  readonly #kind: keyof typeof SAID
  readonly #ended: (key: K) => void
  readonly #byId = new Map<string, Counted<K>>()
  readonly #active
  readonly #refused

  /** @param ended hears of keys that count for no token any more because they have not been met for long */
  constructor(
    kind: keyof typeof SAID,
    clock: Clock,
    registry: Registry,
    ended: (key: K) => void = () => undefined,
  ) {
    this.#clock = clock
    this.#kind = kind
    this.#ended = ended
    const { what, refused } = SAID[kind]
    this.#active = registry.gauge(
      `weir_access_token_${kind}`,
      `${what} that are active of tokens with a limit of them, by name of the token.`,
      ['token'],
    )
    this.#refused = registry.counter(
      `weir_access_token_${kind}_refused_total`,
      `Refused ${refused} of ${what.toLowerCase()} beyond the limit of their token, by its name.`,
      ['token'],
    )
  }

  of(quota: TokenQuota): TokenGate<K> {
    const known = this.#byId.get(quota.id)
    if (known !== undefined) return known
    const { id, name, seriesMax } = quota
    const active = new ActiveKeys<K>(seriesMax, this.#clock, (keys) => this.#endedOfOne(keys))
    const why = `the token ${JSON.stringify(name)} may send ${seriesMax} ${this.#kind} at a time, and does`
    const made: Counted<K> = {
      name,
      active,
      why,
      admits: (key) => active.admit(key),
      refusals: () => active.refusals,
      refused: (count) => {
        if (count > 0) this.#refused.inc({ token: name }, count)
      },
    }
    this.#byId.set(id, made)
    return made
  }

  /** It goes on, whoever sent it. */
  keep(key: K): void {
    for (const { active } of this.#byId.values()) active.keep(key)
  }

  /** It has ended. */
  forget(key: K): void {
    for (const { active } of this.#byId.values()) active.forget(key)
  }

  #endedOfOne(keys: Iterable<K>): void {
    const all = [...this.#byId.values()]
    for (const key of keys) if (!all.some(({ active }) => active.has(key))) this.#ended(key)
  }

  /** Brings the metrics up to date, and forgets tokens that send no more. */
  publish(): void {
    const counts = new Map<string, number>()
    for (const [id, { name, active }] of this.#byId) {
      counts.set(name, (counts.get(name) ?? 0) + active.count)
      if (active.count === 0) this.#byId.delete(id)
    }
    for (const [token, count] of counts) {
      if (count > 0) this.#active.set(count, { token })
      else this.#active.remove({ token })
    }
  }
}
