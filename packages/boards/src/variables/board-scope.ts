/** What the variables of a board stand for, given what is chosen. */
import type { Dashboard } from '../dashboard.ts'
import { intervalMs } from '../queries/step.ts'
import { spanMs, spanText } from '../scope/duration.ts'
import type { AdhocFilter, Scope, ScopeVariable } from '../scope/scope.ts'
import type { Variable, VariableValue } from '../variable.ts'
import { record, text } from '../json.ts'
import type { Choices } from './choices.ts'
import { ALL, type VariableOption } from './variable-options.ts'

interface ScopeParts {
  readonly choices: Choices
  /** Options by name of variable, where they are known. */
  readonly options?: ReadonlyMap<string, readonly VariableOption[]>
  /** Milliseconds. */
  readonly from: number
  readonly to: number
  readonly range?: { readonly from: string; readonly to: string }
  readonly timezone?: string
  readonly urlParams?: Scope['urlParams']
}

/** The scope of a board: for its titles, its variables' queries and its panels. */
export function boardScope(dashboard: Dashboard, parts: ScopeParts): Scope {
  const { choices, options, range, timezone, urlParams, from, to } = parts
  const variables = new Map<string, ScopeVariable>()
  for (const variable of dashboard.templating.list) {
    const { name } = variable
    const scoped = scopeVariable(variable, choices.get(name), options?.get(name) ?? [], to - from)
    variables.set(name, scoped)
    if (variable.type === 'interval' && variable.auto) {
      variables.set(`__auto_interval_${name}`, autoInterval(variable, to - from))
    }
  }
  return {
    variables,
    from,
    to,
    dashboard: { uid: dashboard.uid, title: dashboard.title },
    timezone: timezone ?? dashboard.timezone,
    ...(range !== undefined && { range }),
    ...(urlParams !== undefined && { urlParams }),
  }
}

/** @param rangeMs the window, from which automatic intervals are found */
function scopeVariable(
  variable: Variable,
  choice: VariableValue | undefined,
  options: readonly VariableOption[],
  rangeMs: number,
): ScopeVariable {
  const values = choice === undefined ? [] : typeof choice === 'string' ? [choice] : choice
  const skip = variable['skipUrlSync'] === true ? { skipUrlSync: true } : {}
  switch (variable.type) {
    case 'query':
    case 'custom': {
      const isMany = variable.multi || variable.includeAll
      if (values.includes(ALL)) {
        return {
          values: options.map(({ value }) => value),
          texts: options.map((option) => option.text),
          isAll: true,
          isMany,
          ...(variable.allValue !== undefined && { allValue: variable.allValue }),
          ...skip,
        }
      }
      return { values, texts: textsOf(values, options), isAll: false, isMany, ...skip }
    }
    case 'interval':
      if (values[0]?.startsWith('$__auto')) {
        return variable.auto ? autoInterval(variable, rangeMs) : plain(['1m'])
      }
      return { ...plain(values), ...skip }
    case 'adhoc':
      return { ...plain(values), filters: filtersOf(values), ...skip }
    case 'constant':
      return { ...plain([variable.query]), skipUrlSync: true }
    case 'datasource':
      return { ...plain(['weir']), texts: ['Weir'], skipUrlSync: true }
    case 'textbox':
      return { ...plain(values.length === 0 ? [variable.query] : values), ...skip }
    case 'unknown':
      return {
        ...plain(values.length === 0 ? [text(record(variable.current)['value'])] : values),
        ...skip,
      }
  }
}

function plain(values: readonly string[]): ScopeVariable {
  return { values, texts: values, isAll: false, isMany: false }
}

function textsOf(values: readonly string[], options: readonly VariableOption[]): readonly string[] {
  if (values.length === 0) return []
  const texts = new Map(options.map((option) => [option.value, option.text]))
  return values.map((value) => texts.get(value) ?? value)
}

function autoInterval(
  { autoCount, autoMin }: Extract<Variable, { type: 'interval' }>,
  rangeMs: number,
): ScopeVariable {
  const span = Math.max(intervalMs(rangeMs, autoCount), spanMs(autoMin) ?? 10_000)
  return { ...plain([spanText(span)]), texts: ['auto'] }
}

/** `key|operator|value`; a `|` in any of them is written as `__gfp__`. */
function filtersOf(values: readonly string[]): readonly AdhocFilter[] {
  return values.slice(0, 100).flatMap((written) => {
    const [key = '', operator = '', ...rest] = written.split('|')
    // The operators "one of" have the sign that parts are told apart by.
    const isOneOf = rest[0] === '' && (operator === '=' || operator === '!=') && rest.length > 1
    const parts = (isOneOf ? rest.slice(1) : rest).map((part) => part.replaceAll('__gfp__', '|'))
    if (key === '' || rest.length === 0) return []
    const of = key.replaceAll('__gfp__', '|')
    return isOneOf
      ? [{ key: of, operator: `${operator}|`, value: parts[0]!, values: parts }]
      : [{ key: of, operator, value: parts.join('|') }]
  })
}
