/** What panels of single figures show: a value for each series, or each row. */
import {
  type DisplayOptions,
  type DisplayValue,
  type Field,
  type Frame,
  displayOf,
  readPattern,
  reduceValues,
  textOf,
} from '@weir/boards'

export interface ReducedValue {
  readonly name: string
  readonly shown: DisplayValue
  readonly field: Field
  readonly frame: Frame
  /** The row that it is; undefined when it stands for all of them. */
  readonly rowIndex: number | undefined
}

export interface ReduceOptions {
  readonly calcs: readonly string[]
  /** A value for each row instead of one for all. */
  readonly values: boolean
  /** '' is every number; a pattern or a name is meant for texts too. */
  readonly fields: string
  readonly limit: number
}

const LIMIT = 25

/** `options.reduceOptions` as it stands in a board. */
export function reduceOptionsOf(options: Readonly<Record<string, unknown>>): ReduceOptions {
  const { reduceOptions } = options
  const given = (
    typeof reduceOptions === 'object' && reduceOptions !== null ? reduceOptions : {}
  ) as {
    readonly [key in keyof ReduceOptions]?: unknown
  }
  const calcs = Array.isArray(given.calcs) ? given.calcs.filter((id) => typeof id === 'string') : []
  return {
    calcs: calcs.length > 0 ? calcs : ['lastNotNull'],
    values: given.values === true,
    fields: typeof given.fields === 'string' ? given.fields : '',
    limit: typeof given.limit === 'number' && given.limit > 0 ? given.limit : LIMIT,
  }
}

export function reducedValues(
  frames: readonly Frame[],
  options: ReduceOptions,
  display: DisplayOptions,
): ReducedValue[] {
  const found: ReducedValue[] = []
  const isWanted = fieldTest(options.fields)
  for (const frame of frames) {
    for (const field of frame.fields) {
      if (!isWanted(field) || isHidden(field)) continue
      const show = displayOf(field, display)
      const rows = options.values ? Math.min(frame.length, options.limit) : 0
      for (let row = 0; row < rows && found.length < options.limit; row++) {
        found.push({
          name: rowName(frame, field, row),
          shown: show(field.values[row]),
          field,
          frame,
          rowIndex: row,
        })
      }
      if (options.values) continue
      const [calc] = options.calcs
      const value = reduceValues(field.values, calc!)
      const name = field.displayName ?? field.name
      found.push({ name, shown: show(value), field, frame, rowIndex: undefined })
    }
  }
  return found
}

function fieldTest(fields: string): (field: Field) => boolean {
  if (fields === '') return ({ type }) => type === 'number'
  const pattern = fields.startsWith('/') ? readPattern(fields) : undefined
  return (field) => {
    const name = field.displayName ?? field.name
    return name === fields || field.name === fields || (pattern?.test(name) ?? false)
  }
}

function isHidden(field: Field): boolean {
  const hide = field.config.custom?.['hideFrom']
  return typeof hide === 'object' && hide !== null && (hide as { viz?: unknown }).viz === true
}

/** A row goes by its text, where there is one. */
function rowName(frame: Frame, field: Field, row: number): string {
  const text = frame.fields.find((one) => one.type === 'string' && one !== field)
  const own = field.displayName ?? field.name
  return text === undefined ? own : textOf(text.values[row]) || own
}

/** What links of a value may speak of; of one that stands for all rows, the last of them. */
export function linkPlace({ field, frame, rowIndex, shown }: ReducedValue): {
  field: Field
  frame: Frame
  rowIndex: number
  shown: DisplayValue
} {
  return { field, frame, rowIndex: rowIndex ?? Math.max(0, frame.length - 1), shown }
}
