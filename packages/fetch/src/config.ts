import { z } from 'zod'
import { scalarText as text } from './scalar-text.ts'

/**
 * Prometheus's common HTTP client configuration: how requests to a target, a discovery or a receiver are made.
 * Plain data: it crosses threads. Names of files are used as they are; whoever read the configuration has made
 * them absolute.
 *
 * @see prometheus/common:config/http_config.go
 */

const TLS_VERSIONS = ['TLS10', 'TLS11', 'TLS12', 'TLS13'] as const
const tlsVersion = z.enum(TLS_VERSIONS).optional()

/** `tls_config`, for those who speak TLS but not HTTP. */
export const tlsConfig = z
  .strictObject({
    ca: z.string().optional().describe('Certificates that may vouch for the server, PEM.'),
    ca_file: z.string().optional().describe('A file with them.'),
    cert: z.string().optional().describe("Weir's own certificate, PEM."),
    cert_file: z.string().optional().describe('A file with it.'),
    key: z.string().optional().describe('Its key, PEM; secret.'),
    key_file: z.string().optional().describe('A file with it.'),
    server_name: z.string().optional().describe('The name that the certificate must have.'),
    insecure_skip_verify: z
      .boolean()
      .default(false)
      .describe('Take any certificate. Whoever sits between can then read and change everything.'),
    min_version: tlsVersion.describe('Oldest TLS that is spoken; TLS12 unless told.'),
    max_version: tlsVersion.describe('Newest TLS that is spoken; TLS13 unless told.'),
  })
  .superRefine((tls, context) => {
    const complain = complaintsTo(context)
    oneOf(complain, tls, 'ca', 'ca_file')
    oneOf(complain, tls, 'cert', 'cert_file')
    oneOf(complain, tls, 'key', 'key_file')
    const hasCert = isGiven(tls.cert) || isGiven(tls.cert_file)
    const hasKey = isGiven(tls.key) || isGiven(tls.key_file)
    if (hasCert && !hasKey) complain([], 'want key or key_file beside the certificate')
    if (hasKey && !hasCert) complain([], 'want cert or cert_file beside the key')
    const { min_version: oldest = 'TLS12', max_version: newest = 'TLS13' } = tls
    if (TLS_VERSIONS.indexOf(oldest) > TLS_VERSIONS.indexOf(newest)) {
      complain(['min_version'], `want no more than max_version, ${newest}`)
    }
  })

export type TlsConfig = z.output<typeof tlsConfig>

const proxyShape = {
  proxy_url: z
    .string()
    .optional()
    .describe('A proxy: `http://`, `https://` or `socks5://`; may hold user and password.'),
  no_proxy: z
    .string()
    .optional()
    .describe('Hosts, domains, addresses and networks that are reached without, comma-separated.'),
  proxy_from_environment: z
    .boolean()
    .default(false)
    .describe('Take the proxy from `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`.'),
  proxy_connect_header: z
    .record(z.string(), z.array(text))
    .default({})
    .describe('Headers for the proxy when it opens a tunnel; secret.'),
}

const oauth2 = z
  .strictObject({
    client_id: text.prefault('').describe('Who asks for the token.'),
    client_secret: text.optional().describe('Its secret; secret.'),
    client_secret_file: z.string().optional().describe('A file with it.'),
    grant_type: z
      .enum(['client_credentials'])
      .optional()
      .describe('Accepted; there is no other way yet.'),
    scopes: z.array(z.string()).default([]).describe('What the token is for.'),
    token_url: z.string().default('').describe('Where tokens are given out.'),
    endpoint_params: z
      .record(z.string(), text)
      .default({})
      .describe('More parameters of the request for a token.'),
    tls_config: tlsConfig.optional().describe('How `https` is spoken with it.'),
    ...proxyShape,
  })
  .superRefine((oauth, context) => {
    const complain = complaintsTo(context)
    if (oauth.client_id === '') complain(['client_id'], 'want the id of the client')
    if (!isWebAddress(oauth.token_url)) complain(['token_url'], 'want an http or https address')
    oneOf(complain, oauth, 'client_secret', 'client_secret_file')
    checkProxy(complain, oauth)
  })

export type OAuth2Config = z.output<typeof oauth2>

/** The keys, to be spread into a strict object of those who have more; they also call {@link checkHttpClient}. */
export const httpClientShape = {
  basic_auth: z
    .strictObject({
      username: text.optional().describe('The name.'),
      username_file: z.string().optional().describe('A file with it.'),
      password: text.optional().describe('The password; secret.'),
      password_file: z.string().optional().describe('A file with it.'),
    })
    .optional()
    .describe('A name and a password.'),
  authorization: z
    .strictObject({
      type: z.string().default('Bearer').describe('The first word of the header.'),
      credentials: text.optional().describe('What follows it; secret.'),
      credentials_file: z.string().optional().describe('A file with it.'),
    })
    .optional()
    .describe('The `Authorization` header.'),
  bearer_token: text.optional().describe('Short for `authorization.credentials`; secret.'),
  bearer_token_file: z.string().optional().describe('A file with it.'),
  oauth2: oauth2.optional().describe('Tokens from an OAuth 2.0 server, by client credentials.'),
  tls_config: tlsConfig.optional().describe('How `https` is spoken.'),
  ...proxyShape,
  http_headers: z
    .record(
      z.string(),
      z.strictObject({
        values: z.array(text).default([]).describe('Its values.'),
        secrets: z.array(text).default([]).describe('Values that are secret.'),
        files: z.array(z.string()).default([]).describe('Files with a value each.'),
      }),
    )
    .default({})
    .describe('More headers, by name.'),
  follow_redirects: z.boolean().default(true).describe('Whether redirects are followed.'),
  enable_http2: z.boolean().default(true).describe('Accepted; Weir speaks HTTP/1.1.'),
} as const

