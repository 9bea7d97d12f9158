import type { Field } from '@weir/boards'

/** A value of a field as plain text, for tables of data and files; numbers with all their digits. */
export function cellText(field: Field, row: number, timeZone: string): string {
  const value = field.values[row]
  if (value === null || value === undefined) return ''
  if (field.type === 'time') return timeText(Number(value), timeZone)
  if (typeof value === 'string') return value
  if (typeof value === 'number') return Number.isNaN(value) ? '' : String(value)
  return JSON.stringify(value) ?? ''
}

/** `2026-11-21 14:05:09` in a time zone. */
function timeText(ms: number, timeZone: string): string {
  if (!Number.isFinite(ms)) return ''
  return new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'medium',
  }).format(ms)
}
