/** Which of its options a variable has: from the page's address, the file, or the first of them. */
import { isRecord, list, record, text } from '../json.ts'
import type { Variable, VariableValue } from '../variable.ts'
import { ALL, type VariableOption } from './variable-options.ts'

/** What is chosen, by name of variable. "All" is `['$__all']`; of filters each is `key|operator|value`. */
export type Choices = ReadonlyMap<string, VariableValue>

/**
 * What is chosen when a board is opened: what its address says (`var-name`, repeated for several),
 * else what was saved with it. A variable that neither speaks of is not in it: see `settledChoice`.
 *
 * @param params search parameters of the page, in their order
 */
export function initialChoices(
  variables: readonly Variable[],
  params: Iterable<readonly [name: string, value: string]>,
): Choices {
  const given = new Map<string, string[]>()
  for (const [name, value] of params) {
    if (!name.startsWith('var-')) continue
    const values = given.get(name.slice(4))
    if (values === undefined) given.set(name.slice(4), [value])
    else if (values.length < 1000) values.push(value)
  }
  const choices = new Map<string, VariableValue>()
  for (const variable of variables) {
    const values = given.get(variable.name)
    const choice = values === undefined ? savedChoice(variable) : fromAddress(variable, values)
    if (choice !== undefined) choices.set(variable.name, choice)
  }
  return choices
}

function fromAddress(variable: Variable, values: readonly string[]): VariableValue {
  if (variable.type === 'adhoc') return values
  if (!isMulti(variable))
    return values.at(-1) === 'All' && mayBeAll(variable) ? [ALL] : (values.at(-1) ?? '')
  const isAll = values.some((value) => value === ALL || (value === 'All' && mayBeAll(variable)))
  return isAll ? [ALL] : values.filter((value) => value !== '')
}

function savedChoice(variable: Variable): VariableValue | undefined {
  switch (variable.type) {
    case 'constant':
    case 'textbox':
      return variable.query
    case 'adhoc':
      return variable.filters.map(({ key, operator, value }) => `${key}|${operator}|${value}`)
    case 'datasource':
      return 'weir'
    default: {
      const saved = record(variable.current)['value']
      if (saved === undefined || saved === null || isRecord(saved) || saved === '') return undefined
      const values = (Array.isArray(saved) ? list(saved) : [saved]).map((value) => text(value))
      if (values.length === 0) return undefined
      if (values.includes(ALL)) return [ALL]
      return isMulti(variable) ? values : values[0]!
    }
  }
}

function isMulti(variable: Variable): boolean {
  return 'multi' in variable && variable.multi === true
}

function mayBeAll(variable: Variable): boolean {
  return 'includeAll' in variable && variable.includeAll === true
}

/**
 * What is chosen once the options are known: what was, where it is still one of them (by value, then
 * by text); else "All" or the first.
 *
 * @param isGiven it stands in the address: then it stays even if it is none of the options
 */
export function settledChoice(
  variable: Variable,
  options: readonly VariableOption[],
  wanted: VariableValue | undefined,
  isGiven = false,
): VariableValue {
  switch (variable.type) {
    case 'textbox':
    case 'constant':
      return wanted ?? variable.query
    case 'adhoc':
      return wanted ?? []
    case 'datasource':
      return 'weir'
    case 'unknown':
      return wanted ?? ''
    default: {
      const values = wanted === undefined ? [] : typeof wanted === 'string' ? [wanted] : wanted
      if (mayBeAll(variable) && values.includes(ALL)) return [ALL]
      const kept = values.flatMap((value) => matching(value, options, isGiven))
      if (!isMulti(variable)) return kept[0] ?? fallback(variable, options)
      if (kept.length > 0) return [...new Set(kept)]
      const otherwise = fallback(variable, options)
      return typeof otherwise === 'string' ? (otherwise === '' ? [] : [otherwise]) : otherwise
    }
  }
}

function matching(
  value: string,
  options: readonly VariableOption[],
  isGiven: boolean,
): readonly string[] {
  if (value.startsWith('$__auto') && options[0]?.value === '$__auto') return ['$__auto']
  if (options.some((option) => option.value === value)) return [value]
  const shown = options.find(({ text: label }) => label === value)
  if (shown !== undefined) return [shown.value]
  return isGiven && value !== ALL && value !== '' ? [value] : []
}

function fallback(variable: Variable, options: readonly VariableOption[]): VariableValue {
  const first = options[0]
  if (first !== undefined) return first.value
  return mayBeAll(variable) ? [ALL] : ''
}

/** How a choice is written in the page's address: `[['var-job', 'a'], ['var-job', 'b']]`. */
export function choiceParams(
  variables: readonly Variable[],
  choices: Choices,
): readonly (readonly [name: string, value: string])[] {
  return variables.flatMap((variable) => {
    const choice = choices.get(variable.name)
    if (choice === undefined || variable['skipUrlSync'] === true) return []
    if (variable.type === 'constant' || variable.type === 'datasource') return []
    const values = typeof choice === 'string' ? [choice] : choice
    return values.map((value) => [`var-${variable.name}`, value] as const)
  })
}
