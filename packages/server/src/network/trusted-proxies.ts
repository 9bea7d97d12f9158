import { isIP } from 'node:net'
import { Networks, networkOf } from '@weir/fetch'
import { z } from 'zod'

/** `web.trusted_proxies` in weir.yml. */
export const trustedProxies = z
  .array(
    z.string().refine((text) => networkOf(text) !== undefined, {
      message: 'want an address or a network such as 10.0.0.0/8',
    }),
  )
  .max(1000)
  .default([])

/** Headers in lower case, as Node gives them: several of one name joined by commas. */
type Headers = Readonly<Record<string, string | string[] | undefined>>

/** More proxies one behind the other than anybody has. */
const HOPS_MAX = 32
/** The longest address, a zone, brackets and a port. */
const ADDRESS_CHARS_MAX = 64

/**
 * For whom the reverse proxies in front speak. What they say of the client counts, because each of them appends the
 * address that it was asked from; what anybody else says of himself does not.
 */
export class TrustedProxies {
  #networks: Networks | undefined

  constructor(networks: readonly string[] = []) {
    this.take(networks)
  }

  /** Another list; it holds from the next request on. */
  take(networks: readonly string[]): void {
    const known = networks.map(networkOf).filter((network) => network !== undefined)
    this.#networks = known.length === 0 ? undefined : new Networks(known)
  }

  /**
   * The address that asks: from the right of `X-Forwarded-For` the first that is no trusted proxy. Further left stands
   * what the client wrote itself. Where only proxies are named, the one farthest out.
   *
   * @returns the peer's own where it is no proxy, says nothing, or says what is no address
   */
  clientOf(peer: string, headers: Headers): string {
    if (!this.#has(peer)) return peer
    const said = textOf(headers['x-forwarded-for'])
    let farthest = peer
    let end = said.length
    for (let hop = 0; end > 0; hop++) {
      const comma = said.lastIndexOf(',', end - 1)
      const address = addressOf(said.slice(comma + 1, end))
      if (address === undefined || hop === HOPS_MAX) return peer
      if (!this.#has(address)) return address
      farthest = address
      end = comma
    }
    return farthest
  }

  /** Whether the proxy next to Weir was asked over TLS; false where it is none, or does not say. */
  saysHttps(peer: string, headers: Headers): boolean {
    if (!this.#has(peer)) return false
    const said = textOf(headers['x-forwarded-proto'])
    const last = said.slice(said.lastIndexOf(',') + 1)
    return last.trim().toLowerCase() === 'https'
  }

  #has(address: string): boolean {
    return this.#networks?.has(plainOf(address)) === true
  }
}

function textOf(value: string | string[] | undefined): string {
  return Array.isArray(value) ? value.join(',') : (value ?? '')
}

/** An address as proxies write it, some with its port; undefined for anything else. */
function addressOf(part: string): string | undefined {
  const text = part.trim()
  if (text.length === 0 || text.length > ADDRESS_CHARS_MAX) return undefined
  const inBrackets = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(text)?.[1]
  const withPort = /^([\d.]+):\d{1,5}$/.exec(text)?.[1]
  const address = inBrackets ?? withPort ?? text
  if (isIP(address) === 0) return undefined
  // A copy: a part of a header, kept by the slowdown or a session, would keep all of its text in memory.
  return Buffer.from(plainOf(address), 'latin1').toString('latin1')
}

/** IPv4 written within IPv6 is IPv4; a zone is of the machine that says it. */
function plainOf(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '').split('%', 1)[0]!
}
