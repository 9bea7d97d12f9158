import { WeirError } from '@weir/model'
import type { Grounds } from '../session/session.ts'
import { type Scope, scopesOf } from '../scope.ts'
import type { OidcConfig } from './config.ts'

/** What a provider says of somebody, checked for signature, time and address. */
export type Claims = Readonly<Record<string, unknown>> & {
  readonly iss: string
  readonly sub: string
}

/** Nobody is in more groups; and no cookie, page or disk has to hold more. */
const GROUPS_MAX = 1000
/** Groups that give nothing today, and may tomorrow. */
const OTHER_GROUPS_MAX = 100
const OTHER_GROUP_CHARS_MAX = 256
const NAME_CHARS_MAX = 200

/**
 * Whom the provider vouched for.
 *
 * @throws {WeirError} `LOGIN_NO_ACCESS` for another domain
 */
export function groundsOf(claims: Claims, oidc: OidcConfig): Grounds {
  const domains = domainsOf(claims)
  checkDomain(claims, domains, oidc)
  const given = new Set(Object.keys(oidc.groups))
  const groups = groupsOf(claims, oidc.groups_claim)
  return {
    kind: 'oidc',
    name: nameOf(claims, oidc.name_claim),
    issuer: claims.iss,
    subject: claims.sub,
    groups: [
      ...groups.filter((group) => given.has(group)).slice(0, GROUPS_MAX),
      ...groups
        .filter((group) => !given.has(group) && group.length <= OTHER_GROUP_CHARS_MAX)
        .slice(0, OTHER_GROUPS_MAX),
    ],
    domains,
  }
}

/** What members of these groups may do under this configuration. */
export function scopesOfGroups(groups: readonly string[], oidc: OidcConfig): ReadonlySet<Scope> {
  return scopesOf([
    ...oidc.everyone,
    ...groups.flatMap((group) => (Object.hasOwn(oidc.groups, group) ? oidc.groups[group]! : [])),
  ])
}

/**
 * Whether an ID token says all that counts here; else the provider's user info may. By the standard profile, e-mail
 * and groups are there and not in the token, and some providers are strict.
 */
export function saysAll(claims: Claims, oidc: OidcConfig): boolean {
  const has = (path: string): boolean => claimAt(claims, path) !== undefined
  const isNamed = has(oidc.name_claim) || has('email')
  const isGrouped = Object.keys(oidc.groups).length === 0 || has(oidc.groups_claim)
  const saysDomain =
    oidc.allowed_domains.length === 0 || has('hd') || (has('email') && has('email_verified'))
  return isNamed && isGrouped && saysDomain
}

/**
 * Whether the provider says that there are groups and does not say which: Entra ID names an address to ask instead,
 * once somebody is in more than 200.
 */
export function withholdsGroups(claims: Claims, { groups_claim: path }: OidcConfig): boolean {
  const { _claim_names: elsewhere, hasgroups } = claims
  if (hasgroups === true || hasgroups === 'true') return true
  return typeof elsewhere === 'object' && elsewhere !== null && Object.hasOwn(elsewhere, path)
}

/** A list, one by itself, or the names of an object, as Zitadel has roles: `{"admin": {"<id>": "<domain>"}}`. */
function groupsOf(claims: Claims, path: string): string[] {
  const found = claimAt(claims, path)
  if (typeof found === 'string') return [found]
  if (Array.isArray(found)) return found.filter((one): one is string => typeof one === 'string')
  return typeof found === 'object' && found !== null ? Object.keys(found) : []
}

/** Names of claims may be addresses, dots and all; so the whole name comes first, then the path. */
function claimAt(claims: Claims, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path]
  let at: unknown = claims
  for (const step of path.split('.')) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined
    at = (at as Readonly<Record<string, unknown>>)[step]
  }
  return at
}

function nameOf(claims: Claims, wanted: string): string {
  const texts = [claimAt(claims, wanted), claims['email'], claims.sub]
  const found = texts.find((text) => typeof text === 'string' && text.trim() !== '') as string
  // It is shown and logged: no line ends, nothing that turns text around.
  return found.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '').slice(0, NAME_CHARS_MAX) || claims.sub
}

/** An address that nobody verified may say anything. Some say so in a text. `hd` is what Google itself says of a Workspace account. */
function domainsOf({ email, email_verified: isVerified, hd }: Claims): string[] {
  const of = [
    ...(typeof hd === 'string' ? [hd] : []),
    ...(typeof email === 'string' && (isVerified === true || isVerified === 'true')
      ? [email.split('@').at(-1)!]
      : []),
  ]
  return of.filter((domain) => domain.length <= DOMAIN_CHARS_MAX).map((one) => one.toLowerCase())
}

/** DNS knows no longer ones. */
const DOMAIN_CHARS_MAX = 253

/** Whether somebody of these domains may come in. */
export function isOfDomain(
  domains: readonly string[],
  { allowed_domains: allowed }: OidcConfig,
): boolean {
  return allowed.length === 0 || domains.some((domain) => allowed.includes(domain))
}

function checkDomain(claims: Claims, domains: readonly string[], oidc: OidcConfig): void {
  if (isOfDomain(domains, oidc)) return
  throw new WeirError(
    'LOGIN_NO_ACCESS',
    `Cannot let ${JSON.stringify(nameOf(claims, 'email'))} in: want a verified e-mail address of ${oidc.allowed_domains.join(', ')} (auth.oidc.allowed_domains)`,
  )
}
