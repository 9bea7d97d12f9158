import type { Identity } from '../identity.ts'

/** What a session rests on: it lasts no longer than this counts. */
export type Grounds =
  /** A token that was typed in, or a user of basic auth with his password. */
  | (Pick<Identity, 'name' | 'tokenId' | 'mark'> & { readonly kind: 'token' | 'user' })
  /** Somebody whom the OpenID provider vouched for. What he may is looked up in the groups of today's configuration. */
  | {
      readonly kind: 'oidc'
      readonly name: string
      readonly issuer: string
      /** Who it is at the provider; names may change. */
      readonly subject: string
      readonly groups: readonly string[]
      /** Of his verified e-mail address and of his account; sessions from before these were kept have none. */
      readonly domains?: readonly string[]
    }

/** Where a login came from, as far as it is known. */
export interface Origin {
  readonly clientIp: string
  /** `User-Agent`, cut. */
  readonly agent: string
  /** Whether it came over TLS: then its cookie is taken under the name only that TLS can set. */
  readonly isSecure: boolean
}

/** One session as it is kept. The cookie's value is not in it, only its hash is its key. */
export interface Session extends Origin {
  /** To name it by; says nothing of the cookie. */
  readonly id: string
  readonly grounds: Grounds
  readonly openedMs: number
  seenMs: number
}

/** Whose session it is: what `max_per_user` counts. */
export function ownerOf(grounds: Grounds): string {
  if (grounds.kind === 'oidc') return JSON.stringify(['oidc', grounds.issuer, grounds.subject])
  return JSON.stringify([grounds.kind, grounds.tokenId ?? grounds.name])
}
