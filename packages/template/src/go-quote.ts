const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\n': '\\n',
  '\t': '\\t',
  '\r': '\\r',
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\v': '\\v',
}

const hex = (code: number, digits: number): string => code.toString(16).padStart(digits, '0')

function escaped(c: string, mark: string, isAscii: boolean): string {
  if (c === mark) return `\\${c}`
  const known = ESCAPES[c]
  if (known !== undefined) return known
  const code = c.codePointAt(0)!
  const isPrintable =
    code < 0x80 ? code >= 0x20 && code < 0x7f : !isAscii && !/[\p{C}\p{Z}]/u.test(c)
  if (isPrintable) return c
  if (code < 0x80) return `\\x${hex(code, 2)}`
  return code > 0xffff ? `\\U${hex(code, 8)}` : `\\u${hex(code, 4)}`
}

/** A string in double quotes, as Go's `%q` and strconv.Quote write it. */
export function quote(text: string, isAscii = false): string {
  return `"${text.replace(/[\s\S]/gu, (c) => escaped(c, '"', isAscii))}"`
}

/** A character in single quotes. */
export function quoteRune(code: number, isAscii = false): string {
  const isReal = code >= 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff)
  return `'${escaped(isReal ? String.fromCodePoint(code) : '\uFFFD', "'", isAscii)}'`
}

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
}

/** The inside of a Go string literal; undefined where Go finds an escape it does not know. */
export function unescape(text: string): string | undefined {
  let isGood = true
  const value = text.replace(
    /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-7]{3})|([\s\S]?))/g,
    (_, x: string, u: string, big: string, octal: string, simple: string) => {
      const hex = x ?? u ?? big
      const code =
        hex === undefined ? (octal === undefined ? -1 : parseInt(octal, 8)) : parseInt(hex, 16)
      if (code >= 0 && code <= 0x10ffff) return String.fromCodePoint(code)
      const known = SIMPLE_ESCAPES[simple ?? '']
      if (known === undefined) isGood = false
      return known ?? ''
    },
  )
  return isGood ? value : undefined
}
