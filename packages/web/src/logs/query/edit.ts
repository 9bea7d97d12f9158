import { alternation, alternativesOf } from './alternation.ts'
import type { Condition, LogQuery, Stage } from './log-query.ts'

/** Where a name stands: a label of the stream belongs into the selector, all else after it. */
type Place = 'stream' | 'line'

export interface Field {
  readonly name: string
  readonly place: Place
}

/** The level is known of every line, and is no label of a stream. */
export const LEVEL: Field = { name: 'detected_level', place: 'line' }

/** The values that a name must have, or must not; undefined for a condition that is no list of values. */
function valuesOf(
  condition: Condition,
): { readonly isNot: boolean; readonly values: readonly string[] } | undefined {
  const { operator, value } = condition
  const isNot = operator.startsWith('!')
  if (operator === '=' || operator === '!=') return { isNot, values: [value] }
  const values = alternativesOf(value)
  return values === undefined ? undefined : { isNot, values }
}

/** All conditions of a query with where they stand. */
export function conditionsOf(query: LogQuery): (Field & { readonly condition: Condition })[] {
  return [
    ...query.matchers.map(
      (condition) => ({ name: condition.name, place: 'stream', condition }) as const,
    ),
    ...query.stages.flatMap((stage) =>
      stage.kind === 'condition'
        ? [{ name: stage.condition.name, place: 'line', condition: stage.condition } as const]
        : [],
    ),
  ]
}

/** The values that lines of a query may have under a name, as far as it says so. */
export function chosenValues(query: LogQuery, name: string, isNot = false): readonly string[] {
  return conditionsOf(query)
    .filter((each) => each.name === name)
    .flatMap(({ condition }) => {
      const known = valuesOf(condition)
      return known === undefined || known.isNot !== isNot ? [] : known.values
    })
}

/** Only lines with one of these values; none of them lifts the condition. */
export function withValues(
  query: LogQuery,
  field: Field,
  values: readonly string[],
  isNot = false,
): LogQuery {
  const next = values.length === 0 ? undefined : conditionFor(field.name, values, isNot)
  let isPlaced = false
  const change = (condition: Condition): Condition[] => {
    if (condition.name !== field.name || valuesOf(condition)?.isNot !== isNot) return [condition]
    if (next === undefined || isPlaced) return []
    isPlaced = true
    return [next]
  }
  const matchers = query.matchers.flatMap(change)
  const stages = query.stages.flatMap((stage): Stage[] =>
    stage.kind === 'other'
      ? [stage]
      : change(stage.condition).map((condition) => ({ kind: 'condition', condition })),
  )
  if (next === undefined || isPlaced) return { ...query, matchers, stages }
  return field.place === 'stream'
    ? { ...query, matchers: [...matchers, next], stages }
    : { ...query, matchers, stages: [...stages, { kind: 'condition', condition: next }] }
}

/** Wants a value beside those already wanted; wanted twice, it is wanted no more. */
export function toggled(query: LogQuery, field: Field, value: string): LogQuery {
  const chosen = chosenValues(query, field.name)
  const others = chosen.filter((each) => each !== value)
  return withValues(query, field, others.length < chosen.length ? others : [...chosen, value])
}

/** Only this value: what was wanted of the name before is forgotten. */
export function onlyValue(query: LogQuery, field: Field, value: string): LogQuery {
  return withValues(withValues(query, field, [], true), field, [value])
}

/** Not this value; refused twice, it is welcome again. */
export function without(query: LogQuery, field: Field, value: string): LogQuery {
  const wanted = chosenValues(query, field.name).filter((each) => each !== value)
  const refused = chosenValues(query, field.name, true)
  const others = refused.filter((each) => each !== value)
  return withValues(
    withValues(query, field, wanted),
    field,
    others.length < refused.length ? others : [...refused, value],
    true,
  )
}

/** With a stage before its conditions, which are then on what it makes of a line too. */
export function withStage(query: LogQuery, text: string): LogQuery {
  return { ...query, stages: [{ kind: 'other', text }, ...query.stages] }
}

/** The query without one of its conditions or other stages. */
export function withoutPart(query: LogQuery, part: Condition | Stage): LogQuery {
  return {
    ...query,
    matchers: query.matchers.filter((each) => each !== part),
    stages: query.stages.filter(
      (each) => each !== part && !(each.kind === 'condition' && each.condition === part),
    ),
  }
}

function conditionFor(name: string, values: readonly string[], isNot: boolean): Condition {
  const [first] = values
  return values.length === 1
    ? { name, operator: isNot ? '!=' : '=', value: first! }
    : { name, operator: isNot ? '!~' : '=~', value: alternation(values) }
}
