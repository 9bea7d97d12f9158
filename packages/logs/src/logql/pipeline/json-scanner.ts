/**
 * Reads a line of JSON member by member, without making objects of it: numbers stay as they were written
 * (`1.0`, and whole numbers of any length), who has seen enough stops, and a line that breaks off gives what
 * it said until there. As forgiving as the library that Loki reads JSON with: what follows the closing brace is
 * not looked at, and so on; faults are told in its words, since they are shown in `__error_details__`.
 */

export type JsonKind = 'string' | 'number' | 'boolean' | 'null' | 'object' | 'array'

const FAULTS = {
  json: 'Malformed JSON error',
  string: "Value is string, but can't find closing '\"' symbol",
  array: "Value is array, but can't find closing ']' symbol",
  object: "Value looks like object, but can't find closing '}' symbol",
  value: "Value looks like Number/Boolean/None, but can't find its end: ',' or '}' symbol",
  unknown: 'Unknown value type',
} as const

const QUOTE = 0x22
const BACKSLASH = 0x5c
const MINUS = 0x2d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d
const COMMA = 0x2c
const BLANK = 0x20
/** The object's end is found when its members are visited. */
const NOT_KNOWN = -2

export class JsonScanner {
  #text = ''
  // The value read last: fields and not an object, which would be made anew for each of them.
  #kind: JsonKind = 'null'
  #start = 0
  #end = 0
  #isEscaped = false
  #after = 0
  /** The index behind the object whose members were visited last. */
  #closed = 0
  #trusts = false

  /**
   * Begins with a text of which members within members will be visited. One that ends in a brace is trusted to
   * close what it opens, so that objects within are read once and not twice; where it does not, the end says so.
   */
  begin(text: string): void {
    this.#trusts = text.charCodeAt(text.length - 1) === CLOSE_OBJECT
  }

  get kind(): JsonKind {
    return this.#kind
  }

  /** Where the value read last begins, and the index behind it; strings without their quotes. */
  get start(): number {
    return this.#start
  }

  get end(): number {
    return this.#end
  }

  /** What the value read last says: strings unescaped, all else as it was written. */
  value(): string {
    const text = this.#text.slice(this.#start, this.#end)
    return this.#kind === 'string' && this.#isEscaped ? unescaped(text) : text
  }

  /**
   * Visits the members of the object at `at`; the visitor asks the scanner for the value, and answers 'on' to go
   * on, 'enough', or what is wrong.
   *
   * @returns what is wrong, 'enough' when the visitor had, '' at the object's end
   */
  members(text: string, at: number, visit: (key: string) => string): string {
    this.#text = text
    let i = blank(text, at)
    if (text.charCodeAt(i) !== 0x7b) return FAULTS.object
    i = blank(text, i + 1)
    if (i >= text.length) return FAULTS.json
    if (text[i] === '}') return this.#close(i)
    while (i < text.length) {
      if (text[i] === '}') return this.#close(i)
      if (text.charCodeAt(i) !== QUOTE) return FAULTS.object
      const keyEnd = this.#stringEnd(i + 1)
      if (keyEnd < 0) return FAULTS.json
      const raw = text.slice(i + 1, keyEnd)
      const key = this.#isEscaped ? unescaped(raw) : raw
      i = blank(text, keyEnd + 1)
      if (text[i] !== ':') return FAULTS.json
      const fault = this.read(text, i + 1)
      if (fault !== '') return fault
      const { kind, start, after } = this
      const flow = visit(key)
      if (flow !== 'on') return flow
      // Members of an object that was trusted to close have been visited, or nobody cared for them.
      const isOpen = kind === 'object' && after === NOT_KNOWN
      const wasVisited = this.#closed !== NOT_KNOWN
      const behind = !isOpen ? after : wasVisited ? this.#closed : this.#blockEnd(start)
      if (behind < 0) return FAULTS.object
      i = blank(text, behind)
      if (i >= text.length) return FAULTS.array
      if (text[i] === '}') return this.#close(i)
      if (text[i] !== ',') return FAULTS.object
      i = blank(text, i + 1)
      if (i >= text.length) return FAULTS.array
    }
    return FAULTS.object
  }

