/** Deeper objects are one text, as in the store. */
const DEPTH_MAX = 16

export type Json = string | number | boolean | null | readonly Json[] | JsonObject
export interface JsonObject {
  readonly [key: string]: Json
}

/** What a line that is a JSON object says in one place. */
export interface LineField {
  /** The name by which LogQL knows it: `context_kafka_topic`. */
  readonly name: string
  readonly path: readonly string[]
  readonly value: string
}

/** The object that a line is; undefined when it is none. */
export function objectIn(line: string): JsonObject | undefined {
  if (!/^\s*\{/.test(line)) return undefined
  try {
    return JSON.parse(line) as JsonObject
  } catch {
    return undefined
  }
}

/**
 * Its values with the names that LogQL's `json` gives them: joined with `_`, strange characters `_`, lists
 * and nulls left out, of two equal names the first.
 */
export function fieldsOf(object: JsonObject): LineField[] {
  const fields = new Map<string, LineField>()
  const walk = (within: JsonObject, path: readonly string[]): void => {
    for (const [key, value] of Object.entries(within)) {
      const at = [...path, key]
      if (isObject(value)) {
        if (at.length <= DEPTH_MAX) walk(value, at)
        continue
      }
      if (typeof value === 'object') continue
      const name = fieldName(at)
      if (!fields.has(name)) fields.set(name, { name, path: at, value: String(value) })
    }
  }
  walk(object, [])
  return [...fields.values()]
}

export function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Where a value stands in the object → its name in LogQL. */
export function fieldName(path: readonly string[]): string {
  const name = path.map((key) => key.trim().replaceAll(/[^a-zA-Z0-9_]/g, '_')).join('_')
  return /^[0-9]/.test(name) ? `_${name}` : name
}
