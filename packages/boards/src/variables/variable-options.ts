/** From the answer to a variable's question to its options. */
import type { QueryResult } from '../frames/answer.ts'
import { type RegexMatch, LinearRegex, boardRegex } from '../regex/linear-regex.ts'
import { interpolate } from '../scope/interpolate.ts'
import type { Scope } from '../scope/scope.ts'
import type { Variable } from '../variable.ts'
import type { VariablePlan } from './variable-plan.ts'

export interface VariableOption {
  readonly text: string
  readonly value: string
}

/** What Weir's API answered: a list of names, of label sets, or the `data` of a query. */
export type VariableAnswer =
  | readonly string[]
  | readonly Readonly<Record<string, string>>[]
  | QueryResult

export interface VariableOptions {
  readonly options: readonly VariableOption[]
  /** What went wrong: a sentence. */
  readonly problem?: string
}

/** How "All" is written where choices are kept. */
export const ALL = '$__all'
/** More than anybody looks through. */
const OPTIONS_MAX = 20_000
/** Steps that a regular expression may take over all options. */
const REGEX_WORK_MAX = 20_000_000

/**
 * The options of a variable, without "All": where `includeAll` is set the page puts it first.
 *
 * @param plan what was asked
 * @param answer its answer; undefined where nothing was to be asked
 */
export function variableOptions(
  variable: Variable,
  plan: VariablePlan,
  answer: VariableAnswer | undefined,
  scope: Scope,
): VariableOptions {
  switch (variable.type) {
    case 'query': {
      if (plan.kind === 'broken') return { options: [], problem: plan.text }
      const items = answer === undefined ? [] : itemsOf(plan, answer)
      return found(items, interpolate(variable.regex, scope, 'text', 'regex'), variable.sort)
    }
    case 'custom':
      return cut(variable.options)
    case 'interval':
      return { options: intervalOptions(variable.options, variable.auto) }
    case 'datasource':
      return { options: [{ text: 'Weir', value: 'weir' }] }
    case 'constant':
      return { options: [{ text: variable.query, value: variable.query }] }
    case 'textbox':
    case 'adhoc':
    case 'unknown':
      return { options: [] }
  }
}

function intervalOptions(spans: readonly string[], isAuto: boolean): readonly VariableOption[] {
  const listed = spans.map((span) => ({ text: span, value: span }))
  return isAuto ? [{ text: 'auto', value: '$__auto' }, ...listed] : listed
}

function itemsOf(plan: VariablePlan, answer: VariableAnswer): readonly string[] {
  if (!isList(answer)) {
    return printed(answer, plan.kind === 'instant' ? plan.label : undefined)
  }
  const items = answer.map((item) => (typeof item === 'string' ? item : seriesText(item)))
  const pattern = plan.kind === 'metrics' || plan.kind === 'labelNames' ? plan.pattern : ''
  if (pattern === '') return items
  const regex = LinearRegex.from(pattern)
  return typeof regex === 'string' ? items : items.filter((item) => regex.test(item))
}

function isList(
  answer: VariableAnswer,
): answer is readonly string[] | readonly Readonly<Record<string, string>>[] {
  return Array.isArray(answer)
}

/** `name{k="v"} value timestamp`, as Grafana prints them: regular expressions of boards cut it. */
function printed(answer: QueryResult, label: string | undefined): readonly string[] {
  switch (answer.resultType) {
    case 'vector':
    case 'matrix':
      return answer.result.flatMap((series) => {
        if (label !== undefined) {
          return Object.hasOwn(series.metric, label) ? [series.metric[label]!] : []
        }
        const sample =
          'value' in series ? series.value : 'values' in series ? series.values?.at(-1) : undefined
        const [seconds, value] = sample ?? [0, '']
        return [`${seriesText(series.metric)} ${value} ${Math.round(seconds * 1000)}`]
      })
    case 'scalar':
    case 'string':
      return [answer.result[1]]
    default:
      return []
  }
}

