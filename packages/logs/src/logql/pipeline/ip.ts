import { isIP } from 'node:net'
import { ParseError } from '../parse/parse-error.ts'

/** Looks for addresses in texts: one address, a network (`10.0.0.0/8`), or `from-to`. */
export interface IpFilter {
  /** Whether an address in the text is one of those meant. */
  isIn(text: string): boolean
}

interface Address {
  readonly isV4: boolean
  readonly bits: bigint
}

/** Where an address may begin; its end is where its letters end. */
const CANDIDATE = /(?=\d{1,3}\.)[\d.]+|(?=::[\da-fA-F]|[\da-fA-F]{1,4}:)[\da-fA-F:.]+/g

/**
 * @param start where the pattern stands in the query
 * @throws {ParseError} when the pattern is none of the three
 */
export function compileIpFilter(pattern: string, start: number): IpFilter {
  const range = rangeOf(pattern.trim())
  if (range === undefined) {
    throw new ParseError(
      `want an address, a network such as 10.0.0.0/8 or a range such as 10.0.0.1-10.0.0.9 in ip(…), got ${JSON.stringify(pattern)}`,
      start,
    )
  }
  const [from, to] = range
  const isMeant = (text: string): boolean => {
    const address = addressOf(text)
    return address?.isV4 === from.isV4 && address.bits >= from.bits && address.bits <= to.bits
  }
  return {
    isIn: (text) => {
      CANDIDATE.lastIndex = 0
      for (let found = CANDIDATE.exec(text); found !== null; found = CANDIDATE.exec(text)) {
        if (isMeant(found[0])) return true
        // What follows an address that was not meant is passed over, as Loki does.
        CANDIDATE.lastIndex++
      }
      return false
    },
  }
}

function rangeOf(pattern: string): readonly [Address, Address] | undefined {
  const only = addressOf(pattern)
  if (only !== undefined) return [only, only]
  const network = /^(.*)\/(\d{1,3})$/.exec(pattern)
  if (network !== null) {
    const address = addressOf(network[1]!)
    const length = address?.isV4 === true ? 32 : 128
    const rest = length - Number(network[2])
    if (address === undefined || rest < 0) return undefined
    const low = (address.bits >> BigInt(rest)) << BigInt(rest)
    const high = low + (1n << BigInt(rest)) - 1n
    return [
      { ...address, bits: low },
      { ...address, bits: high },
    ]
  }
  const ends = /^(.*?)\s*-\s*(.*)$/.exec(pattern)
  const [from, to] = [addressOf(ends?.[1] ?? ''), addressOf(ends?.[2] ?? '')]
  if (from === undefined || to === undefined || from.isV4 !== to.isV4) return undefined
  return from.bits <= to.bits ? [from, to] : undefined
}

function addressOf(text: string): Address | undefined {
  const kind = isIP(text)
  if (kind === 0 || text.includes('%')) return undefined
  if (kind === 4) return { isV4: true, bits: v4Bits(text) }
  let whole = text
  const last = whole.slice(whole.lastIndexOf(':') + 1)
  if (last.includes('.')) {
    const bits = v4Bits(last)
    whole = `${whole.slice(0, -last.length)}${(bits >> 16n).toString(16)}:${(bits & 0xffffn).toString(16)}`
  }
  const [head, tail] = whole.split('::') as [string, string | undefined]
  const front = head === '' ? [] : head.split(':')
  const back = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = Array.from({ length: 8 - front.length - back.length }, () => '0')
  let bits = 0n
  for (const part of [...front, ...zeros, ...back]) bits = (bits << 16n) | BigInt(`0x${part}`)
  return { isV4: false, bits }
}

function v4Bits(text: string): bigint {
  return text.split('.').reduce((bits, part) => (bits << 8n) | BigInt(part), 0n)
}
