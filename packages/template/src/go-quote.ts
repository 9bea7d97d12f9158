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
