/** Columns of a table panel: which are shown, how wide, and how their cells look. */
import {
  type DisplayOptions,
  type DisplayValue,
  type Field,
  type Frame,
  displayOf,
  formattedText,
} from '@weir/boards'

export interface Column {
  readonly field: Field
  readonly name: string
  readonly show: (value: unknown) => DisplayValue
  readonly align: 'left' | 'center' | 'right'
  readonly cell: CellKind
  readonly isFilterable: boolean
  /** Pixels. */
  readonly width: number
}

interface CellKind {
  readonly type: string
  readonly mode: string
  readonly isRow: boolean
}

/** Older boards name the kind of a cell by one word. */
const OLD_KINDS: Readonly<Record<string, readonly [type: string, mode: string]>> = {
  basic: ['gauge', 'basic'],
  'gradient-gauge': ['gauge', 'gradient'],
  'lcd-gauge': ['gauge', 'lcd'],
  'color-background-solid': ['color-background', 'basic'],
}
const MIN_WIDTH = 64
const MAX_WIDTH = 480
const CHARACTER = 7.6
const PADDING = 22
/** Rows that say how wide a column must be. */
const SAMPLE = 60

export function columnsOf(frame: Frame, display: DisplayOptions, room: number): Column[] {
  const shown = frame.fields.filter(isShown)
  const made = shown.map((field) => {
    const custom = field.config.custom ?? {}
    const show = displayOf(field, display)
    const cell = cellKind(custom)
    return {
      field,
      name: field.displayName ?? field.name,
      show,
      cell,
      align: alignOf(custom['align'], field),
      isFilterable: custom['filterable'] === true,
      fixed: positive(custom['width']),
      wanted: wantedWidth(field, frame, show, cell, positive(custom['minWidth'])),
    }
  })
  const widths = share(
    made.map(({ fixed, wanted }) => ({ fixed, wanted })),
    room,
  )
  return made.map(({ fixed: _fixed, wanted: _wanted, ...column }, at) => ({
    ...column,
    width: widths[at]!,
  }))
}

function isShown({ config: { custom = {} } }: Field): boolean {
  const hide = custom['hideFrom']
  const isHidden =
    typeof hide === 'object' && hide !== null && (hide as { viz?: unknown }).viz === true
  return custom['hidden'] !== true && !isHidden
}

function cellKind(custom: Readonly<Record<string, unknown>>): CellKind {
  const options = (
    typeof custom['cellOptions'] === 'object' && custom['cellOptions'] !== null
      ? custom['cellOptions']
      : {}
  ) as Record<string, unknown>
  const word = typeof options['type'] === 'string' ? options['type'] : custom['displayMode']
  const type = typeof word === 'string' ? word : 'auto'
  const mode = typeof options['mode'] === 'string' ? options['mode'] : 'gradient'
  const isRow = options['applyToRow'] === true
  const old = Object.hasOwn(OLD_KINDS, type) ? OLD_KINDS[type] : undefined
  return old === undefined ? { type, mode, isRow } : { type: old[0], mode: old[1], isRow }
}

function alignOf(align: unknown, field: Field): Column['align'] {
  if (align === 'left' || align === 'center' || align === 'right') return align
  return field.type === 'number' ? 'right' : 'left'
}

function positive(value: unknown): number | undefined {
  return typeof value === 'number' && value > 0 && value < 4000 ? value : undefined
}

function wantedWidth(
  field: Field,
  frame: Frame,
  show: Column['show'],
  cell: CellKind,
  least: number | undefined,
): number {
  let longest = (field.displayName ?? field.name).length + 2
  if (cell.type === 'gauge' || cell.type === 'sparkline' || field.type === 'frame') longest = 22
  for (let row = 0; row < Math.min(frame.length, SAMPLE); row++) {
    if (field.type !== 'frame')
      longest = Math.max(longest, formattedText(show(field.values[row])).length)
  }
  return Math.max(least ?? MIN_WIDTH, Math.min(MAX_WIDTH, longest * CHARACTER + PADDING))
}

/** Fixed widths stay; the others take what they want, and what is left over in proportion. */
function share(
  columns: readonly { readonly fixed: number | undefined; readonly wanted: number }[],
  room: number,
): number[] {
  const fixed = columns.reduce((sum, column) => sum + (column.fixed ?? 0), 0)
  const wanted = columns.reduce(
    (sum, column) => sum + (column.fixed === undefined ? column.wanted : 0),
    0,
  )
  const grow = wanted > 0 ? Math.max(1, (room - fixed) / wanted) : 1
  return columns.map((column) => column.fixed ?? Math.floor(column.wanted * grow))
}
