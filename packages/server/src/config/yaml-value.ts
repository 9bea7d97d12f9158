import { type Document, isScalar, visit } from 'yaml'
import type { z } from 'zod'

/**
 * What a YAML document holds, so that it means what it means to Prometheus, whose reader knows the type that each key
 * wants while it reads: `zone: 01` is the text "01" where a text is wanted, `honor_labels: yes` is true, and a key
 * with nothing behind it (all below it commented out) is not there.
 */

/** A number with the way it was written, for when a text is wanted: `1.10`, `007`. */
class WrittenNumber {
  readonly value: number
  readonly written: string

  constructor(value: number, written: string) {
    this.value = value
    this.written = written
  }

  toString(): string {
    return this.written
  }
}

/** The document's value, before a schema has said what is wanted. */
export function yamlValue(document: Document): unknown {
  visit(document, {
    Scalar(key, node) {
      if (key === 'key' || typeof node.value !== 'number' || node.source === undefined) return
      if (String(node.value) !== node.source) {
        node.value = new WrittenNumber(node.value, node.source)
      }
    },
    Pair(_, pair) {
      if (isScalar(pair.value) && pair.value.value === null) return visit.REMOVE
      return undefined
    },
  })
  return document.toJS({ maxAliasCount: 100 })
}

/** How often a value is mended before what is wrong is believed. */
const ROUNDS_MAX = 8

/** Reads the value; where the schema wants a number or a boolean, what was written as one is taken as one. */
export function readValue<S extends z.ZodType>(
  value: unknown,
  schema: S,
): z.ZodSafeParseResult<z.output<S>> {
  const root = { value }
  let result = schema.safeParse(root.value)
  for (let round = 0; round < ROUNDS_MAX && !result.success; round++) {
    const isMended = result.error.issues.map((issue) => mend(root, issue)).includes(true)
    if (!isMended) break
    result = schema.safeParse(root.value)
  }
  return result.success ? { ...result, data: plain(result.data) as z.output<S> } : result
}

function mend(root: object, issue: z.core.$ZodIssue): boolean {
  const path = ['value', ...issue.path]
  const key = path.at(-1)!
  let holder: unknown = root
  for (const part of path.slice(0, -1)) holder = (holder as Record<PropertyKey, unknown>)[part]
  if (typeof holder !== 'object' || holder === null) return false
  const held = holder as Record<PropertyKey, unknown>
  const value = held[key]
  if (value instanceof WrittenNumber) {
    held[key] = value.value
    return true
  }
  if (issue.code !== 'invalid_type' || issue.expected !== 'boolean') return false
  if (typeof value !== 'string' || !/^(?:y|yes|on|n|no|off)$/i.test(value)) return false
  held[key] = /^(?:y|yes|on)$/i.test(value)
  return true
}

/** Without the numbers that kept their writing because no schema asked. */
function plain(value: unknown): unknown {
  if (value instanceof WrittenNumber) return value.value
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  if (Object.getPrototypeOf(value) !== Object.prototype) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]))
}
