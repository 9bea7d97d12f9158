import { readFile } from 'node:fs/promises'
import { type HttpClientConfig, httpClientConfig } from '@weir/fetch'
import { z } from 'zod'

/** A secret given in the config or in a file beside it; the file is read at each use, so it may rotate. */
export type Secret =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'file'; readonly path: string }

export async function readSecret(secret: Secret): Promise<string> {
  return secret.kind === 'text' ? secret.text : (await readFile(secret.path, 'utf8')).trim()
}

/** One of `key` and `key_file`; undefined when neither is there. */
export function secretOf(text: string, file: string): Secret | undefined {
  if (text !== '') return { kind: 'text', text }
  return file === '' ? undefined : { kind: 'file', path: file }
}

/** Keys of `http_config` that are true or false; here all values are texts. */
const BOOLEANS: ReadonlySet<string> = new Set([
  'follow_redirects',
  'enable_http2',
  'proxy_from_environment',
  'insecure_skip_verify',
])

/** `http_config`: how requests to a receiver are made. An absent value and an empty one are the same, as in Go. */
export const httpConfigSchema = z.preprocess(typed, httpClientConfig)

export type HttpConfig = HttpClientConfig

/** `tls_config` alone, of those who speak no HTTP. */
export function typedTls(value: unknown): unknown {
  return value === '' ? undefined : typed(value)
}

function typed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(typed)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).flatMap(([key, inner]): [string, unknown][] => {
    if (inner === '' || inner === null) return []
    if (BOOLEANS.has(key) && typeof inner === 'string') return [[key, truth(inner)]]
    return [[key, typed(inner)]]
  })
  return Object.fromEntries(entries)
}

/** What is neither is left for the schema to complain of. */
function truth(text: string): unknown {
  if (/^(?:true|True|TRUE)$/.test(text)) return true
  return /^(?:false|False|FALSE)$/.test(text) ? false : text
}

/** The `Authorization` header that a config asks for, but for `oauth2`: its tokens are the network's business. */
export async function authorizationHeader(
  config: HttpConfig | undefined,
): Promise<Record<string, string>> {
  if (config?.basic_auth !== undefined) {
    const { username, username_file, password, password_file } = config.basic_auth
    const pair = `${await valueOf(username, username_file)}:${await valueOf(password, password_file)}`
    return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }
  }
  if (config?.authorization !== undefined) {
    const { type, credentials, credentials_file: file } = config.authorization
    return { authorization: `${type} ${await valueOf(credentials, file)}`.trim() }
  }
  const token = await valueOf(config?.bearer_token, config?.bearer_token_file)
  return token === '' ? {} : { authorization: `Bearer ${token}` }
}

async function valueOf(text = '', file = ''): Promise<string> {
  const secret = secretOf(text, file)
  return secret === undefined ? '' : readSecret(secret)
}
