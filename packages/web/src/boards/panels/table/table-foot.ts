/** The foot of a table: figures of whole columns. */
import { formattedText, reduceValues, reducerOf } from '@weir/boards'
import { whole } from '../../../format/number.ts'
import type { Column } from './columns.ts'

/** A text under each column; undefined when the board wants no foot. */
export function footOf(
  footer: unknown,
  columns: readonly Column[],
  rows: readonly number[],
): string[] | undefined {
  if (typeof footer !== 'object' || footer === null) return undefined
  const { show, reducer, fields, countRows } = footer as Record<string, unknown>
  if (show !== true) return undefined
  const id: unknown = Array.isArray(reducer) ? reducer[0] : reducer
  const found = typeof id === 'string' ? reducerOf(id) : undefined
  if (found === undefined) return undefined
  if (found.id === 'count' && countRows === true) {
    return columns.map((_, at) => (at === 0 ? `${whole(rows.length)} rows` : ''))
  }
  const wanted = Array.isArray(fields) ? fields : []
  return columns.map(({ field, name, show: shown }, at) => {
    const isMeant = wanted.length === 0 || wanted.includes(name) || wanted.includes(field.name)
    if (field.type === 'number' && isMeant) {
      const value = reduceValues(
        rows.map((row) => field.values[row]),
        found.id,
      )
      return found.id === 'count' ? whole(Number(value)) : formattedText(shown(value))
    }
    return at === 0 ? found.name : ''
  })
}
