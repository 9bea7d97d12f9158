/** A value as a panel shows it: mapped, formatted, coloured, and placed on its scale. */
import { namedColor } from '../color/named.ts'
import type { Field } from '../frame.ts'
import { formatterOf } from '../format/format-value.ts'
import type { Formatted } from '../format/formatted.ts'
import { isMissing } from '../reduce/reducers.ts'
import { textOf } from '../text-of.ts'
import { seriesColorOf, valueColorOf } from './field-color.ts'
import { mappedValue } from './mapping.ts'
import { shareOf, thresholdStep } from './threshold.ts'

export interface DisplayValue extends Formatted {
  /** NaN where there is no number. */
  readonly numeric: number
  /** A CSS colour: of a mapping, else by the field's colour mode. */
  readonly color: string
  /** 0 to 1 between the ends of the scale; 0 where there is no number. */
  readonly percent: number
  /** Set by a mapping: its own colour, and that its text stands for a number. */
  readonly isMapped: boolean
}

export interface DisplayOptions {
  readonly dark: boolean
  readonly timeZone?: string | undefined
  readonly nowMs?: number | undefined
}

/** What shows the values of a field; made once where many follow. */
export function displayOf(field: Field, options: DisplayOptions): (value: unknown) => DisplayValue {
  const { dark, timeZone, nowMs } = options
  const { config } = field
  const unit = config.unit ?? (field.type === 'time' ? 'dateTimeAsIso' : undefined)
  const format = formatterOf(unit)
  const formatOptions = { decimals: config.decimals, timeZone, nowMs }
  const isText = unit === 'string' || (field.type === 'string' && unit === undefined)
  let own: string | undefined
  const seriesColor = (): string => (own ??= seriesColorOf(field, dark))

  function plain(value: unknown, numeric: number): Formatted {
    if (isMissing(value)) return { text: '' }
    if (typeof value === 'boolean' && unit === undefined) return { text: value ? 'True' : 'False' }
    if (isText || Number.isNaN(numeric)) return { text: textOf(value) }
    return format(numeric, formatOptions)
  }

  return (value) => {
    const numeric = numberOf(value)
    const mapped = mappedValue(value, config.mappings)
    const shown = mapped?.text === undefined ? plain(value, numeric) : { text: mapped.text }
    const named = shown.text === '' && mapped === undefined ? { text: emptyText(field) } : shown
    return {
      ...named,
      numeric,
      percent: Number.isNaN(numeric) ? 0 : share(numeric, field),
      color: mapped?.color === undefined ? colorOf(numeric) : namedColor(mapped.color, dark),
      isMapped: mapped !== undefined,
    }
  }

  function colorOf(numeric: number): string {
    const { mode } = config.color ?? {}
    // Text on a scale of thresholds stands on its lowest step.
    if (mode === 'thresholds' && Number.isNaN(numeric)) {
      return namedColor(thresholdStep(-Infinity, config.thresholds, field.range).color, dark)
    }
    return Number.isNaN(numeric) ? seriesColor() : valueColorOf(field, numeric, dark)
  }
}

/** One value; `displayOf` where many follow. */
export function displayValue(value: unknown, field: Field, options: DisplayOptions): DisplayValue {
  return displayOf(field, options)(value)
}

function share(numeric: number, field: Field): number {
  const at = shareOf(numeric, field.range)
  return Math.min(1, Math.max(0, Number.isNaN(at) ? 0 : at))
}

function emptyText(field: Field): string {
  const { noValue } = field.config
  return typeof noValue === 'string' && noValue !== '' ? noValue : ''
}

function numberOf(value: unknown): number {
  if (typeof value === 'number') return value
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value === 'string' && value.trim() !== '') return Number(value)
  return NaN
}
