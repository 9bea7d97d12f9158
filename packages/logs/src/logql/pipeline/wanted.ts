/**
 * Which labels parsers need to find. In a query for lines all of them; in one for numbers only those that
 * something behind looks at, so that a parser may stop early or do nothing. That shows: a line that is no JSON
 * is an error only to who needs something of it, as in Loki.
 */
export interface Wanted {
  readonly isNothing: boolean
  /** How many names; Infinity: all that there are. */
  readonly count: number
  has(name: string): boolean
  /** Whether a wanted name may begin so. */
  hasPrefix(prefix: string): boolean
}

export const ALL_WANTED: Wanted = {
  isNothing: false,
  count: Infinity,
  has: () => true,
  hasPrefix: () => true,
}

export function wantedNames(names: ReadonlySet<string>): Wanted {
  const all = [...names]
  return {
    isNothing: names.size === 0,
    count: names.size,
    has: (name) => names.has(name),
    hasPrefix: (prefix) => all.some((name) => name.startsWith(prefix)),
  }
}
