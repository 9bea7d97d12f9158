import { displayOf, formattedText, reduceValues, reducerOf } from '@weir/boards'
import type { Series } from './series-table.ts'

/** How a panel wants its legend; read from `options.legend`. */
export interface LegendOptions {
  readonly mode: 'list' | 'table' | 'hidden'
  readonly placement: 'bottom' | 'right'
  readonly calcs: readonly string[]
  readonly sortBy: string | undefined
  readonly isDescending: boolean
  readonly width: number | undefined
}

export function legendOptions(options: Readonly<Record<string, unknown>>): LegendOptions {
  const legend = (options['legend'] ?? {}) as Readonly<Record<string, unknown>>
  const { displayMode, placement, calcs, sortBy, sortDesc, width } = legend
  const isShown = legend['showLegend'] !== false && displayMode !== 'hidden'
  return {
    mode: !isShown ? 'hidden' : displayMode === 'table' ? 'table' : 'list',
    placement: placement === 'right' ? 'right' : 'bottom',
    calcs: Array.isArray(calcs)
      ? calcs.filter((id): id is string => typeof id === 'string' && reducerOf(id) !== undefined)
      : [],
    sortBy: typeof sortBy === 'string' ? sortBy : undefined,
    isDescending: sortDesc === true,
    width: typeof width === 'number' && width > 0 ? width : undefined,
  }
}

/** A line of the legend. */
export interface LegendRow {
  /** Of the series. */
  readonly place: number
  readonly name: string
  readonly cells: readonly { readonly text: string; readonly value: number }[]
}

/** Names of the columns after the first. */
export function legendHeads(calcs: readonly string[]): readonly string[] {
  return calcs.map((id) => reducerOf(id)!.name)
}

export function legendRows(
  series: readonly Series[],
  { calcs, sortBy, isDescending }: Pick<LegendOptions, 'calcs' | 'sortBy' | 'isDescending'>,
  look: { readonly dark: boolean; readonly timeZone: string },
): readonly LegendRow[] {
  const rows = series.flatMap(({ field, name, style, values }, place): LegendRow[] => {
    if (style.hideFrom.legend) return []
    const show = displayOf(field, look)
    const cells = calcs.map((id) => {
      const value = reduceValues(values, id)
      return { text: formattedText(show(value)), value: typeof value === 'number' ? value : NaN }
    })
    return [{ place, name, cells }]
  })
  if (sortBy === undefined) return rows
  const column = legendHeads(calcs).indexOf(sortBy)
  const turn = isDescending ? -1 : 1
  if (column < 0) {
    return sortBy === 'Name' ? rows.toSorted((a, b) => turn * byName(a.name, b.name)) : rows
  }
  // What has no number comes last, whichever the order.
  return rows.toSorted((a, b) => {
    const [left, right] = [a.cells[column]!.value, b.cells[column]!.value]
    if (Number.isNaN(left) || Number.isNaN(right))
      return Number(Number.isNaN(left)) - Number(Number.isNaN(right))
    return turn * (left - right)
  })
}

const COLLATOR = new Intl.Collator('en', { numeric: true })

function byName(a: string, b: string): number {
  return COLLATOR.compare(a, b)
}

/** Which series are hidden after a click: alone, or (again, or the last one) all of them; with a key held, this one more or less. */
export function afterClick(
  hidden: ReadonlySet<string>,
  names: readonly string[],
  clicked: string,
  isAdding: boolean,
): ReadonlySet<string> {
  if (isAdding) {
    const next = new Set(hidden)
    if (!next.delete(clicked)) next.add(clicked)
    return next
  }
  const others = new Set(names.filter((name) => name !== clicked))
  const isAlone = !hidden.has(clicked) && [...others].every((name) => hidden.has(name))
  return isAlone ? new Set() : others
}
