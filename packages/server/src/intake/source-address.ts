import { isIPv6 } from 'node:net'
import { type KernelBytes, kernelBytes, kernelInt } from './kernel-calls.ts'

/** `struct sockaddr_in6`, which is the longer one. */
const ADDRESS_BYTES = 28
const IPV4_AT = 4
const IPV6_AT = 8

/**
 * Where the kernel writes who sent a packet: `struct sockaddr_in` (the address in bytes 4 to 8) or `sockaddr_in6`
 * (8 to 24, an IPv4 address within `::ffff:0:0/96`).
 */
export class SourceAddress {
  readonly bytes: KernelBytes = kernelBytes(ADDRESS_BYTES)
  /** As the kernel wants it: the room before, the length used after; all of a socket are of one length. */
  readonly length: KernelBytes = kernelInt(ADDRESS_BYTES)
  readonly #view = new DataView(this.bytes.buffer)
  readonly #text = Buffer.from(this.bytes.buffer)
  readonly #isIPv6: boolean

  /** @param host that the socket is bound to: it says which family packets have */
  constructor(host: string) {
    this.#isIPv6 = isIPv6(host)
  }

  /** One for each address, to look it up by; cheaper than its text. */
  get key(): number | string {
    if (this.#isIPv6) return this.#text.toString('latin1', IPV6_AT, IPV6_AT + 16)
    return this.#view.getUint32(IPV4_AT)
  }

  toString(): string {
    if (!this.#isIPv6) return this.bytes.subarray(IPV4_AT, IPV4_AT + 4).join('.')
    const parts = Array.from({ length: 8 }, (_, i) => this.#view.getUint16(IPV6_AT + 2 * i))
    const isMapped = parts.slice(0, 5).every((part) => part === 0) && parts[5] === 0xffff
    if (isMapped) return this.bytes.subarray(IPV6_AT + 12, IPV6_AT + 16).join('.')
    return parts.map((part) => part.toString(16)).join(':')
  }
}
