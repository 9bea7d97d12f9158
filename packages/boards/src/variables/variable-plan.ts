/** From a variable to the question that finds its options. */
import { influxMatchers } from '../influx/conditions.ts'
import { type InfluxNames, PLAIN_NAMES } from '../influx/names.ts'
import { interpolate } from '../scope/interpolate.ts'
import type { Scope } from '../scope/scope.ts'
import type { Variable } from '../variable.ts'
import { isSelector, parseVariableQuery } from './variable-query.ts'

/** Which API, with times in milliseconds where it takes them. */
export type VariablePlan =
  /** Nothing is to be asked: `variableOptions` is called with no answer. */
  | { readonly kind: 'none' }
  /** It cannot work, and why: a sentence. */
  | { readonly kind: 'broken'; readonly text: string }
  | (Asked & {
      /** `/api/v1/label/<label>/values` (or Loki's), with `match[]` (or `query`). Answer: its list. */
      readonly kind: 'labelValues'
      readonly label: string
      /** Series of any of these; none: all. */
      readonly match: readonly string[]
    })
  | (Asked & {
      /** `/api/v1/labels`. Answer: its list. */
      readonly kind: 'labelNames'
      readonly pattern: string
    })
  | (Asked & {
      /** `/api/v1/label/__name__/values`. Answer: its list. */
      readonly kind: 'metrics'
      readonly pattern: string
    })
  | (Asked & {
      /** `/api/v1/series`. Answer: its list of label sets. */
      readonly kind: 'series'
      readonly match: string
    })
  | (Asked & {
      /** `/api/v1/query` at `endMs`. Answer: its `data`. */
      readonly kind: 'instant'
      readonly expr: string
      /** Options are the values of this label; unset: the printed series. */
      readonly label?: string
    })

interface Asked {
  readonly language: 'promql' | 'logql'
  readonly startMs: number
  readonly endMs: number
}

/**
 * What to ask for a variable's options. Other variables that it mentions must be in the scope: see
 * `variableGraph` for the order.
 *
 * @param names which metrics Weir's Influx intake made, for `show tag values`
 */
export function variablePlan(
  variable: Variable,
  scope: Scope,
  names: InfluxNames = PLAIN_NAMES,
): VariablePlan {
  if (variable.type !== 'query') return { kind: 'none' }
  const { language } = variable
  const asked = { language, startMs: scope.from, endMs: scope.to }
  const fill = (text: string): string => interpolate(text, scope, language)
  const found = parseVariableQuery(variable.query)
  switch (found.kind) {
    case 'nothing':
      return { kind: 'broken', text: 'Its query is empty or cannot be read' }
    case 'labelValues': {
      const label = fill(found.label)
      const selector = fill(found.selector)
      if (selector !== '' && !isSelector(selector)) {
        return { kind: 'instant', ...asked, expr: selector, label }
      }
      return { kind: 'labelValues', ...asked, label, match: selector === '' ? [] : [selector] }
    }
    case 'labelNames':
      return { kind: 'labelNames', ...asked, pattern: fill(found.pattern) }
    case 'metrics':
      return { kind: 'metrics', ...asked, pattern: fill(found.pattern) }
    case 'queryResult':
      return { kind: 'instant', ...asked, expr: fill(found.expr) }
    case 'tagValues': {
      const condition = influxMatchers(found.where, names)
      const match = names
        .measurement(found.measurement)
        .map((selector) => fill(`{${[selector, ...condition.matchers].join(',')}}`))
      return { kind: 'labelValues', ...asked, label: names.label(found.key), match }
    }
    case 'series': {
      const selector = fill(found.selector)
      return isSelector(selector)
        ? { kind: 'series', ...asked, match: selector }
        : { kind: 'instant', ...asked, expr: selector }
    }
  }
}
