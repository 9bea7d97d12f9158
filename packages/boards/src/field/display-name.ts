/** What a field is called, in legends, in a table's head, and by matchers. */
import type { Field, Frame } from '../frame.ts'
import { seriesName } from '../frames/series-name.ts'

/** Names that say nothing about a series. */
const DULL = new Set(['Value', ''])

/**
 * A field's name for people: what the panel says, else what the query's legend says, else the labels
 * where the name alone says nothing.
 */
export function displayNameOf(field: Field, frame?: Frame): string {
  const { displayName: configured, displayNameFromDS: legend } = field.config
  if (typeof configured === 'string' && configured !== '') return configured
  if (typeof legend === 'string' && legend !== '') return legend
  if (field.type === 'time') return uniqueName(field, frame)
  if (field.labels !== undefined && Object.keys(field.labels).length > 0) {
    const labels = seriesName(field.labels)
    return DULL.has(field.name) ? labels : `${field.name} ${labels}`
  }
  return DULL.has(field.name) && frame?.name !== undefined && frame.name !== ''
    ? frame.name
    : uniqueName(field, frame)
}

/** Columns of one name, as a join leaves them, are counted: `Time 1`, `Time 2`. */
function uniqueName(field: Field, frame: Frame | undefined): string {
  const alike = (frame?.fields ?? []).filter(({ name }) => name === field.name)
  return alike.length < 2 ? field.name : `${field.name} ${alike.indexOf(field) + 1}`
}
