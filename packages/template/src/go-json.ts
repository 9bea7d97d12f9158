import { nested, spend, withBudget } from './budget.ts'
import { GoObject, StringMap, TemplateFailure, integerOf, textOf, typeName } from './go-value.ts'

/** JSON as Go writes it: keys of maps sorted, `<`, `>` and `&` escaped, numbers as in JavaScript. */
export function goJson(value: unknown): string {
  return withBudget(() => jsonOf(value)).replace(
    /[<>&\u2028\u2029]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

function jsonOf(value: unknown): string {
  const text = nested(() => plainJson(value))
  spend(text.length)
  return text
}

function plainJson(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  const text = textOf(value)
  if (text !== undefined) return JSON.stringify(text)
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new TemplateFailure(`json: unsupported value: ${value}`)
  }
  if (typeof value === 'number' || typeof value === 'boolean') return JSON.stringify(value)
  const integer = integerOf(value)
  if (integer !== undefined) return integer.toString()
  if (Array.isArray(value)) return `[${value.map(jsonOf).join(',')}]`
  if (value instanceof StringMap) return jsonOfMap(value.entries)
  if (value instanceof Map) return jsonOfMap(value)
  if (value instanceof GoObject && 'toJSON' in value) return JSON.stringify(value)
  throw new TemplateFailure(`json: unsupported type: ${typeName(value)}`)
}

function jsonOfMap(map: ReadonlyMap<unknown, unknown>): string {
  const entries = [...map].map(([key, value]): [string, unknown] => [String(key), value])
  entries.sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${jsonOf(value)}`).join(',')}}`
}
