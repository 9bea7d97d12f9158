/** `joinByField` (once `seriesToColumns`): frames side by side, a row for each value of one column. */
import { displayNameOf } from '../field/display-name.ts'
import type { Field, Frame } from '../frame.ts'
import {
  column,
  compareValues,
  fieldNamed,
  frameOf,
  keyOf,
  renamed,
  withValues,
} from './columns.ts'
import { asText } from './options.ts'
import type { Transform } from './transform.ts'

type JoinMode = 'outer' | 'inner' | 'outerTabular'

/** Rows that one value may multiply into where both sides repeat it. */
const ROWS_MAX = 100_000

export const joinByField: Transform = (frames, options, { text }) => {
  const mode = asText(options['mode'], 'outer')
  const by = text(asText(options['byField']))
  const joined = joinFrames(frames, {
    by: by === '' ? undefined : by,
    mode: mode === 'inner' || mode === 'outerTabular' ? mode : 'outer',
  })
  return joined === undefined ? frames : [joined]
}

interface Side {
  readonly frame: Frame
  readonly key: Field
  /** Rows of a value. */
  readonly rows: ReadonlyMap<string, readonly number[]>
}

/**
 * Joins frames that have the column; the others stay out. Undefined when none has it.
 *
 * @param by name of the column; the first time when unset
 */
export function joinFrames(
  frames: readonly Frame[],
  { by, mode }: { readonly by: string | undefined; readonly mode: JoinMode },
): Frame | undefined {
  const sides = frames.flatMap((frame): Side[] => {
    const key = by === undefined ? firstTime(frame) : fieldNamed(frame, by)
    return key === undefined ? [] : [{ frame, key, rows: rowsByValue(key) }]
  })
  const [first] = sides
  if (first === undefined) return undefined
  if (sides.length === 1) return first.frame
  const places = mode === 'outer' ? outerRows(sides) : tabularRows(sides, mode === 'inner')
  const keys = places.map((rows) => {
    const side = rows.findIndex((row) => row >= 0)
    return sides[side]?.key.values[rows[side]!]
  })
  const others = sides.flatMap(({ frame, key }, index) =>
    frame.fields
      .filter((field) => field !== key)
      .map((field) => {
        const named = keptName(field, frame)
        return withValues(
          named,
          places.map((rows) => (rows[index]! < 0 ? null : field.values[rows[index]!])),
        )
      }),
  )
  const keyField = column(first.key.name, first.key.type, keys, { config: first.key.config })
  return frameOf({ refId: first.frame.refId }, [keyField, ...others])
}

/** A series goes by its frame's name no more: it takes the name along. */
function keptName(field: Field, frame: Frame): Field {
  if (field.type === 'time' || field.labels !== undefined) return field
  const name = displayNameOf(field, frame)
  return name === field.name || name.startsWith(`${field.name} `) ? field : renamed(field, name)
}

const firstTime = (frame: Frame): Field | undefined =>
  frame.fields.find(({ type }) => type === 'time')

function rowsByValue(key: Field): Map<string, number[]> {
  const rows = new Map<string, number[]>()
  for (let row = 0; row < key.values.length; row++) {
    const value = keyOf(key.values[row])
    const known = rows.get(value)
    if (known === undefined) rows.set(value, [row])
    else known.push(row)
  }
  return rows
}

/** Every value once, times and numbers in order; of a value that repeats within a frame the last row. */
function outerRows(sides: readonly Side[]): number[][] {
  const values = new Map<string, unknown>()
  for (const { key, rows } of sides) {
    for (const [value, [row]] of rows) if (!values.has(value)) values.set(value, key.values[row!])
  }
  const ordered = [...values]
  if (sides[0]!.key.type === 'time' || sides[0]!.key.type === 'number') {
    ordered.sort(([, a], [, b]) => compareValues(a, b))
  }
  return ordered.map(([value]) => sides.map(({ rows }) => rows.get(value)?.at(-1) ?? -1))
}

/** Every pair of rows with one value; rows that find no other stay unless the join is inner. */
function tabularRows(sides: readonly Side[], isInner: boolean): number[][] {
  const values = new Set(sides.flatMap(({ rows }) => [...rows.keys()]))
  const joined: number[][] = []
  for (const value of values) {
    if (isInner && !sides.every(({ rows }) => rows.has(value))) continue
    const options = sides.map(({ rows }) => rows.get(value) ?? [-1])
    const count = options.reduce((product, rows) => product * rows.length, 1)
    for (let at = 0; at < count && joined.length < ROWS_MAX; at++) {
      let left = at
      joined.push(
        options
          .toReversed()
          .map((rows) => {
            const row = rows[left % rows.length]!
            left = Math.floor(left / rows.length)
            return row
          })
          .toReversed(),
      )
    }
  }
  return joined
}
