import { isIP } from 'node:net'
import { WeirError } from '@weir/model'

/**
 * Keeps other people's web pages away from a Weir that has no password because it listens on
 * loopback only. A browser on the same machine can be made to reach it in two ways:
 *
 * - *DNS rebinding*: evil.example resolves to 127.0.0.1, so that its page and Weir share an origin.
 *   The `Host` header gives it away: only names that nobody can rebind are answered.
 * - *Cross-site requests*: a page anywhere posts a form to 127.0.0.1:9347. Browsers say so in
 *   `Origin` and `Sec-Fetch-Site`. No answer ever carries a CORS permission, so reading is out
 *   anyway; what is refused here is causing (a reload, a costly query).
 *
 * Programs (curl, promtool, Grafana's server) send neither header and are not concerned.
 */
export interface GuardRules {
  /** Whether the port is open on loopback only. Elsewhere there is a password, and names are the operator's business. */
  readonly loopback: boolean
  readonly externalUrl: string
  readonly allowedHosts: readonly string[]
}

/** The headers that tell; names in lower case, as Node gives them. */
export interface GuardedRequest {
  readonly method: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

/** More than any client sends; proxies have limits of their own near this. */
const HEADERS_MAX = 500

/**
 * Why nobody can tell for whom a request is, or which of its headers count; undefined when one can. A proxy in
 * front may have decided by the other of two hosts, and a header that is not read is one that does not guard.
 */
export function ambiguity({
  url = '/',
  rawHeaders,
}: {
  readonly url?: string | undefined
  readonly rawHeaders: readonly string[]
}): WeirError | undefined {
  const count = rawHeaders.length / 2
  if (count > HEADERS_MAX) {
    return broken(`it has ${count} headers, want at most ${HEADERS_MAX}`)
  }
  const hosts = rawHeaders.filter((_, i) => i % 2 === 1 && /^host$/i.test(rawHeaders[i - 1]!))
  if (hosts.length > 1) return broken('it names more than one host')
  if (url.startsWith('/') || url === '*') return undefined
  // A whole address, as for a proxy: what it says and what `Host` says must be one.
  const named = URL.canParse(url) ? new URL(url).host : ''
  const said = URL.canParse(`http://${hosts[0] ?? ''}`) ? new URL(`http://${hosts[0]}`).host : ''
  return named === said ? undefined : broken('its address and its Host header name two hosts')
}

function broken(why: string): WeirError {
  return new WeirError('HTTP_BROKEN', `Cannot take the request: ${why}`)
}

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Why a request is refused; undefined when it may pass. */
export function refusal(request: GuardedRequest, rules: GuardRules): WeirError | undefined {
  const host = header(request, 'host')
  if (host !== undefined && rules.loopback && !hostAllowed(host, rules)) {
    return forbidden(
      `Cannot answer for host ${JSON.stringify(host)}: want localhost, an IP address, or a name in web.allowed_hosts`,
    )
  }
  const origin = header(request, 'origin')
  const safe = SAFE_METHODS.has(request.method)
  if (!safe && origin !== undefined && !originAllowed(origin, host, rules)) {
    return forbidden(
      `Cannot take a ${request.method} from a page of ${JSON.stringify(origin)}: want Weir's own page, or --web.external-url set to that address`,
    )
  }
  const crossSite = header(request, 'sec-fetch-site') === 'cross-site'
  const opened = safe && header(request, 'sec-fetch-mode') === 'navigate' // a link that was clicked
  if (crossSite && !opened) {
    return forbidden("Cannot take a request from a page of another site: want Weir's own page")
  }
  return undefined
}

function hostAllowed(host: string, { externalUrl, allowedHosts }: GuardRules): boolean {
  const name = hostNameOf(host)
  if (name === undefined) return false
  if (name === 'localhost' || name.endsWith('.localhost') || isIP(name) !== 0) return true
  return name === urlOf(externalUrl)?.hostname || allowedHosts.includes(name)
}

function originAllowed(
  origin: string,
  host: string | undefined,
  { externalUrl }: GuardRules,
): boolean {
  const from = urlOf(origin)
  if (from === undefined) return false // `null`: a sandboxed frame, a file
  return from.host === hostOf(host, from.protocol) || from.origin === urlOf(externalUrl)?.origin
}

/** Host and port as `URL` spells them, the protocol's own port left out. */
function hostOf(host: string | undefined, protocol: string): string | undefined {
  return host === undefined ? undefined : urlOf(`${protocol}//${host}`)?.host
}

/** The name without port and brackets; undefined when it is none. */
function hostNameOf(host: string): string | undefined {
  if (/[/?#@\\]/.test(host)) return undefined
  return urlOf(`http://${host}`)?.hostname.replaceAll(/^\[|\]$/g, '')
}

function urlOf(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined
}

function header({ headers }: GuardedRequest, name: string): string | undefined {
  const value = headers[name]
  return Array.isArray(value) ? value[0] : value
}

function forbidden(message: string): WeirError {
  return new WeirError('HTTP_FORBIDDEN', message)
}

/** Whether a listening address is reachable from this machine only. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.')
}

/** On every answer. Scripts, fonts and data come from Weir itself; styles may be inline, because the component library sets them so. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
}
