/** What `$name` stands for at one moment: the choices of a board's reader, the window of time, and more. */

/** A variable with its choice, ready to be inserted. */
export interface ScopeVariable {
  /** What is inserted; of "All" each option's. */
  readonly values: readonly string[]
  /** What is shown for them, as many. */
  readonly texts: readonly string[]
  readonly isAll: boolean
  /** What stands for "All" in queries, as it is. */
  readonly allValue?: string
  /** Of several choices or with "All": its values are escaped for regular expressions in queries. */
  readonly isMany: boolean
  /** Conditions that every selector gets, of an ad hoc variable. */
  readonly filters?: readonly AdhocFilter[]
  /** Not written to the page's address. */
  readonly skipUrlSync?: boolean
}

export interface AdhocFilter {
  readonly key: string
  /** `=`, `!=`, `=~`, `!~`, `=|` (one of), `!=|`; others are left out. */
  readonly operator: string
  readonly value: string
  /** Of `=|`. */
  readonly values?: readonly string[]
}

/** What a link or a title inside of a panel may speak of. */
export interface DataContext {
  readonly series?: { readonly name: string; readonly labels?: Readonly<Record<string, string>> }
  readonly field?: {
    readonly name: string
    readonly labels?: Readonly<Record<string, string>>
    readonly displayName?: string
  }
  /** The value that was clicked. */
  readonly value?: {
    readonly raw: unknown
    readonly text: string
    readonly numeric?: number
    readonly timeMs?: number
  }
  /** The row that was clicked, in the order of its columns. */
  readonly row?: readonly { readonly name: string; readonly raw: unknown; readonly text: string }[]
}

export interface Scope {
  readonly variables: ReadonlyMap<string, ScopeVariable>
  /** Milliseconds since 1970. */
  readonly from: number
  readonly to: number
  /** The window as its reader typed it (`now-6h`), for links. */
  readonly range?: { readonly from: string; readonly to: string }
  /** `browser`, `utc` or an IANA name. */
  readonly timezone?: string
  readonly dashboard?: { readonly uid: string; readonly title: string }
  /** `$__interval` and `$__rate_interval` of the query at hand. */
  readonly step?: { readonly intervalMs: number; readonly rateIntervalMs: number }
  readonly data?: DataContext
  /** Search parameters of the page, for `${__url.params}`: `['var-x', 'a']`, … */
  readonly urlParams?: readonly (readonly [name: string, value: string])[]
}

/** A scope in which more is said, or something else: of a repeated panel, of a clicked value. */
export function scopeWith(
  scope: Scope,
  more: Partial<Omit<Scope, 'variables'>> & {
    readonly variables?: Iterable<readonly [name: string, variable: ScopeVariable]>
  },
): Scope {
  const { variables, ...rest } = more
  return {
    ...scope,
    ...rest,
    variables:
      variables === undefined ? scope.variables : new Map([...scope.variables, ...variables]),
  }
}

/** One value, fixed: what a copy of a repeated panel sees, or a test. */
export function fixedVariable(value: string, text = value): ScopeVariable {
  return { values: [value], texts: [text], isAll: false, isMany: false }
}
