/** `${__field.labels.job}`, `${__value.text}`, `${__data.fields["job"]}`: text about the field, row or value at hand. */
import { type Formatted, formattedText } from '../format/formatted.ts'
import type { Field, Frame } from '../frame.ts'
import { interpolate } from '../scope/interpolate.ts'
import type { DataContext } from '../scope/scope.ts'
import { textOf } from '../text-of.ts'
import { displayNameOf } from './display-name.ts'

export interface FieldScope {
  readonly field: Field
  readonly frame: Frame
  /** Set where one value is meant. */
  readonly rowIndex?: number
  /** The value as it is shown. */
  readonly shown?: Formatted
}

const NO_VARIABLES = new Map<string, never>()

/** Fills in what is known of the field; the board's variables are filled in before, and not here. */
export function fillFieldText(template: string, scope: FieldScope): string {
  if (!template.includes('$')) return template
  const data = contextOf(scope, /__(?:data|cell)/.test(template))
  return interpolate(template, { variables: NO_VARIABLES, from: 0, to: 0, data })
}

/** @param withRow the text speaks of other cells of the row, which may be many */
function contextOf({ field, frame, rowIndex, shown }: FieldScope, withRow: boolean): DataContext {
  const displayName = displayNameOf(field, frame)
  const labels = field.labels ?? {}
  const about = {
    field: { name: field.name, labels, displayName },
    series: { name: displayName, labels },
  }
  if (rowIndex === undefined) return about
  const raw = field.values[rowIndex]
  const time = frame.fields.find(({ type }) => type === 'time')?.values[rowIndex]
  const value = {
    raw,
    text: shown === undefined ? textOf(raw) : formattedText(shown),
    ...(typeof raw === 'number' ? { numeric: raw } : {}),
    ...(typeof time === 'number' ? { timeMs: time } : {}),
  }
  const row = withRow
    ? frame.fields.map((one) => {
        const cell = one.values[rowIndex]
        return { name: displayNameOf(one, frame), raw: cell, text: textOf(cell) }
      })
    : []
  return { ...about, value, row }
}
