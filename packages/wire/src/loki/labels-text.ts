/** Labels as Prometheus and Loki write them: `{app="shop", env="prod"}`, with Go's escapes in values. */
const LABEL = /\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*("(?:[^"\\\n]|\\.)*"|`[^`]*`)\s*/y

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}

/** `name, value, …`; undefined when this is not how labels are written. */
export function labelsOfText(text: string): readonly string[] | undefined {
  const inside = text.trim()
  if (!inside.startsWith('{') || !inside.endsWith('}')) return undefined
  const pairs: string[] = []
  const end = inside.length - 1
  let at = 1
  while (at < end) {
    LABEL.lastIndex = at
    const found = LABEL.exec(inside)
    if (found === null) return inside.slice(at, end).trim() === '' ? pairs : undefined
    const value = unquoted(found[2]!)
    if (value === undefined) return undefined
    pairs.push(found[1]!, value)
    at = LABEL.lastIndex
    if (at < end && inside[at++] !== ',') return undefined
  }
  return pairs
}

/** What a Go string stands for; undefined for escapes that Go does not know. */
function unquoted(text: string): string | undefined {
  const inside = text.slice(1, -1)
  if (text.startsWith('`') || !inside.includes('\\')) return inside
  let isBad = false
  const value = inside.replaceAll(
    /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.))/g,
    (_all, byte?: string, short?: string, long?: string, octal?: string, letter = '') => {
      const code = Number.parseInt(byte ?? short ?? long ?? '', 16)
      if (code <= 0x10ffff) return String.fromCodePoint(code)
      if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8))
      const known = ESCAPES[letter]
      if (known === undefined && !'\\"\''.includes(letter)) isBad = true
      return known ?? letter
    },
  )
  return isBad ? undefined : value
}
