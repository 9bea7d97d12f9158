import { type Document, isObject } from './document.ts'

/**
 * Saving without noise. A dashboard is shown, and edited, in the newest form with everything spelled out;
 * what lies in the file is what somebody once wrote. Were the edited form written back as it is, moving one
 * panel would rewrite the whole file, and nobody could read the diff.
 *
 * So three documents meet: the file as it `was`, the same as it was `shown`, and what was `edited`. Where
 * edited and shown are equal nobody changed anything, and the file's own words stay; where they differ the
 * edited ones count. Keys keep the order they had. Elements of lists are followed by what identifies them (a
 * panel's id, a target's refId, a variable's name), so that moving one does not shift all.
 */
export function savedForm(
  was: Document,
  edited: Document,
  read: (document: Document) => unknown,
): Document {
  const kept = keepForm(was, read(was), edited) as Document
  // However odd the file (panels that share an id): what is read back must be what was saved.
  return isEqual(read(kept), read(edited)) ? kept : edited
}

function keepForm(was: unknown, shown: unknown, edited: unknown): unknown {
  if (isEqual(shown, edited)) return was
  if (isObject(was) && isObject(shown) && isObject(edited)) return keepObject(was, shown, edited)
  if (Array.isArray(was) && Array.isArray(shown) && Array.isArray(edited)) {
    return edited.map((element: unknown, i) => {
      const at = placeOf(shown, element, i)
      const old = at < 0 ? -1 : placeOf(was, shown[at], at)
      if (old < 0) return element
      const kept = keepForm(was[old], shown[at], element)
      return old === i ? kept : withName(kept, element)
    })
  }
  return edited
}

function keepObject(was: Document, shown: Document, edited: Document): Document {
  const kept: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(was)) {
    if (key in edited) {
      kept[key] = key in shown ? keepForm(value, shown[key], edited[key]) : edited[key]
    } else if (!(key in shown)) {
      kept[key] = value // reading left it out, nobody took it away
    }
  }
  for (const [key, value] of Object.entries(edited)) {
    const isSpelledOut = key in shown && isEqual(shown[key], value)
    if (!(key in was) && !isSpelledOut) kept[key] = value
  }
  return kept
}

/** Where in a list the same thing is; -1 for nowhere. */
function placeOf(list: readonly unknown[], element: unknown, index: number): number {
  const key = isObject(element)
    ? IDENTITIES.find(
        (name) => typeof element[name] === 'string' || typeof element[name] === 'number',
      )
    : undefined
  if (key === undefined) return index < list.length ? index : -1
  const name = (element as Document)[key]
  const isSame = (other: unknown): boolean => isObject(other) && other[key] === name
  const there = list[index]
  // Reading gives a name to what has none.
  if (isSame(there) || (isObject(there) && !(key in there))) return index
  return list.findIndex(isSame)
}

/** What was told apart by its place alone needs its name elsewhere. */
function withName(kept: unknown, element: unknown): unknown {
  if (!isObject(kept) || !isObject(element)) return kept
  const key = IDENTITIES.find((name) => name in element)
  return key === undefined || key in kept ? kept : { ...kept, [key]: element[key] }
}

const IDENTITIES = ['id', 'refId', 'name'] as const

function isEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((element, i) => isEqual(element, b[i]))
  }
  if (!isObject(a) || !isObject(b)) return false
  const keys = Object.keys(a)
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => key in b && isEqual(a[key], b[key]))
  )
}
