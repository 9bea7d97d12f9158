/** A frame's rows as groups of bars. */
import {
  type DisplayOptions,
  type Field,
  type Frame,
  displayOf,
  formattedText,
  isColoredByValue,
  seriesColorOf,
} from '@weir/boards'
import type { PlotBar, PlotGroup } from './bar-plot.tsx'

export interface BarGroups {
  readonly groups: readonly PlotGroup[]
  readonly series: readonly { readonly name: string; readonly color: string }[]
  readonly places: number
  /** Ends of all bars. */
  readonly ends: readonly number[]
  readonly fields: readonly Field[]
}

/** More groups than this are thinner than a pixel. */
const GROUPS_MAX = 400

/**
 * @param xField names the groups; the first text, else the first time
 * @param stacking `none`, `normal` or `percent`
 */
export function barGroups(
  frame: Frame,
  {
    xField,
    stacking,
    colorByField,
  }: { readonly xField: string; readonly stacking: string; readonly colorByField: string },
  display: DisplayOptions,
): BarGroups | undefined {
  const named = (name: string): Field | undefined =>
    name === ''
      ? undefined
      : frame.fields.find(
          (field) => (field.displayName ?? field.name) === name || field.name === name,
        )
  const of =
    named(xField) ??
    frame.fields.find(({ type }) => type === 'string') ??
    frame.fields.find(({ type }) => type === 'time')
  const fields = frame.fields.filter(
    (field) => field.type === 'number' && field !== of && !isHidden(field),
  )
  if (fields.length === 0) return undefined
  const label = of === undefined ? undefined : displayOf(of, display)
  const colored = named(colorByField)
  const byColor =
    colored === undefined ? undefined : { field: colored, show: displayOf(colored, display) }
  const shows = fields.map((field) => displayOf(field, display))
  const colors = fields.map((field) => seriesColorOf(field, display.dark))
  const ends: number[] = [0]
  const groups = Array.from({ length: Math.min(frame.length, GROUPS_MAX) }, (_, row): PlotGroup => {
    const total = sumOf(fields, row)
    const stack = { above: 0, below: 0 }
    const bars = fields.flatMap((field, at): PlotBar[] => {
      const value = Number(field.values[row])
      if (!Number.isFinite(value)) return []
      const shown = shows[at]!(value)
      const size = stacking === 'percent' ? (total === 0 ? 0 : value / total) : value
      const side = size < 0 ? 'below' : 'above'
      const from = stacking === 'none' ? 0 : stack[side]
      stack[side] += size
      ends.push(from + size)
      const own = isColoredByValue(field) || shown.isMapped ? shown.color : colors[at]!
      return [
        {
          name: field.displayName ?? field.name,
          text: formattedText(shown),
          from,
          to: from + size,
          color: byColor === undefined ? own : byColor.show(byColor.field.values[row]).color,
          place: stacking === 'none' ? at : 0,
        },
      ]
    })
    return {
      label: label === undefined ? String(row + 1) : formattedText(label(of!.values[row])),
      bars,
    }
  })
  return {
    groups,
    series: fields.map((field, at) => ({
      name: field.displayName ?? field.name,
      color: colors[at]!,
    })),
    places: stacking === 'none' ? fields.length : 1,
    ends,
    fields,
  }
}

function sumOf(fields: readonly Field[], row: number): number {
  return fields.reduce((sum, { values }) => {
    const value = Math.abs(Number(values[row]))
    return Number.isFinite(value) ? sum + value : sum
  }, 0)
}

function isHidden({ config }: Field): boolean {
  const hide = config.custom?.['hideFrom']
  return typeof hide === 'object' && hide !== null && (hide as { viz?: unknown }).viz === true
}
