import { scalarText } from '@weir/fetch'
import { z } from 'zod'
import { CIPHERS, CURVES } from './tls-names.ts'
import { duration } from '../../config/quantity.ts'

/**
 * The web configuration file of Prometheus and its exporters (`--web.config.file`), taken as it is.
 *
 * @see exporter-toolkit:docs/web-configuration.md
 */

const VERSIONS = ['TLS10', 'TLS11', 'TLS12', 'TLS13'] as const
const version = z.enum(VERSIONS, { error: `want ${VERSIONS.join(', ')}` })

const CLIENT_AUTH = [
  '',
  'NoClientCert',
  'RequestClientCert',
  'RequireAnyClientCert',
  'RequireClientCert',
  'VerifyClientCertIfGiven',
  'RequireAndVerifyClientCert',
] as const

const tls = z
  .strictObject({
    cert: z.string().default(''),
    cert_file: z.string().default(''),
    key: z.string().default(''),
    key_file: z.string().default(''),
    client_ca: z.string().default(''),
    client_ca_file: z.string().default(''),
    client_auth_type: z
      .enum(CLIENT_AUTH, { error: `want ${CLIENT_AUTH.slice(1).join(', ')}` })
      .default(''),
    client_allowed_sans: z.array(z.string()).optional(),
    min_version: version.default('TLS12'),
    max_version: version.default('TLS13'),
    cipher_suites: z
      .array(z.string().refine((name) => CIPHERS.has(name), { message: 'there is no such cipher' }))
      .default([]),
    prefer_server_cipher_suites: z.boolean().default(true),
    curve_preferences: z
      .array(z.string().refine((name) => CURVES.has(name), { message: 'there is no such curve' }))
      .default([]),
  })
  .superRefine((given, context) => {
    const complain = (path: string, message: string): void => {
      context.addIssue({ code: 'custom', path: [path], message })
    }
    if (!isTlsGiven(given)) return
    const { client_auth_type: auth } = given
    if (given.cert + given.cert_file === '') complain('cert_file', 'want cert or cert_file')
    if (given.key + given.key_file === '') complain('key_file', 'want key or key_file')
    const asks = !['', 'NoClientCert'].includes(auth)
    if (given.client_ca + given.client_ca_file !== '' && !asks) {
      complain('client_auth_type', 'want one beside client_ca: RequireAndVerifyClientCert')
    }
    if (given.client_allowed_sans !== undefined && !/^Require(?!ClientCert)/.test(auth)) {
      complain(
        'client_allowed_sans',
        'want client_auth_type RequireAndVerifyClientCert or RequireAnyClientCert beside it',
      )
    }
    if (VERSIONS.indexOf(given.min_version) > VERSIONS.indexOf(given.max_version)) {
      complain('min_version', `want no more than max_version, ${given.max_version}`)
    }
  })

export type TlsServerConfig = z.output<typeof tls>

/** Whether the port speaks TLS: any of these keys says so. */
export function isTlsGiven(given: Omit<TlsServerConfig, 'client_allowed_sans'>): boolean {
  const { cert, cert_file, key, key_file, client_ca, client_ca_file, client_auth_type } = given
  return [cert, cert_file, key, key_file, client_ca, client_ca_file, client_auth_type].some(
    (value) => value !== '',
  )
}

/** Headers that may be set, and the values that some are held to. */
const HEADERS: Readonly<Record<string, readonly string[]>> = {
  'Content-Security-Policy': [],
  'Strict-Transport-Security': [],
  'X-Content-Type-Options': ['nosniff'],
  'X-Frame-Options': ['deny', 'sameorigin'],
  'X-XSS-Protection': [],
}

const headers = z.record(z.string(), z.string()).superRefine((given, context) => {
  for (const [name, value] of Object.entries(given)) {
    const held = Object.hasOwn(HEADERS, name) ? HEADERS[name]! : undefined
    const message =
      held === undefined
        ? 'this header cannot be set here'
        : held.length > 0 && !held.includes(value)
          ? `want ${held.join(' or ')}`
          : /[\r\n\0]/.test(value)
            ? 'want a value of one line'
            : undefined
    if (message !== undefined) context.addIssue({ code: 'custom', path: [name], message })
  }
})

/** Version, cost and at least 53 characters of salt and hash. */
const BCRYPT = /^\$2[a-z]?\$(?:0[4-9]|[12]\d|3[01])\$.{53}/

export const webConfigFile = z.strictObject({
  tls_server_config: tls.prefault({}),
  http_server_config: z
    .strictObject({ http2: z.boolean().default(true), headers: headers.default({}) })
    .prefault({}),
  basic_auth_users: z
    .record(
      z.string(),
      scalarText.refine((hash) => BCRYPT.test(hash), {
        message: 'want a bcrypt hash, as htpasswd -nBC 10 makes it',
      }),
    )
    .default({}),
  rate_limit: z
    .strictObject({
      interval: duration.prefault(0),
      burst: z.int().nonnegative().default(0),
    })
    .prefault({}),
})
