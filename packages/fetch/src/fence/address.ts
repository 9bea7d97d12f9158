import { BlockList, isIP } from 'node:net'

/**
 * The addresses that an address leads to: itself, and what it is another spelling of. A list that names
 * `169.254.169.254` must also hold for `::ffff:169.254.169.254`, for `64:ff9b::a9fe:a9fe` (NAT64, which a gateway
 * turns into it), for 6to4 and for the old `::169.254.169.254`; and `0.0.0.0` and `::` are this machine.
 *
 * @param ip as `isIP` knows it; a zone (`fe80::1%eth0`) is left out
 * @see RFC 4291 §2.5.5, RFC 6052, RFC 8215, RFC 3056
 */
export function addressesMeant(ip: string): readonly string[] {
  const bare = ip.split('%', 1)[0]!
  if (isIP(bare) === 4) return bare.startsWith('0.') ? [bare, '127.0.0.1'] : [bare]
  const groups = groupsOf(bare)
  if (groups.every((group) => group === 0)) return [bare, '::1', '127.0.0.1']
  const inside = embedded(groups)
  return inside === undefined ? [bare] : [bare, ...addressesMeant(inside)]
}

/** A list of addresses and networks. */
export class Networks {
  // One list would hold IPv4 addresses against IPv6 networks too: all of them are in ::/0 then.
  readonly #lists = { ipv4: new BlockList(), ipv6: new BlockList() }

  constructor(entries: readonly Network[]) {
    for (const { address, bits, family } of entries) {
      this.#lists[family].addSubnet(address, bits, family)
    }
  }

  has(ip: string): boolean {
    const family = isIP(ip) === 6 ? 'ipv6' : 'ipv4'
    return this.#lists[family].check(ip, family)
  }
}

export interface Network {
  readonly address: string
  readonly bits: number
  readonly family: 'ipv4' | 'ipv6'
}

/** `10.0.0.0/8`, `10.1.2.3`, `fd00::/8`; undefined for what is none of these. */
export function networkOf(text: string): Network | undefined {
  const [address = '', bits, more] = text.split('/')
  const version = isIP(address)
  if (version === 0 || address.includes('%') || more !== undefined) return undefined
  const most = version === 4 ? 32 : 128
  if (bits !== undefined && !/^\d{1,3}$/.test(bits)) return undefined
  const count = bits === undefined ? most : Number(bits)
  if (count > most) return undefined
  return { address, bits: count, family: version === 4 ? 'ipv4' : 'ipv6' }
}

/** The IPv4 address within an IPv6 one, where it is a way of writing one. */
function embedded(groups: readonly number[]): string | undefined {
  const [a, b, c, d, e, f, g, h] = groups as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const isZeroTo = (count: number): boolean => groups.slice(0, count).every((group) => group === 0)
  if (isZeroTo(5) && f === 0xffff) return dotted(g, h) // mapped
  if (isZeroTo(4) && e === 0xffff && f === 0) return dotted(g, h) // translated, RFC 2765
  if (isZeroTo(6) && !(g === 0 && h <= 1)) return dotted(g, h) // compatible
  if (a === 0x64 && b === 0xff9b && c === 0 && d === 0) return dotted(g, h) // NAT64
  if (a === 0x64 && b === 0xff9b && c === 1) return dotted(g, h) // NAT64 of one's own
  if (a === 0x2002) return dotted(b, c) // 6to4
  return undefined
}

function dotted(high: number, low: number): string {
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}

/** The eight numbers of an IPv6 address. */
function groupsOf(ip: string): number[] {
  const [head = '', tail] = ip.split('::')
  const left = numbersOf(head)
  if (tail === undefined) return left
  const right = numbersOf(tail)
  return [...left, ...Array.from({ length: 8 - left.length - right.length }, () => 0), ...right]
}

function numbersOf(text: string): number[] {
  if (text === '') return []
  return text.split(':').flatMap((part) => {
    if (!part.includes('.')) return [Number.parseInt(part, 16)]
    const [a, b, c, d] = part.split('.').map(Number) as [number, number, number, number]
    return [a * 256 + b, c * 256 + d]
  })
}
