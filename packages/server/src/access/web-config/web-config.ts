import { readFileSync } from 'node:fs'
import { type SecureContextOptions, type SecureVersion, createSecureContext } from 'node:tls'
import { WeirError } from '@weir/model'
import type { z } from 'zod'
import { withSecretsOfEnvironment } from '../../config/env-secrets.ts'
import { beside, readNamed } from '../../config/files.ts'
import { readYaml } from '../../config/yaml-file.ts'
import { type TlsServerConfig, isTlsGiven, webConfigFile } from './schema.ts'
import { ciphersOf, curvesOf } from './tls-names.ts'

/** What a port that speaks TLS asks of its clients. */
export interface TlsDoor {
  readonly context: SecureContextOptions
  /** Whether clients are asked for a certificate. */
  readonly asks: boolean
  /** Whether a connection without one is closed. */
  readonly wants: boolean
  /** Whether one that nobody vouches for closes the connection. */
  readonly verifies: boolean
  /** Of these names the certificate must have one; undefined for any. */
  readonly allowedSans: ReadonlySet<string> | undefined
}

/** A web configuration file with all that it names, read and checked. */
export interface WebConfig {
  readonly tls: TlsDoor | undefined
  readonly headers: Readonly<Record<string, string>>
  /** Names and bcrypt hashes. */
  readonly users: ReadonlyMap<string, string>
  /** Requests in a row, and how long one takes to come back; undefined for no limit. */
  readonly rate: { readonly burst: number; readonly intervalMs: number } | undefined
  /** Changes when anything in it does. */
  readonly fingerprint: string
}

/** Without a file. */
export const NO_WEB_CONFIG: WebConfig = {
  tls: undefined,
  headers: {},
  users: new Map(),
  rate: undefined,
  fingerprint: '',
}

const VERSIONS: Readonly<Record<TlsServerConfig['min_version'], SecureVersion>> = {
  TLS10: 'TLSv1',
  TLS11: 'TLSv1.1',
  TLS12: 'TLSv1.2',
  TLS13: 'TLSv1.3',
}

/** @throws {WeirError} `CONFIG_INVALID` naming file, line and key; for certificates and keys that cannot be used */
export function readWebConfig(file: string): WebConfig {
  const named = readNamed(file, { flag: '--web.config.file' })
  const text = withSecretsOfEnvironment({ file, text: named, code: 'CONFIG_INVALID' })
  const given = readYaml({ file, text, code: 'CONFIG_INVALID' }, webConfigFile)
  const tls = isTlsGiven(given.tls_server_config)
    ? tlsDoorOf(given.tls_server_config, file)
    : undefined
  const { interval: intervalMs, burst } = given.rate_limit
  const users = Object.entries(given.basic_auth_users)
  return {
    tls,
    headers: given.http_server_config.headers,
    users: new Map(users),
    rate: intervalMs === 0 ? undefined : { burst, intervalMs },
    fingerprint: JSON.stringify([text, tls?.context]),
  }
}

/** Whether a file asks who somebody is, of everybody; without one nobody is. @throws {WeirError} `CONFIG_INVALID` */
export function asksEverybody(file: string | undefined): boolean {
  return file !== undefined && asks(readWebConfig(file))
}

export function asks({ users, tls }: WebConfig): boolean {
  return users.size > 0 || (tls !== undefined && tls.wants && tls.verifies)
}

function tlsDoorOf(
  given: z.output<typeof webConfigFile>['tls_server_config'],
  file: string,
): TlsDoor {
  const part = (name: 'cert' | 'key' | 'client_ca'): string => {
    const named = given[`${name}_file`]
    if (named === '') return given[name]
    try {
      return readFileSync(beside(file, named), 'utf8')
    } catch (error) {
      throw unusable(file, `cannot read ${name}_file: ${(error as Error).message}`)
    }
  }
  const auth = given.client_auth_type
  const ca = part('client_ca')
  const ciphers = ciphersOf(given.cipher_suites)
  const ecdhCurve = curvesOf(given.curve_preferences)
  const context: SecureContextOptions = {
    cert: part('cert'),
    key: part('key'),
    // Without one nobody vouches for a client; Node would take those who vouch for servers.
    ca: ca === '' ? [] : ca,
    minVersion: VERSIONS[given.min_version],
    maxVersion: VERSIONS[given.max_version],
    honorCipherOrder: given.prefer_server_cipher_suites,
    ...(ciphers === undefined ? {} : { ciphers }),
    ...(ecdhCurve === undefined ? {} : { ecdhCurve }),
  }
  try {
    createSecureContext(context)
  } catch (error) {
    const why = `${(error as Error).message}; want a certificate and its own key, both PEM`
    throw unusable(file, why)
  }
  return {
    context,
    asks: !['', 'NoClientCert'].includes(auth),
    wants: auth.startsWith('Require'),
    verifies: auth.includes('Verify'),
    allowedSans:
      given.client_allowed_sans === undefined ? undefined : new Set(given.client_allowed_sans),
  }
}

function unusable(file: string, why: string): WeirError {
  return new WeirError('CONFIG_INVALID', `Cannot use ${file}: tls_server_config: ${why}`)
}
