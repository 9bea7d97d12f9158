/** The shapes of Alertmanager's API v2, as far as they are read here. */

/** A silence as Alertmanager's API v2 gives it. */
export interface ApiSilence {
  readonly id: string
  readonly status: { readonly state: 'active' | 'pending' | 'expired' }
  readonly matchers: readonly ApiMatcher[]
  readonly startsAt: string
  readonly endsAt: string
  readonly createdBy: string
  readonly comment: string
  readonly annotations?: Readonly<Record<string, string>>
}

export interface ApiMatcher {
  readonly name: string
  readonly value: string
  readonly isRegex: boolean
  /** True where it is missing. */
  readonly isEqual?: boolean
}

/** An alert as Alertmanager's API v2 gives it. */
export interface ApiAlert {
  readonly fingerprint: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly startsAt: string
  readonly endsAt: string
  readonly receivers: readonly { readonly name: string }[]
  readonly status: {
    readonly state: string
    readonly silencedBy: readonly string[]
    readonly inhibitedBy: readonly string[]
  }
}

/** A path with what is asked for; a name may be there more than once. */
export function asking(
  path: string,
  params: readonly (readonly [name: string, value: string])[],
): string {
  const query = new URLSearchParams()
  for (const [name, value] of params) query.append(name, value)
  return `${path}?${query.toString()}`
}
