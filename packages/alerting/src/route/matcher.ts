import type { Labels, Matcher, MatchOperator } from '@weir/model'
import { RE2JS } from 're2js'
import { quote } from '@weir/template/go-quote'

/** A matcher of a route, a silence or a filter, with its expression compiled. */
export interface RouteMatcher extends Matcher {
  matches(labels: Labels): boolean
}

/** @throws {Error} when the expression is not RE2 */
export function routeMatcher(matcher: Matcher): RouteMatcher {
  const { name } = matcher
  const test = valueTest(matcher)
  return { ...matcher, matches: (labels) => test(labels.get(name)) }
}

/** The condition on the value alone; an absent label counts as ''. */
function valueTest({ operator, value }: Matcher): (given: string) => boolean {
  if (operator === '=') return (given) => given === value
  if (operator === '!=') return (given) => given !== value
  const isWanted = operator === '=~'
  const words = plainWords(value)
  if (words !== undefined) {
    const set = new Set(words)
    return (given) => set.has(given) === isWanted
  }
  const regex = RE2JS.compile(`^(?:${value})$`)
  return remembered((given) => regex.matcher(given).find() === isWanted)
}

/** Whether a regular expression must be compiled for it. */
export function isExpression({ operator, value }: Matcher): boolean {
  return (operator === '=~' || operator === '!~') && plainWords(value) === undefined
}

/** `a|b|c` in parts; undefined for an expression that is more than that. */
function plainWords(expression: string): string[] | undefined {
  return /[\\.+*?()[\]{}^$]/.test(expression) ? undefined : expression.split('|')
}

const REMEMBERED_MAX = 1000

/** Alerts share their values: an expression is worked out once a value (4 µs), then looked up (30 ns). */
function remembered(test: (given: string) => boolean): (given: string) => boolean {
  const known = new Map<string, boolean>()
  return (given) => {
    const before = known.get(given)
    if (before !== undefined) return before
    const result = test(given)
    if (known.size >= REMEMBERED_MAX) known.clear()
    known.set(given, result)
    return result
  }
}

/** The values that a label must have one of; undefined where they cannot be listed, or where it may be absent. */
export function requiredValues({ operator, value }: Matcher): readonly string[] | undefined {
  if (operator !== '=' && operator !== '=~') return undefined
  const values = operator === '=' ? [value] : plainWords(value)
  return values === undefined || values.includes('') ? undefined : [...new Set(values)]
}

/**
 * Whether the expression matches the whole of a text.
 *
 * @throws {Error} when it is not RE2
 */
export function wholeMatch(expression: string): (text: string) => boolean {
  return valueTest({ name: '', operator: '=~', value: expression })
}

const OPERATOR_ORDER: readonly MatchOperator[] = ['=', '!=', '=~', '!~']

/** By name, then value, then operator: the order in which route keys list them. */
export function sortMatchers<M extends Matcher>(matchers: readonly M[]): M[] {
  return matchers.toSorted(
    (a, b) =>
      compare(a.name, b.name) ||
      compare(a.value, b.value) ||
      OPERATOR_ORDER.indexOf(a.operator) - OPERATOR_ORDER.indexOf(b.operator),
  )
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** What a bare name or value may not hold; `White_Space` is what Go's unicode.IsSpace takes for it. */
export const RESERVED = /[\p{White_Space}{}!=~,\\"'`]/u

/** `{a="x",b=~"y"}`, as Alertmanager writes it. */
export function showMatchers(matchers: readonly Matcher[]): string {
  return `{${matchers.map(showMatcher).join(',')}}`
}

/** `a="x"`: only three signs are escaped where the name is a plain one, so that the older grammar reads it too. */
export function showMatcher({ name, operator, value }: Matcher): string {
  if (RESERVED.test(name)) return `${quote(name)}${operator}${quote(value)}`
  const escaped = value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')
  return `${name}${operator}"${escaped}"`
}

/** Whether both say the same, expression for expression. */
export function sameMatchers(a: readonly Matcher[], b: readonly Matcher[]): boolean {
  return a.length === b.length && a.every((matcher, i) => sameMatcher(matcher, b[i]!))
}

function sameMatcher(a: Matcher, b: Matcher): boolean {
  return a.name === b.name && a.operator === b.operator && a.value === b.value
}
