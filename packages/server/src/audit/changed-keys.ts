import { parseDocument } from 'yaml'
import { isSecret } from '../config/redact.ts'
import { HIDDEN } from '../config/redact-text.ts'

/** Longest value on one side of an arrow. */
const VALUE_MAX = 120
/** Nobody reads more, and none of them has more room in an entry. */
const LEAVES_MAX = 20_000

/** By key with the way to it: what it was, and what it is, as one reads it. */
export type ChangedKeys = ReadonlyMap<string, string>

/** `a → b`, or `a` where it stays. */
export function fromTo(before: string | undefined, after: string): string {
  if (before === undefined || before === after) return after
  return `${before || '(none)'} → ${after || '(none)'}`
}

/** What differs between two YAML texts that may be shown: `query.timeout` → `2m → 30s`. */
export function changedKeys(before: string, after: string): ChangedKeys {
  const [was, is] = [leavesOf(parsed(before)), leavesOf(parsed(after))]
  const changed = new Map<string, string>()
  for (const key of new Set([...was.keys(), ...is.keys()])) {
    const [old, now] = [was.get(key) ?? '(not set)', is.get(key) ?? '(not set)']
    if (old !== now) changed.set(key, `${short(old)} → ${short(now)}`)
  }
  return changed
}

/** Secrets that differ between two configurations, which may not be shown: that they do is told, and no more. */
export function changedSecrets(before: unknown, after: unknown): ChangedKeys {
  const [was, is] = [leavesOf(before), leavesOf(after)]
  const keys = [...is.keys()].filter((key) => was.has(key) && was.get(key) !== is.get(key))
  const secret = keys.filter((key) => {
    const path = key.split('.')
    return path.some((_, i) =>
      isSecret(path.slice(0, i + 1).map((part) => part.replace(/\[.*/s, ''))),
    )
  })
  return new Map(secret.map((key) => [key, `${HIDDEN} → another ${HIDDEN}`]))
}

export function parsed(text: string): unknown {
  const document = parseDocument(text)
  return document.errors.length > 0 ? undefined : document.toJS({ maxAliasCount: 100 })
}

/** Every value within, under the way to it: `scrape_configs[shop].scrape_interval`. Lists of texts are one value. */
function leavesOf(root: unknown): Map<string, string> {
  const leaves = new Map<string, string>()
  const walk = (value: unknown, path: string): void => {
    if (leaves.size >= LEAVES_MAX || value === undefined || value === null) return
    if (Array.isArray(value) && value.some(isObject)) {
      const names = value.map(nameOf)
      const isNamed = new Set(names).size === names.length && !names.includes(undefined)
      for (const [i, item] of value.entries()) walk(item, `${path}[${isNamed ? names[i] : i}]`)
    } else if (isObject(value)) {
      for (const [name, inner] of Object.entries(value)) {
        walk(inner, path === '' ? name : `${path}.${name}`)
      }
    } else leaves.set(path, typeof value === 'string' ? value : JSON.stringify(value))
  }
  walk(root, '')
  return leaves
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What an item of a list is called, so that one more before it changes nothing. */
function nameOf(item: unknown): string | undefined {
  if (!isObject(item)) return undefined
  const { job_name: job, name } = item as { readonly job_name?: unknown; readonly name?: unknown }
  const called = job ?? name
  return typeof called === 'string' && !/[.[\]]/.test(called) ? called : undefined
}

function short(text: string): string {
  return text.length <= VALUE_MAX ? text : `${text.slice(0, VALUE_MAX - 1)}…`
}
