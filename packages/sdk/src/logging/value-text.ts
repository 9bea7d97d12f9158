import { quote } from './json-text.ts'
import { type PathNode, type Redaction, ruleAt, step } from './redaction.ts'

/** How much of a value is written; the rest is named by its size. */
export interface ValueLimits {
  /** Characters of one string. */
  readonly stringChars: number
  /** Characters of all that one value becomes. */
  readonly valueChars: number
  /** Entries of one array or object. */
  readonly entries: number
  readonly depth: number
}

export const VALUE_LIMITS: ValueLimits = {
  stringChars: 16_384,
  valueChars: 65_536,
  entries: 1_000,
  depth: 10,
}

/**
 * JSON of whatever a pipeline hands to its logger. Never throws and always ends: what refers to itself
 * is named, not followed; getters and toJSON that throw are shown as such; what JSON has no word for
 * (BigInt, NaN, functions, maps, bytes) becomes text; and size has limits.
 */
export function valueText(
  value: unknown,
  redaction: Redaction,
  paths: readonly PathNode[] = redaction.paths,
  limits: ValueLimits = VALUE_LIMITS,
): string {
  const writer = new ValueWriter(redaction, limits)
  writer.write(value, paths)
  return writer.text
}

/** A string cut to a length, with what is missing said; never between the halves of a character. */
export function cut(text: string, chars: number): string {
  if (text.length <= chars) return text
  const code = text.charCodeAt(chars - 1)
  const end = code >= 0xd800 && code <= 0xdbff ? chars - 1 : chars
  return `${text.slice(0, end)}… (${text.length - end} characters more)`
}

class ValueWriter {
  text = ''
  readonly #redaction: Redaction
  readonly #limits: ValueLimits
  /** What encloses the place that is being written. */
  readonly #open: object[] = []

  constructor(redaction: Redaction, limits: ValueLimits) {
    this.#redaction = redaction
    this.#limits = limits
  }

  write(value: unknown, paths: readonly PathNode[]): void {
    switch (typeof value) {
      case 'string':
        this.text += quote(cut(value, this.#limits.stringChars))
        return
      case 'number':
        this.text += Number.isFinite(value) ? String(value) : `"${value}"`
        return
      case 'boolean':
        this.text += value ? 'true' : 'false'
        return
      case 'bigint':
        this.text += `"${cut(String(value), this.#limits.stringChars)}"`
        return
      case 'undefined':
        this.text += 'null'
        return
      case 'symbol':
        this.text += quote(String(value))
        return
      case 'function':
        this.text += '"[function]"'
        return
      case 'object':
        if (value === null) this.text += 'null'
        else this.#writeObject(value, paths)
    }
  }

  #writeObject(value: object, paths: readonly PathNode[]): void {
    if (this.#open.includes(value)) {
      this.text += '"[circular]"'
      return
    }
    if (this.#open.length >= this.#limits.depth || this.text.length >= this.#limits.valueChars) {
      this.text += Array.isArray(value) ? '"[array]"' : '"[object]"'
      return
    }
    const before = this.text
    this.#open.push(value)
    try {
      this.#writeOpened(value, paths)
    } catch (error) {
      this.text = `${before}${quote(`[unreadable: ${cut(messageOf(error), 200)}]`)}`
    }
    this.#open.pop()
  }

  #writeOpened(value: object, paths: readonly PathNode[]): void {
    if (value instanceof Date) {
      this.text += Number.isNaN(value.getTime()) ? '"Invalid Date"' : `"${value.toISOString()}"`
    } else if (value instanceof Error) {
      const { name, message, stack } = value
      this.#writeEntries(Object.entries({ type: name, message, stacktrace: stack }), paths)
    } else if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
      this.text += `"[${value.byteLength} bytes]"`
    } else if (value instanceof Map) {
      this.#writeEntries(entriesOfMap(value), paths)
    } else if (value instanceof Set || Array.isArray(value)) {
      this.#writeItems(value, paths)
    } else if ('toJSON' in value && typeof value.toJSON === 'function') {
      this.write((value.toJSON as (key: string) => unknown)(''), paths)
    } else {
      this.#writeEntries(entriesOf(value), paths)
    }
  }

  #writeItems(
    items: Iterable<unknown> & (readonly unknown[] | Set<unknown>),
    at: readonly PathNode[],
  ) {
    const size = Array.isArray(items) ? items.length : (items as Set<unknown>).size
    let count = 0
    this.text += '['
    for (const item of items) {
      if (this.#isFull(count, size)) break
      if (count > 0) this.text += ','
      const inside = step(at, String(count++))
      const rule = ruleAt(inside)
      if (rule === undefined) this.write(item, inside)
      else this.text += this.#redaction.apply(rule, item)
    }
    this.text += ']'
  }

  #writeEntries(entries: Iterable<readonly [string, unknown]>, at: readonly PathNode[]): void {
    let count = 0
    this.text += '{'
    for (const [key, item] of entries) {
      if (item === undefined) continue
      if (this.#isFull(count, Number.POSITIVE_INFINITY)) break
      if (count++ > 0) this.text += ','
      this.text += `${quote(cut(key, this.#limits.stringChars))}:`
      const inside = step(at, key)
      const rule = this.#redaction.ofName(key) ?? ruleAt(inside)
      if (rule === undefined) this.write(item, inside)
      else this.text += this.#redaction.apply(rule, item)
    }
    this.text += '}'
  }

  /** Whether the container ends here; what is left out is said in its place. */
  #isFull(count: number, size: number): boolean {
    const { entries, valueChars } = this.#limits
    if (count < entries && this.text.length < valueChars) return false
    const said = Number.isFinite(size) ? `"[${size - count} more]"` : '"…":"[more]"'
    this.text += count > 0 ? `,${said}` : said
    return true
  }
}

function* entriesOf(value: object): Generator<readonly [string, unknown]> {
  for (const key of Object.keys(value)) {
    let item: unknown
    try {
      item = (value as Readonly<Record<string, unknown>>)[key]
    } catch (error) {
      item = `[throws: ${cut(messageOf(error), 200)}]`
    }
    yield [key, item]
  }
}

function* entriesOfMap(map: ReadonlyMap<unknown, unknown>): Generator<readonly [string, unknown]> {
  for (const [key, item] of map) {
    yield [typeof key === 'object' && key !== null ? '[object]' : String(key), item]
  }
}

/** What an unknown error says, whatever it does when asked. */
export function messageOf(error: unknown): string {
  try {
    if (typeof error !== 'object' || error === null) return String(error)
    const { message } = error as { readonly message?: unknown }
    return typeof message === 'string' ? message : JSON.stringify(message ?? error)
  } catch {
    return 'an error that cannot be read'
  }
}
