import { GoDuration, GoTime } from './go-time.ts'
import { GoObject, StringMap } from './go-value.ts'

/** JSON as Go writes it: keys sorted, `<`, `>` and `&` escaped. */
export function goJson(value: unknown): string {
  const plain = JSON.stringify(plainOf(value)) ?? 'null'
  return plain.replace(
    /[<>&\u2028\u2029]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

function plainOf(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value)
  if (Array.isArray(value)) return value.map(plainOf)
  if (value instanceof StringMap) return Object.fromEntries(value.entries)
  if (value instanceof GoTime) return value.toRfc3339()
  if (value instanceof GoDuration) return Number(value.ns)
  if (value instanceof Map) {
    const entries = [...(value as ReadonlyMap<string, unknown>)]
    entries.sort(([a], [b]) => (a < b ? -1 : 1))
    return Object.fromEntries(entries.map(([key, item]) => [key, plainOf(item)]))
  }
  if (value instanceof GoObject) return 'toJSON' in value ? value : String(value)
  return value ?? null
}
