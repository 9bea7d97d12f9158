import { isIPv6 } from 'node:net'
import type { Clock } from '@weir/model'
import { ComeAgainError } from './come-again.ts'

interface Limits {
  /** Failures that cost no wait. */
  readonly after: number
  readonly maxWaitMs: number
  readonly addressesMax: number
}

interface Failures {
  count: number
  /** Nothing is tried for this address before. */
  untilMs: number
}

const FIRST_WAIT_MS = 1000
/** Beyond the last wait an address that stays quiet is as new. */
const FORGET_MS = 15 * 60_000

/**
 * Slows down whoever tries tokens or passwords: each failure beyond the first few doubles the time in which its
 * address is not listened to. Addresses are few, so the table is small; when it is full, the address that was quiet
 * longest is forgotten, which helps an attacker with that many addresses no more than having them does.
 *
 * Who has IPv6 has a whole network of addresses: the first 64 bits count.
 */
export class Slowdown {
  readonly #clock: Clock
  readonly #limits: () => Limits
  /** In order of the last failure. */
  readonly #byAddress = new Map<string, Failures>()

  constructor(clock: Clock, limits: () => Limits) {
    this.#clock = clock
    this.#limits = limits
  }

  /** Addresses that are remembered. */
  get size(): number {
    return this.#byAddress.size
  }

  /** How long the address has to wait; 0 when it need not. */
  waitMs(address: string): number {
    const known = this.#byAddress.get(networkOf(address))
    return known === undefined ? 0 : Math.max(0, known.untilMs - this.#clock.monotonicMs())
  }

  /** @throws {WeirError} `ACCESS_SLOWED` while the address has to wait */
  check(address: string): void {
    const waitMs = this.waitMs(address)
    if (waitMs === 0) return
    const seconds = Math.ceil(waitMs / 1000)
    const why = 'too many wrong tokens or passwords came from it'
    throw new ComeAgainError(
      'ACCESS_SLOWED',
      `Cannot listen to this address: ${why}, come again in ${seconds} s`,
      seconds,
    )
  }

  /** A token or password of this address was wrong. */
  failed(address: string): void {
    const { after, maxWaitMs, addressesMax } = this.#limits()
    const network = networkOf(address)
    const nowMs = this.#clock.monotonicMs()
    const before = this.#byAddress.get(network)
    const isForgotten = before !== undefined && nowMs - before.untilMs > FORGET_MS
    const count = isForgotten || before === undefined ? 1 : before.count + 1
    const doublings = Math.min(count - after - 1, 30)
    const waitMs = count <= after ? 0 : Math.min(FIRST_WAIT_MS * 2 ** doublings, maxWaitMs)
    this.#byAddress.delete(network)
    this.#byAddress.set(network, { count, untilMs: nowMs + waitMs })
    for (const oldest of this.#byAddress.keys()) {
      if (this.#byAddress.size <= addressesMax) break
      this.#byAddress.delete(oldest)
    }
  }

  /** Whoever is there knows what to say. */
  succeeded(address: string): void {
    this.#byAddress.delete(networkOf(address))
  }
}

/** An IPv4 address itself, of an IPv6 address its first 64 bits. */
export function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/, '')
  if (!isIPv6(plain)) return plain
  const [head = '', tail] = plain.split('%')[0]!.split('::')
  const front = head === '' ? [] : head.split(':')
  const back = tail === undefined || tail === '' ? [] : tail.split(':')
  const gap = tail === undefined ? 0 : Math.max(0, 8 - front.length - back.length)
  const groups = [...front, ...Array<string>(gap).fill('0'), ...back].slice(0, 4)
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`
}
