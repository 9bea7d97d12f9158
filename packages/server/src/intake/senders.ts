import { Networks, networkOf } from '@weir/fetch/networks'
import type { SourceAddress } from './source-address.ts'

/** Addresses that were looked up; a hundred thousand made-up senders must not take memory. */
const REMEMBERED_MAX = 10_000

/**
 * Who may send. Packets come many times from few addresses, so each is looked up in the lists once, and in a map then.
 */
export class Senders {
  readonly #networks: Networks
  /** By an address's text, or by the key that the kernel's form of it has. */
  readonly #known = new Map<string | number, boolean>()
  /** False where everybody may. */
  readonly isLimited: boolean

  constructor(allowed: readonly string[]) {
    this.isLimited = allowed.length > 0
    this.#networks = new Networks(allowed.map(networkOf).filter((network) => network !== undefined))
  }

  /** @param address as Node gives it: of a socket for both families, IPv4 is written within IPv6 */
  has(address: string): boolean {
    return !this.isLimited || (this.#known.get(address) ?? this.#lookUp(address, address))
  }

  /** The same for an address as the kernel gives it. */
  hasSource(address: SourceAddress): boolean {
    const { key } = address
    return this.#known.get(key) ?? this.#lookUp(key, String(address))
  }

  #lookUp(key: string | number, address: string): boolean {
    const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').split('%', 1)[0]!
    const may = this.#networks.has(plain)
    if (this.#known.size >= REMEMBERED_MAX) this.#known.clear()
    this.#known.set(key, may)
    return may
  }
}
