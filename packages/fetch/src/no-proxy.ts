import { BlockList, isIP } from 'node:net'

/**
 * Whether a proxy is used for a host, by Go's rules for `NO_PROXY`, which are also those of `no_proxy`:
 * `*` for all; `10.0.0.1`; `10.0.0.0/8`; `example.org` with all below it; `.example.org` for what is below it only;
 * each with `:port` or without. This machine itself is never reached by a proxy.
 *
 * @see golang.org/x/net/http/httpproxy
 */
export function usesProxy(url: URL, noProxy: string): boolean {
  const host = bareHost(url.hostname).toLowerCase().replace(/\.$/, '')
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port
  if (host === 'localhost' || isLoopback(host)) return false
  return !noProxy.split(',').some((entry) => matches(entry.trim().toLowerCase(), host, port))
}

function matches(entry: string, host: string, port: string): boolean {
  if (entry === '') return false
  if (entry === '*') return true
  const network = /^([0-9a-f.:]+)\/(\d+)$/.exec(entry)
  if (network !== null) return isInNetwork(host, network[1]!, Number(network[2]))
  const [name, wantedPort] = splitPort(entry)
  if (wantedPort !== '' && wantedPort !== port) return false
  if (isIP(name) !== 0) return isIP(host) !== 0 && sameAddress(name, host)
  if (isIP(host) !== 0) return false
  const domain = name.startsWith('*.') ? name.slice(1) : name
  if (domain.startsWith('.')) return host.endsWith(domain)
  return host === domain || host.endsWith(`.${domain}`)
}

function splitPort(entry: string): readonly [name: string, port: string] {
  const bracketed = /^\[([0-9a-f:.]+)\](?::(\d+))?$/.exec(entry)
  if (bracketed !== null) return [bracketed[1]!, bracketed[2] ?? '']
  if (isIP(entry) === 6) return [entry, '']
  const parts = /^([^:]+):(\d+)$/.exec(entry)
  return parts === null ? [entry, ''] : [parts[1]!, parts[2]!]
}

function isInNetwork(host: string, base: string, bits: number): boolean {
  const family = isIP(base)
  if (family === 0 || isIP(host) !== family || bits > (family === 4 ? 32 : 128)) return false
  const type = family === 4 ? 'ipv4' : 'ipv6'
  const list = new BlockList()
  list.addSubnet(base, bits, type)
  return list.check(host, type)
}

function sameAddress(a: string, b: string): boolean {
  return isIP(a) === isIP(b) && isInNetwork(a, b, isIP(b) === 4 ? 32 : 128)
}

function isLoopback(host: string): boolean {
  return isInNetwork(host, '127.0.0.0', 8) || isInNetwork(host, '::1', 128)
}

/** Without the brackets of an IPv6 address. */
function bareHost(hostname: string): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname
}
