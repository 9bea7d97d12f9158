import { isMissing } from './reduce/reducers.ts'

/** A cell's value as plain text, unformatted: nothing for what is missing, JSON for what has parts. */
export function textOf(value: unknown): string {
  if (isMissing(value)) return ''
  if (typeof value === 'string') return value
  return typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? '')
}
