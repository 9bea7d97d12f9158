/**
 * The cookie of a session. Over TLS its name begins with `__Host-`: browsers take such a one only from this very
 * host, over TLS and for all paths, so that neither a neighbour's subdomain nor somebody on the way can plant one.
 * `SameSite=Strict` keeps it out of every request that another site causes; the page itself needs no session to be
 * loaded, so a link in a mail still opens, and what the page then asks is of the same site.
 */
const NAME = 'weir'

interface CookieRule {
  readonly name?: string
  readonly isSecure: boolean
  readonly sameSite?: 'Strict' | 'Lax'
  readonly maxAgeS: number
}

export function setCookie(value: string, rule: CookieRule): string {
  const { isSecure, sameSite = 'Strict', maxAgeS } = rule
  const parts = [
    `${cookieName(rule)}=${value}`,
    'Path=/',
    `Max-Age=${Math.floor(maxAgeS)}`,
    'HttpOnly',
    `SameSite=${sameSite}`,
    ...(isSecure ? ['Secure'] : []),
  ]
  return parts.join('; ')
}

/** Takes the cookie away again. */
export function clearCookie(rule: Omit<CookieRule, 'maxAgeS'>): string {
  return setCookie('', { ...rule, maxAgeS: 0 })
}

export function cookieName({
  name = NAME,
  isSecure,
}: Pick<CookieRule, 'name' | 'isSecure'>): string {
  return isSecure ? `__Host-${name}` : name
}

/** A value of ours: 32 random bytes, base64url. */
const VALUE = /^[\w-]{43}$/

/** Values of the session cookie in a `Cookie` header; what is not shaped like one of ours is left out. */
export function sessionCookies(
  header: string | string[] | undefined,
): readonly { readonly value: string; readonly isSecure: boolean }[] {
  return [true, false].flatMap((isSecure) => {
    const value = cookieOf(header, cookieName({ isSecure }))
    return value !== undefined && VALUE.test(value) ? [{ value, isSecure }] : []
  })
}

/** The first cookie of this name; browsers send at most one of a `__Host-` name. */
export function cookieOf(header: string | string[] | undefined, name: string): string | undefined {
  const text = Array.isArray(header) ? header.join('; ') : (header ?? '')
  for (const pair of text.split(';')) {
    const equals = pair.indexOf('=')
    if (equals > 0 && pair.slice(0, equals).trim() === name) return pair.slice(equals + 1).trim()
  }
  return undefined
}
