/** `merge`: many tables as one; rows that agree on what the tables share become one row. */
import { displayNameOf } from '../field/display-name.ts'
import type { Field, Frame } from '../frame.ts'
import { isMissing } from '../reduce/reducers.ts'
import { frameOf, keyOf, withValues } from './columns.ts'
import type { Transform } from './transform.ts'

export const merge: Transform = (frames) => {
  const tables = frames.filter(({ fields }) => fields.length > 0)
  return tables.length < 2 ? frames : [mergedFrame(tables)]
}

interface Column {
  readonly name: string
  readonly field: Field
}

/** All rows of all frames under the union of their columns. */
export function mergedFrame(frames: readonly Frame[]): Frame {
  const tables = frames.map((frame) => ({
    frame,
    columns: frame.fields.map((field): Column => ({ name: displayNameOf(field, frame), field })),
  }))
  const columns = uniqueColumns(tables.flatMap((table) => table.columns))
  // A query without a result has no label columns; it must not hide which ones the others share.
  const filled = tables.filter(({ frame }) => frame.length > 0)
  const shared = columns.filter(({ name }) =>
    filled.every((table) => table.columns.some((one) => one.name === name)),
  )
  const placeOf = new Map(columns.map(({ name }, index) => [name, index]))
  const rows: unknown[][] = []
  const rowsByKey = new Map<string, unknown[][]>()
  for (const table of filled) {
    const ownPlaces = table.columns.map(({ name }) => placeOf.get(name)!)
    const sharedPlaces = new Set(shared.map(({ name }) => placeOf.get(name)!))
    for (let i = 0; i < table.frame.length; i++) {
      const cells = table.columns.map(({ field }) => field.values[i])
      const key = shared
        .map(({ name }) => keyOf(cells[table.columns.findIndex((one) => one.name === name)]))
        .join('\u0000')
      const alike = rowsByKey.get(key) ?? []
      const row = alike.find((one) =>
        ownPlaces.every((place) => sharedPlaces.has(place) || isMissing(one[place])),
      )
      const target = row ?? Array.from({ length: columns.length }, (): unknown => null)
      for (const [index, place] of ownPlaces.entries()) target[place] = cells[index]
      if (row === undefined) {
        rows.push(target)
        rowsByKey.set(key, [...alike, target])
      }
    }
  }
  const fields = columns.map(({ field }, place) =>
    withValues(
      field,
      rows.map((row) => row[place]),
    ),
  )
  return frameOf({ refId: frames.map(({ refId }) => refId)[0] ?? 'A' }, fields)
}

function uniqueColumns(columns: readonly Column[]): Column[] {
  const byName = new Map<string, Column>()
  for (const one of columns) if (!byName.has(one.name)) byName.set(one.name, one)
  return [...byName.values()]
}
