import { isObject } from './document.ts'

/**
 * A document as it is written to a file: two spaces, a line a value, and keys in the order of the file
 * that was there before; those that are new come after them, by letter.
 */
export function fileText(document: unknown, before: unknown): string {
  return `${JSON.stringify(ordered(document, before), null, 2)}\n`
}

function ordered(value: unknown, before: unknown): unknown {
  if (Array.isArray(value)) {
    const old = Array.isArray(before) ? (before as readonly unknown[]) : []
    return value.map((element: unknown, i) => ordered(element, sameIn(old, element) ?? old[i]))
  }
  if (!isObject(value)) return value
  const old = isObject(before) ? Object.keys(before) : []
  const kept = old.filter((key) => key in value)
  const added = Object.keys(value)
    .filter((key) => !kept.includes(key))
    .toSorted()
  return Object.fromEntries(
    [...kept, ...added].map((key) => [
      key,
      ordered(value[key], isObject(before) ? before[key] : undefined),
    ]),
  )
}

function sameIn(list: readonly unknown[], element: unknown): unknown {
  const id = isObject(element) ? element['id'] : undefined
  if (id === undefined) return undefined
  return list.find((other) => isObject(other) && other['id'] === id)
}
