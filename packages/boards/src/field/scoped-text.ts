/** `${__field.labels.job}`, `${__value.text}`, `${__data.fields["job"]}`: text about the field, row or value at hand. */
import type { Field, Frame } from '../frame.ts'
import { type Formatted, formattedText } from '../format/formatted.ts'
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

const SCOPED = /\$\{(__(?:field|series|value|data)(?:\.|\[)[^{}:]*)(?::([a-z]+))?\}/g

/** Fills in what it knows; leaves every other `${…}` as it is. */
export function fillFieldText(template: string, scope: FieldScope): string {
  if (!template.includes('${__')) return template
  return template.replaceAll(SCOPED, (all, path: string, format: string | undefined) => {
    const value = valueAt(pathOf(path), scope)
    if (value === undefined) return all
    return format === 'percentencode' || format === 'uriencode' ? encodeURIComponent(value) : value
  })
}

/** `__field.labels["a b"]` as its parts. */
function pathOf(text: string): string[] {
  return [...text.matchAll(/\[\s*(?:"([^"]*)"|'([^']*)'|([0-9]+))\s*\]|([^.[\]]+)/g)].map(
    ([, double, single, index, word]) => double ?? single ?? index ?? word ?? '',
  )
}

function valueAt([root, ...path]: readonly string[], scope: FieldScope): string | undefined {
  const { field, frame } = scope
  switch (root) {
    case '__field':
      return ofField(field, frame, path)
    case '__series':
      return path[0] === 'name' ? displayNameOf(field, frame) : ofField(field, frame, path)
    case '__value':
      return ofValue(scope, path[0])
    default:
      return ofData(scope, path)
  }
}

function ofField(
  field: Field,
  frame: Frame,
  [what, ...rest]: readonly string[],
): string | undefined {
  if (what === 'name') return field.name
  if (what === 'displayName') return displayNameOf(field, frame)
  if (what !== 'labels') return undefined
  // A label's own name may hold dots.
  if (rest.length > 0) return field.labels?.[rest.join('.')] ?? ''
  return Object.entries(field.labels ?? {})
    .map(([label, value]) => `${label}="${value}"`)
    .join(', ')
}

function ofValue({ field, frame, rowIndex, shown }: FieldScope, what: string | undefined) {
  if (rowIndex === undefined) return undefined
  const value = field.values[rowIndex]
  switch (what) {
    case 'text':
      return shown === undefined ? textOf(value) : formattedText(shown)
    case 'raw':
      return textOf(value)
    case 'numeric':
      return textOf(Number(value))
    case 'time':
      return textOf(frame.fields.find(({ type }) => type === 'time')?.values[rowIndex])
    default:
      return undefined
  }
}

function ofData({ frame, rowIndex }: FieldScope, [what, key, ...rest]: readonly string[]) {
  if (what !== 'fields' || key === undefined || rowIndex === undefined) return undefined
  const name = [key, ...rest].join('.')
  const found =
    frame.fields.find((one) => one.name === name || displayNameOf(one, frame) === name) ??
    frame.fields[/^[0-9]+$/.test(name) ? Number(name) : -1]
  return found === undefined ? '' : textOf(found.values[rowIndex])
}
