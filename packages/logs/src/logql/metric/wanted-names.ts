import type { Grouping, LabelFilter, RangeAggregation, Stage } from '../ast.ts'
import { ALL_WANTED, type Wanted, wantedNames } from '../pipeline/wanted.ts'

const SUFFIX = /_extracted$/

/**
 * Which labels parsers must find for a range aggregation: with a grouping by names those, and the ones that
 * conditions look at; with all labels in the answer all of them.
 */
export function wantedOf(range: RangeAggregation, grouping: Grouping | undefined): Wanted {
  const isByNames = grouping !== undefined && !grouping.without
  if (!isByNames && range.operation !== 'absent_over_time') return ALL_WANTED
  const names = new Set(grouping?.names)
  for (const stage of range.log.stages) {
    if (stage.kind === 'line_format' || stage.kind === 'label_format') return ALL_WANTED
    for (const name of namesIn(stage)) names.add(name)
  }
  if (range.unwrap !== undefined) {
    names.add(range.unwrap.name)
    for (const filter of range.unwrap.filters) {
      for (const name of filterNames(filter)) names.add(name)
    }
  }
  const unsuffixed = Array.from(names, (name) => name.replace(SUFFIX, ''))
  return wantedNames(new Set([...names, ...unsuffixed]))
}

function namesIn(stage: Stage): readonly string[] {
  return stage.kind === 'filter' ? filterNames(stage.filter) : []
}

function filterNames(filter: LabelFilter): readonly string[] {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return [...filterNames(filter.left), ...filterNames(filter.right)]
    case 'string':
      return [filter.matcher.name]
    case 'ip':
    case 'number':
    case 'duration':
    case 'bytes':
      return [filter.name]
    default:
      return filter satisfies never
  }
}
