/** Value mappings and thresholds of older forms. */
import type { Thresholds, ValueMapping } from '../dashboard.ts'
import { type Json, list, number, record, records, text } from '../json.ts'

/** Calculations by their old names. */
const CALCS: Readonly<Record<string, string>> = {
  avg: 'mean',
  current: 'lastNotNull',
  total: 'sum',
  last_time: 'last',
}

export function calcOf(name: unknown, otherwise = 'mean'): string {
  const old = text(name) || otherwise
  return Object.hasOwn(CALCS, old) ? CALCS[old]! : old
}

/** Items with a number as type (1: a value, 2: a range) become those of today; others stay. */
export function modernMappings(raw: unknown): unknown {
  if (!Array.isArray(raw)) return raw
  const items = records(raw)
  if (!items.some(({ type }) => typeof type === 'number' || type === undefined)) return raw
  return items.flatMap((item): readonly unknown[] => {
    if (typeof item['type'] === 'string') return [item]
    if (item['type'] === 2 || (item['type'] === undefined && item['from'] !== undefined))
      return [rangeOf(item)]
    return [valueOf(item)]
  })
}

/** Of single stats and old tables: `mappingType` says which list counts. */
export function oldMappings(panel: Json): readonly ValueMapping[] {
  return panel['mappingType'] === 2
    ? records(panel['rangeMaps']).map(rangeOf)
    : records(panel['valueMaps']).map(valueOf)
}

function valueOf(item: Json): ValueMapping {
  const value = text(item['value'])
  const result = resultOf(item)
  if (value === 'null') return { type: 'special', options: { match: 'null', result } }
  if (value === 'NaN') return { type: 'special', options: { match: 'nan', result } }
  return { type: 'value', options: { [value]: result } }
}

function rangeOf(item: Json): ValueMapping {
  const from = number(item['from']) ?? null
  const to = number(item['to']) ?? null
  const result = resultOf(item)
  // "from null to null" is how "no value" was written.
  if (from === null && to === null) return { type: 'special', options: { match: 'null', result } }
  return { type: 'range', options: { from, to, result } }
}

function resultOf(item: Json): { readonly text: string; readonly color?: string } {
  const color = text(item['color'])
  return { text: text(item['text']), ...(color !== '' && { color }) }
}

/** Steps in order, the first without a lower end. */
export function modernThresholds(raw: unknown): unknown {
  const found = record(raw)
  if (!Array.isArray(raw) && !Array.isArray(found['steps'])) return raw
  const steps = records(Array.isArray(raw) ? raw : found['steps']).map((step, index) => ({
    ...step,
    color: text(step['color'], 'green'),
    value:
      index === 0 && number(step['value']) === undefined ? null : (number(step['value']) ?? null),
  }))
  const sorted = steps.toSorted((a, b) => (a.value ?? -Infinity) - (b.value ?? -Infinity))
  const first = sorted[0]
  if (first !== undefined) sorted[0] = { ...first, value: null }
  const mode = found['mode'] === 'percentage' ? 'percentage' : 'absolute'
  return { ...(Array.isArray(raw) ? {} : found), mode, steps: sorted }
}

/** `"70,90"` (or a list) and three colours. */
export function colouredSteps(limits: unknown, colors: unknown): Thresholds | undefined {
  const written = Array.isArray(limits) ? list(limits) : text(limits).split(',')
  const values = written.map(number).filter((value) => value !== undefined)
  const names = list(colors).map((color) => text(color))
  if (values.length === 0) return undefined
  const steps = [null, ...values].map((value, index) => ({
    value,
    color: names[index] || 'green',
  }))
  return { mode: 'absolute', steps }
}
