import { Labels } from '@weir/model'
import type { Grouping, RangeAggregation } from '../ast.ts'
import type { LineState } from '../pipeline/line-state.ts'

/** Which series a line belongs to. */
export interface SeriesNames {
  /** The same for lines of one series; several of them may mean the same labels. */
  key(state: LineState): string
  labels(state: LineState): Labels
}

/** How a range aggregation tells its series apart. */
export function seriesNames(
  range: RangeAggregation,
  grouping: Grouping | undefined,
  also: ReadonlySet<string>,
): SeriesNames {
  if (range.operation === 'absent_over_time') return namesBy([])
  if (grouping !== undefined && !grouping.without) return namesBy(grouping.names)
  const without = new Set(grouping?.names)
  if (range.unwrap !== undefined) without.add(range.unwrap.name)
  return namesOfLine(without, also)
}

/** By some names, each looked up: fields of JSON lines and `level` too. */
function namesBy(names: readonly string[]): SeriesNames {
  const [only] = names
  return {
    key: (state) => {
      if (names.length === 1) return state.get(only!)
      let key = ''
      for (const name of names) key += `${state.get(name)}\0`
      return key
    },
    labels: (state) => Labels.fromFlat(names.flatMap((name) => [name, state.get(name)])),
  }
}

/**
 * By all labels of a line but some. Names that are looked at further out (`avg by (user) (…)`) and are no
 * labels, since no parser made them such, come in addition.
 */
function namesOfLine(without: ReadonlySet<string>, also: ReadonlySet<string>): SeriesNames {
  const flat = (state: LineState): string[] => {
    const pairs: string[] = []
    state.each((name, value) => {
      if (!without.has(name)) pairs.push(name, value)
    })
    for (const name of also) {
      if (without.has(name) || state.categoryOf(name) !== undefined) continue
      const value = state.get(name)
      if (value !== '') pairs.push(name, value)
    }
    return pairs
  }
  return {
    key: (state) => flat(state).join('\0'),
    labels: (state) => Labels.fromFlat(flat(state)),
  }
}
