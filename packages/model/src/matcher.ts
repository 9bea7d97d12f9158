/** How a matcher compares: equal, not equal, regex matches whole value, regex does not. */
export type MatchOperator = '=' | '!=' | '=~' | '!~'

/** A condition on one label. An absent label counts as the empty string. Regexes are RE2, anchored on both sides. */
export interface Matcher {
  readonly name: string
  readonly operator: MatchOperator
  readonly value: string
}
