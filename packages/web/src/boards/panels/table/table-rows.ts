/** Rows of a table: filtered and sorted, as places in the frame. */
import { compareValues, formattedText, isMissing } from '@weir/boards'
import type { Column } from './columns.ts'

export interface Sort {
  readonly name: string
  readonly isDescending: boolean
}

/** What a column must say, by its name: texts as they are shown. */
export type Filters = ReadonlyMap<string, ReadonlySet<string>>

export function tableRows(
  length: number,
  columns: readonly Column[],
  sort: Sort | undefined,
  filters: Filters,
): number[] {
  let rows = Array.from({ length }, (_, row) => row)
  for (const [name, wanted] of filters) {
    const column = columns.find((one) => one.name === name)
    if (column === undefined) continue
    rows = rows.filter((row) => wanted.has(formattedText(column.show(column.field.values[row]))))
  }
  const by = columns.find((one) => one.name === sort?.name)
  if (by === undefined || sort === undefined) return rows
  const { values } = by.field
  return rows.toSorted((a, b) => {
    const [left, right] = [values[a], values[b]]
    // What is missing goes last, whichever way.
    if (isMissing(left) || isMissing(right))
      return Number(isMissing(left)) - Number(isMissing(right))
    const order = compareValues(left, right)
    return sort.isDescending ? -order : order
  })
}

/** A click on a head: up, down, as it came. */
export function nextSort(sort: Sort | undefined, name: string): Sort | undefined {
  if (sort?.name !== name) return { name, isDescending: false }
  return sort.isDescending ? undefined : { name, isDescending: true }
}

/** What a board sorts by. */
export function firstSort(sortBy: unknown): Sort | undefined {
  const first: unknown = Array.isArray(sortBy) ? sortBy[0] : undefined
  if (typeof first !== 'object' || first === null) return undefined
  const { displayName, desc } = first as Record<string, unknown>
  return typeof displayName === 'string'
    ? { name: displayName, isDescending: desc === true }
    : undefined
}
