/** Rows of one kind put together. */
import { displayNameOf } from '../field/display-name.ts'
import type { Field, Frame } from '../frame.ts'
import { reduceValues, reducerOf } from '../reduce/reducers.ts'
import { textOf } from '../text-of.ts'
import {
  column,
  fieldNamed,
  frameOf,
  keyOf,
  pickRows,
  rowIndexes,
  typeOf,
  withValues,
} from './columns.ts'
import { asRecord, asText, asTexts } from './options.ts'
import type { Transform } from './transform.ts'

/** Rows by the values of some columns, groups in the order in which they come. */
export function rowGroups(frame: Frame, by: readonly Field[]): number[][] {
  const groups = new Map<string, number[]>()
  for (const row of rowIndexes(frame)) {
    const key = by.map((field) => keyOf(field.values[row])).join('\u0000')
    const known = groups.get(key)
    if (known === undefined) groups.set(key, [row])
    else known.push(row)
  }
  return [...groups.values()]
}

/** `groupBy`: a row a group; other columns as `Name (calc)`. */
export const groupBy: Transform = (frames, options) => {
  const wanted = asRecord(options['fields'])
  return frames.flatMap((frame) => {
    const settings = frame.fields.map((field) => {
      const name = displayNameOf(field, frame)
      const setting = asRecord(Object.hasOwn(wanted, name) ? wanted[name] : wanted[field.name])
      return { field, name, setting }
    })
    const by = settings.filter(({ setting }) => setting['operation'] === 'groupby')
    if (by.length === 0) return []
    const groups = rowGroups(
      frame,
      by.map(({ field }) => field),
    )
    const kept = by.map(({ field }) =>
      withValues(
        field,
        groups.map(([row]) => field.values[row!]),
      ),
    )
    const aggregated = settings
      .filter(({ setting }) => setting['operation'] === 'aggregate')
      .flatMap(({ field, name, setting }) =>
        asTexts(setting['aggregations']).flatMap((id) => aggregate(field, name, id, groups)),
      )
    return [frameOf(frame, [...kept, ...aggregated])]
  })
}

function aggregate(field: Field, name: string, id: string, groups: readonly number[][]): Field[] {
  if (reducerOf(id) === undefined) return []
  const values = groups.map((rows) =>
    reduceValues(
      rows.map((row) => field.values[row]),
      id,
    ),
  )
  const found = typeOf(values)
  // The latest time of a group is a time.
  const type = found === 'number' && field.type === 'time' && KEEPS_TYPE.has(id) ? 'time' : found
  const { displayName: _, displayNameFromDS: _legend, ...config } = field.config
  return [column(`${name} (${id})`, type, values, { config })]
}

const KEEPS_TYPE = new Set(['first', 'firstNotNull', 'last', 'lastNotNull', 'min', 'max', 'mean'])

/** `groupingToMatrix`: one column's values across, another's down, a third's in the cells. */
export const groupingToMatrix: Transform = (frames, options) =>
  frames.flatMap((frame) => {
    const across = fieldNamed(frame, asText(options['columnField'], 'Time'))
    const down = fieldNamed(frame, asText(options['rowField'], 'Time'))
    const cells = fieldNamed(frame, asText(options['valueField'], 'Value'))
    if (across === undefined || down === undefined || cells === undefined) return [frame]
    const columnNames = new Set([...across.values].map(textOf))
    const groups = rowGroups(frame, [down])
    const empty = emptyCell(asText(options['emptyValue']))
    const corner = `${displayNameOf(down, frame)}\\${displayNameOf(across, frame)}`
    const first = column(
      corner,
      down.type,
      groups.map(([row]) => down.values[row!]),
    )
    const rest = [...columnNames].slice(0, COLUMNS_MAX).map((name) => {
      const values = groups.map((rows) => {
        const row = rows.findLast((one) => textOf(across.values[one]) === name)
        return row === undefined ? empty : cells.values[row]
      })
      return column(name, typeOf(values), values, { config: cells.config })
    })
    return [frameOf(frame, [first, ...rest])]
  })

/** Columns of a table that anybody would still read. */
const COLUMNS_MAX = 1000

function emptyCell(kind: string): unknown {
  switch (kind) {
    case 'true':
      return true
    case 'false':
      return false
    case 'zero':
      return 0
    default:
      // Empty or null: nothing either way, and a column of numbers stays one.
      return null
  }
}

/** `partitionByValues`: a frame for each set of values of some columns. */
export const partitionByValues: Transform = (frames, options) => {
  const names = asTexts(options['fields'])
  if (names.length === 0) return frames
  const asLabels = asRecord(options['naming'])['asLabels'] === true
  const withNames = asRecord(options['naming'])['withNames'] === true
  return frames.flatMap((frame) => {
    const by = names.flatMap((name) => fieldNamed(frame, name) ?? [])
    if (by.length === 0) return [frame]
    return rowGroups(frame, by).map((rows) => {
      const part = pickRows(frame, rows)
      const labels = Object.fromEntries(
        by.map((field) => [displayNameOf(field, frame), textOf(field.values[rows[0]!])]),
      )
      const kept =
        options['keepFields'] === true
          ? part.fields
          : part.fields.filter((_, index) => !by.includes(frame.fields[index]!))
      const fields = asLabels
        ? kept.map((field) =>
            field.type === 'time' ? field : { ...field, labels: { ...field.labels, ...labels } },
          )
        : kept
      const name = Object.entries(labels)
        .map(([label, value]) => (withNames ? `${label} ${value}` : value))
        .join(' ')
      return asLabels ? { ...part, fields } : { ...part, name, fields }
    })
  })
}