  /** Reads the value at `at`; says what is wrong, '' when nothing is. */
  read(text: string, at: number): string {
    this.#text = text
    const i = blank(text, at)
    const char = text.charCodeAt(i)
    this.#isEscaped = false
    if (char === QUOTE) {
      const end = this.#stringEnd(i + 1)
      return end < 0 ? FAULTS.string : this.#found('string', i + 1, end, end + 1)
    }
    if (char === OPEN_OBJECT && this.#trusts) {
      this.#closed = NOT_KNOWN
      return this.#found('object', i, i, NOT_KNOWN)
    }
    if (char === OPEN_OBJECT || char === OPEN_ARRAY) {
      const end = this.#blockEnd(i)
      const isObject = char === OPEN_OBJECT
      if (end < 0) return isObject ? FAULTS.object : FAULTS.array
      return this.#found(isObject ? 'object' : 'array', i, end, end)
    }
    if (i >= text.length) return FAULTS.json
    const end = wordEnd(text, i)
    if ((char >= 0x30 && char <= 0x39) || char === MINUS) return this.#found('number', i, end, end)
    const word = text.slice(i, end)
    if (word === 'true' || word === 'false') return this.#found('boolean', i, end, end)
    return word === 'null' ? this.#found('null', i, end, end) : FAULTS.unknown
  }

  /** The index behind the value read last. */
  get after(): number {
    return this.#after
  }

  #close(at: number): '' {
    this.#closed = at + 1
    return ''
  }

  #found(kind: JsonKind, start: number, end: number, after: number): '' {
    this.#kind = kind
    this.#start = start
    this.#end = end
    this.#after = after
    return ''
  }

  /** The closing quote of a string whose text begins at `from`, or -1. Says whether it holds escapes. */
  #stringEnd(from: number): number {
    const text = this.#text
    this.#isEscaped = false
    for (let at = text.indexOf('"', from); at >= 0; at = text.indexOf('"', at + 1)) {
      let slashes = 0
      while (text.charCodeAt(at - 1 - slashes) === BACKSLASH && at - slashes > from) slashes++
      if (slashes % 2 === 1) continue
      const slash = text.indexOf('\\', from)
      this.#isEscaped = slash >= 0 && slash < at
      return at
    }
    return -1
  }

  /** The index behind the object or array that begins at `from`, or -1. */
  #blockEnd(from: number): number {
    const text = this.#text
    const open = text.charCodeAt(from)
    const close = open + 2 // `{` `}` and `[` `]` are two apart
    let depth = 0
    for (let i = from; i < text.length; i++) {
      const char = text.charCodeAt(i)
      if (char === QUOTE) {
        const end = this.#stringEnd(i + 1)
        if (end < 0) return -1
        i = end
      } else if (char === open) {
        depth++
      } else if (char === close && --depth === 0) {
        this.#isEscaped = false
        return i + 1
      }
    }
    return -1
  }
}

/** Where a number or a word ends. */
function wordEnd(text: string, from: number): number {
  let at = from
  for (; at < text.length; at++) {
    const char = text.charCodeAt(at)
    if (char <= BLANK && (char === BLANK || char === 0x0a || char === 0x0d || char === 0x09)) break
    if (char === COMMA || char === CLOSE_OBJECT || char === CLOSE_ARRAY) break
  }
  return at
}

function blank(text: string, from: number): number {
  let at = from
  for (;;) {
    const char = text.charCodeAt(at)
    if (char !== 0x20 && char !== 0x0a && char !== 0x0d && char !== 0x09) return at
    at++
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  '"': '"',
  '/': '/',
  '\\': '\\',
}

/** A string's text without its escapes; '' when one of them is none, as Loki has it. */
export function unescaped(text: string): string {
  let isBroken = false
  const plain = text.replaceAll(
    /\\(?:u([\da-fA-F]{4})|([^]?))/g,
    (_, code?: string, char?: string) => {
      if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16))
      const known = ESCAPES[char ?? '']
      if (known === undefined) isBroken = true
      return known ?? ''
    },
  )
  return isBroken || /\p{Cs}/u.test(plain) ? '' : plain
}
