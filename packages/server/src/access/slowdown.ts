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
  readonly count: number
  readonly atMs: number
  /** Nothing is tried for this network before. */
  readonly untilMs: number
}

const FIRST_WAIT_MS = 1000
/** Beyond the last wait an address that stays quiet is as new. */
const FORGET_MS = 15 * 60_000
/** A net of 65,536 networks has so many times the failures of one of them that cost no wait. */
const WIDE_TIMES = 16

/**
 * Slows down whoever tries tokens or passwords: each failure beyond the first few doubles the time in which its
 * address is not listened to. Addresses are few, so the table is small; when it is full, the address that was quiet
 * longest is forgotten, which helps an attacker with that many addresses no more than having them does.
 *
 * Who has IPv6 has a whole network of addresses: the first 64 bits count. Who has many such networks, as providers
 * give them out, has free guesses in each; so the first 48 bits count too, from more failures on. Their count halves
 * every quarter of an hour: a few forgotten programs with old tokens never make a house of thousands wait. Where
 * somebody in it was right before, his network does not wait for the others'.
 */
export class Slowdown {
  readonly #clock: Clock
  readonly #limits: () => Limits
  /** In order of the last failure. */
  readonly #byNetwork = new Map<string, Failures>()
  /** Networks from which somebody was right, since their last waits. */
  readonly #right = new Set<string>()

  constructor(clock: Clock, limits: () => Limits) {
    this.#clock = clock
    this.#limits = limits
  }

  /** Addresses that are remembered. */
  get size(): number {
    return this.#byNetwork.size
  }

  /** How long the address has to wait; 0 when it need not. */
  waitMs(address: string): number {
    const { own, wide } = networksOf(address)
    const others = wide === undefined || this.#right.has(own) ? 0 : this.#waitOf(wide)
    return Math.max(this.#waitOf(own), others)
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

  /** A token or password of this address was wrong, or is not known to be right yet. */
  failed(address: string): void {
    const { own, wide } = networksOf(address)
    const { after, addressesMax } = this.#limits()
    const nowMs = this.#clock.monotonicMs()
    const before = this.#byNetwork.get(own)
    const isForgotten = before === undefined || nowMs - before.untilMs > FORGET_MS
    const count = isForgotten ? 1 : before.count + 1
    this.#set(own, { count, atMs: nowMs }, after)
    if (count > after) this.#right.delete(own)
    if (wide !== undefined) {
      const faded = fadedCount(this.#byNetwork.get(wide), nowMs)
      this.#set(wide, { count: faded + 1, atMs: nowMs }, after * WIDE_TIMES)
    }
    keepNewest(this.#byNetwork, addressesMax)
  }

  /** What was counted as failed at last was right: whoever is there knows what to say. */
  succeeded(address: string): void {
    const { own, wide } = networksOf(address)
    this.#byNetwork.delete(own)
    this.wasRight(address)
    const others = wide === undefined ? undefined : this.#byNetwork.get(wide)
    if (others === undefined) return
    // Of the others only this one is taken back.
    this.#byNetwork.set(wide!, { ...others, count: others.count - 1, untilMs: others.atMs })
  }

  /** Something right came from here. */
  wasRight(address: string): void {
    const { own } = networksOf(address)
    if (this.#right.has(own)) return
    this.#right.add(own)
    keepNewest(this.#right, this.#limits().addressesMax)
  }

  /** Whether something right came from here, and not too much that is wrong since. */
  isFamiliar(address: string): boolean {
    return this.#right.has(networksOf(address).own)
  }

  #waitOf(network: string): number {
    const known = this.#byNetwork.get(network)
    return known === undefined ? 0 : Math.max(0, known.untilMs - this.#clock.monotonicMs())
  }

  #set(network: string, { count, atMs }: Omit<Failures, 'untilMs'>, free: number): void {
    const doublings = Math.min(Math.floor(count) - free - 1, 30)
    const waitMs =
      doublings < 0 ? 0 : Math.min(FIRST_WAIT_MS * 2 ** doublings, this.#limits().maxWaitMs)
    this.#byNetwork.delete(network)
    this.#byNetwork.set(network, { count, atMs, untilMs: atMs + waitMs })
  }
}

function fadedCount(failures: Failures | undefined, nowMs: number): number {
  if (failures === undefined) return 0
  return failures.count * 0.5 ** ((nowMs - failures.atMs) / FORGET_MS)
}

/** Takes out what came first. */
function keepNewest(
  entries: Pick<Map<string, unknown> | Set<string>, 'size' | 'keys' | 'delete'>,
  max: number,
): void {
  for (const oldest of entries.keys()) {
    if (entries.size <= max) break
    entries.delete(oldest)
  }
}

interface CountedNetworks {
  readonly own: string
  /** Absent for IPv4, of which nobody has many. */
  readonly wide?: string
}

/** An IPv4 address itself; of an IPv6 address its first 64 bits, and its first 48. */
export function networksOf(address: string): CountedNetworks {
  const plain = address.replace(/^::ffff:(?=\d+\.)/, '')
  if (!isIPv6(plain)) return { own: plain }
  const [head = '', tail] = plain.split('%')[0]!.split('::')
  const front = head === '' ? [] : head.split(':')
  const back = tail === undefined || tail === '' ? [] : tail.split(':')
  const gap = tail === undefined ? 0 : Math.max(0, 8 - front.length - back.length)
  const groups = [...front, ...Array<string>(gap).fill('0'), ...back]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
  return { own: `${groups.join(':')}::/64`, wide: `${groups.slice(0, 3).join(':')}::/48` }
}