const unchecked = z.strictObject(httpClientShape)

export type HttpClientConfig = z.output<typeof unchecked>

/** Headers that the client sets itself, or that say how the bytes travel. */
const RESERVED: ReadonlySet<string> = new Set([
  'authorization',
  'host',
  'content-encoding',
  'content-length',
  'content-type',
  'user-agent',
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'www-authenticate',
  'accept-encoding',
  'x-prometheus-remote-write-version',
  'x-prometheus-remote-read-version',
  'x-prometheus-scrape-timeout-seconds',
  'x-amz-date',
  'x-amz-security-token',
  'x-amz-content-sha256',
])

/** What excludes what, as Prometheus has it. For use in a `superRefine`. */
export function checkHttpClient(config: HttpClientConfig, context: z.core.$RefinementCtx): void {
  const complain = complaintsTo(context)
  const { basic_auth: basic, authorization } = config
  oneOf(complain, config, 'bearer_token', 'bearer_token_file')
  const ways = [
    basic,
    authorization,
    config.oauth2,
    isGiven(config.bearer_token) || isGiven(config.bearer_token_file) ? true : undefined,
  ]
  if (ways.filter((way) => way !== undefined).length > 1) {
    complain([], 'want at most one of basic_auth, authorization, oauth2 and bearer_token')
  }
  if (basic !== undefined) {
    oneOf(complain, basic, 'username', 'username_file', 'basic_auth')
    oneOf(complain, basic, 'password', 'password_file', 'basic_auth')
  }
  if (authorization !== undefined) {
    oneOf(complain, authorization, 'credentials', 'credentials_file', 'authorization')
    if (authorization.type.trim().toLowerCase() === 'basic') {
      complain(['authorization', 'type'], 'want another type than Basic: use basic_auth for it')
    }
  }
  checkProxy(complain, config)
  for (const name of Object.keys(config.http_headers)) {
    if (RESERVED.has(name.toLowerCase())) {
      complain(['http_headers', name], 'this header cannot be set here')
    } else if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) {
      complain(['http_headers', name], 'want the name of a header')
    }
  }
}

/** The whole configuration, for those who have no other keys. */
export const httpClientConfig = unchecked.superRefine(checkHttpClient)

/** The same configuration with its file names made whole: they are relative to the file that it stands in. */
export function httpClientBeside<C extends HttpClientConfig>(
  config: C,
  beside: (path: string) => string,
): C {
  return filesBeside(config, beside, HTTP_KEYS) as C
}

const HTTP_KEYS: ReadonlySet<string> = new Set(Object.keys(httpClientShape))

/** Of an object only these keys, and all within them. */
function filesBeside(
  value: unknown,
  beside: (path: string) => string,
  keys?: ReadonlySet<string>,
): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const entries = Object.entries(value).map(([key, inner]: [string, unknown]) => {
    if (keys !== undefined && !keys.has(key)) return [key, inner]
    if (key.endsWith('_file') && typeof inner === 'string' && inner !== '')
      return [key, beside(inner)]
    if (key === 'files' && Array.isArray(inner)) return [key, inner.map(String).map(beside)]
    return [key, filesBeside(inner, beside)]
  })
  return Object.fromEntries(entries)
}

type Complain = (path: readonly string[], message: string) => void

function complaintsTo(context: z.core.$RefinementCtx): Complain {
  return (path, message) => {
    context.addIssue({ code: 'custom', path: [...path], message })
  }
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== ''
}

function oneOf<K extends string>(
  complain: Complain,
  of: { readonly [key in K]?: unknown },
  one: K,
  other: K,
  ...above: readonly string[]
): void {
  if (isGiven(of[one]) && isGiven(of[other])) {
    complain([...above, other], `want at most one of ${one} and ${other}`)
  }
}

function isWebAddress(address: string): boolean {
  return URL.canParse(address) && /^https?:$/.test(new URL(address).protocol)
}

interface ProxyKeys {
  readonly proxy_url?: string | undefined
  readonly no_proxy?: string | undefined
  readonly proxy_from_environment: boolean
  readonly proxy_connect_header: Readonly<Record<string, readonly string[]>>
}

function checkProxy(complain: Complain, config: ProxyKeys): void {
  const { proxy_url: url = '', proxy_from_environment: fromEnvironment } = config
  if (url !== '' && !isProxyAddress(url)) {
    complain(['proxy_url'], 'want an http, https or socks5 address')
  }
  if (Object.keys(config.proxy_connect_header).length > 0 && !fromEnvironment && url === '') {
    complain(['proxy_connect_header'], 'want proxy_url or proxy_from_environment beside it')
  }
  if (fromEnvironment && url !== '') {
    complain(['proxy_url'], 'want none beside proxy_from_environment')
  }
  if (isGiven(config.no_proxy) && (fromEnvironment || url === '')) {
    complain(
      ['no_proxy'],
      fromEnvironment
        ? 'want none beside proxy_from_environment: NO_PROXY counts'
        : 'want proxy_url beside it',
    )
  }
}

function isProxyAddress(address: string): boolean {
  return URL.canParse(address) && /^(?:https?|socks5h?):$/.test(new URL(address).protocol)
}