function seriesText(labels: Readonly<Record<string, string>>): string {
  const { __name__: name = '', ...rest } = labels
  const pairs = Object.entries(rest).map(([key, value]) => `${key}="${value}"`)
  return `${name}{${pairs.join(',')}}`
}

function found(items: readonly string[], pattern: string, sort: number): VariableOptions {
  if (pattern.trim() === '') {
    return cut(sorted(distinct(items.map((item) => ({ text: item, value: item }))), sort))
  }
  const regex = boardRegex(pattern)
  if (typeof regex === 'string') {
    return { options: [], problem: `Its regular expression ${pattern} ${regex}` }
  }
  const options: VariableOption[] = []
  for (const item of items) {
    if (regex.work > REGEX_WORK_MAX) {
      const problem = `Its regular expression is too slow for ${items.length} values; some are missing`
      return { options: sorted(distinct(options), sort).slice(0, OPTIONS_MAX), problem }
    }
    options.push(...byGroups(item, isGlobal(pattern) ? [...regex.all(item)] : first(regex, item)))
  }
  return cut(sorted(distinct(options), sort))
}

function first(regex: LinearRegex, item: string): readonly RegexMatch[] {
  const match = regex.exec(item)
  return match === undefined ? [] : [match]
}

function isGlobal(pattern: string): boolean {
  return pattern.startsWith('/') && pattern.slice(pattern.lastIndexOf('/')).includes('g')
}

/** Groups named `text` and `value` win, then the first group, then the whole item. */
function byGroups(item: string, matches: readonly RegexMatch[]): readonly VariableOption[] {
  if (matches.length === 0) return []
  const named = (name: string): string | undefined =>
    matches.map(({ named: groups }) => groups.get(name)).find((group) => group !== undefined)
  const value = named('value')
  const text = named('text')
  if (value !== undefined || text !== undefined) {
    return [{ text: text ?? value!, value: value ?? text! }]
  }
  const grouped = matches.filter(({ groups }) => groups.length > 1)
  if (grouped.length === 0) return [{ text: item, value: item }]
  return grouped
    .slice(0, matches.length > 1 ? undefined : 1)
    .map(({ groups }) => groups[1] ?? '')
    .map((group) => ({ text: group, value: group }))
}

function distinct(options: readonly VariableOption[]): readonly VariableOption[] {
  const found = new Map<string, VariableOption>()
  for (const option of options) {
    if (!found.has(option.value)) found.set(option.value, option)
  }
  return [...found.values()]
}

function cut(options: readonly VariableOption[]): VariableOptions {
  if (options.length <= OPTIONS_MAX) return { options }
  const problem = `${options.length} values; only the first ${OPTIONS_MAX} are offered`
  return { options: options.slice(0, OPTIONS_MAX), problem }
}

const natural = new Intl.Collator('en', { numeric: true, sensitivity: 'base' })

type Order = (a: VariableOption, b: VariableOption) => number

const ORDERS: Readonly<Record<number, Order>> = {
  1: (a, b) => byCode(a.text, b.text),
  2: (a, b) => numberIn(a.text) - numberIn(b.text),
  3: (a, b) => byCode(a.text.toLowerCase(), b.text.toLowerCase()),
  4: (a, b) => natural.compare(a.text, b.text),
}

/** Odd numbers ascend, even ones descend; 0 leaves them as they came. */
function sorted(options: readonly VariableOption[], sort: number): readonly VariableOption[] {
  const order = ORDERS[Math.ceil(sort / 2)]
  if (order === undefined) return options
  const ascending = options.toSorted(order)
  return sort % 2 === 0 ? ascending.toReversed() : ascending
}

function byCode(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** The first number of a text; texts without one come first. */
function numberIn(text: string): number {
  const digits = /\d{1,15}/.exec(text)
  return digits === null ? -1 : Number(digits[0])
}
