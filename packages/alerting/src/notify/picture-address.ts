import { isIP, isIPv4 } from 'node:net'

/**
 * Whether a vendor's servers may be able to fetch from an address: https, and no host that is known
 * only here. It may be behind a firewall all the same.
 */
export function isReachable(address: string): boolean {
  if (!URL.canParse(address)) return false
  const { protocol, hostname } = new URL(address)
  const host = hostname.replace(/^\[|\]$/g, '')
  if (protocol !== 'https:') return false
  if (isIP(host) === 0)
    return host.includes('.') && !/\.(local|internal|lan|home\.arpa)$/.test(host)
  return isIPv4(host) ? !PRIVATE_4.test(host) : !PRIVATE_6.test(host)
}

/** RFC 1918, loopback, link-local, carrier-grade NAT. */
const PRIVATE_4 =
  /^(?:0|10|127|169\.254|192\.168|172\.(?:1[6-9]|2\d|3[01])|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\./
const PRIVATE_6 = /^(?:::1?$|::ffff:|f[cd]|fe[89ab])/i
