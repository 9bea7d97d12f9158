import { existsSync, readFileSync } from 'node:fs'
import {
  type SecureContext,
  type SecureVersion,
  createSecureContext,
  rootCertificates,
} from 'node:tls'
import { WeirError } from '@weir/model'
import type { TlsConfig } from './config.ts'
import { readNamed } from './secret.ts'

const VERSIONS = { TLS10: 'TLSv1', TLS11: 'TLSv1.1', TLS12: 'TLSv1.2', TLS13: 'TLSv1.3' } as const

/** Certificates and key as they were read, to see whether a file has changed. */
export interface TlsMaterial {
  readonly ca: string | undefined
  readonly cert: string | undefined
  readonly key: string | undefined
}

/** @throws {WeirError} `FETCH_FAILED` for a file that cannot be read */
export async function readMaterial(config: TlsConfig | undefined): Promise<TlsMaterial> {
  const [ca, cert, key] = await Promise.all([
    textOf(config?.ca, config?.ca_file),
    textOf(config?.cert, config?.cert_file),
    textOf(config?.key, config?.key_file),
  ])
  return { ca, cert, key }
}

async function textOf(
  inline: string | undefined,
  file: string | undefined,
): Promise<string | undefined> {
  if (inline !== undefined && inline !== '') return inline
  return file === undefined || file === '' ? undefined : await readNamed(file)
}

export function isSameMaterial(a: TlsMaterial, b: TlsMaterial): boolean {
  return a.ca === b.ca && a.cert === b.cert && a.key === b.key
}

let ordinary: SecureContext | undefined

/**
 * One context for all connections: certificates are parsed once, not at each handshake. Reading a system's 145
 * authorities takes 65 ms, so those who ask for nothing special share one.
 *
 * @throws {WeirError} `FETCH_FAILED` for what is no certificate, no key, or a key of another certificate
 */
export function contextOf(material: TlsMaterial, config: TlsConfig | undefined): SecureContext {
  const oldest = versionOf(config?.min_version)
  const newest = versionOf(config?.max_version)
  const { ca, cert, key } = material
  if ([ca, cert, key, oldest, newest].every((part) => part === undefined)) {
    return (ordinary ??= createSecureContext({ ca: systemRoots() }))
  }
  // Who takes any certificate needs nobody to vouch for it.
  const vouching = ca ?? (config?.insecure_skip_verify === true ? undefined : systemRoots())
  if (ca !== undefined && !ca.includes('-----BEGIN CERTIFICATE-----')) {
    throw unusable('want certificates in PEM form in ca or ca_file')
  }
  try {
    return createSecureContext({
      ...(vouching === undefined ? {} : { ca: vouching }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
      ...(oldest === undefined ? {} : { minVersion: oldest }),
      ...(newest === undefined ? {} : { maxVersion: newest }),
    })
  } catch (error) {
    throw unusable(`${(error as Error).message}; want a certificate and its own key, both PEM`)
  }
}

/** How TLS is spoken with a server that does not speak HTTP; for `tls.connect`. */
export interface TlsOptions {
  readonly secureContext: SecureContext
  readonly rejectUnauthorized: boolean
  /** The name that the certificate must have, where it is not the host's. */
  readonly servername?: string
}

/**
 * Reads the files of a `tls_config` anew.
 *
 * @throws {WeirError} `FETCH_FAILED` for a file that cannot be read or used; the message is a reason
 */
export async function openTls(config: TlsConfig | undefined): Promise<TlsOptions> {
  const { insecure_skip_verify: takesAny = false, server_name: servername = '' } = config ?? {}
  return {
    secureContext: contextOf(await readMaterial(config), config),
    rejectUnauthorized: !takesAny,
    ...(servername === '' ? {} : { servername }),
  }
}

function unusable(why: string): WeirError {
  return new WeirError('FETCH_FAILED', `cannot use tls_config: ${why}`)
}

function versionOf(name: keyof typeof VERSIONS | undefined): SecureVersion | undefined {
  return name === undefined ? undefined : VERSIONS[name]
}

/** Where the systems keep the certificates that they trust, in the order in which Go looks. */
const BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/pki/tls/cacert.pem',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/cert.pem',
]

let roots: string[] | undefined

/**
 * Whom this machine trusts: as in Prometheus its own list where there is one, so that a company's certificates that
 * were added to it count; those that Node brings along otherwise. `SSL_CERT_FILE` names another list,
 * `NODE_EXTRA_CA_CERTS` adds to it.
 */
function systemRoots(): string[] {
  if (roots !== undefined) return roots
  const named = process.env['SSL_CERT_FILE']
  const bundle = [named, ...BUNDLES].find((file) => file !== undefined && existsSync(file))
  const extra = process.env['NODE_EXTRA_CA_CERTS']
  roots = bundle === undefined ? [...rootCertificates] : [readFileSync(bundle, 'utf8')]
  if (extra !== undefined && existsSync(extra)) roots.push(readFileSync(extra, 'utf8'))
  return roots
}
