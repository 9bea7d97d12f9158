import type { LineField } from './line-fields.ts'

/** Longer lines are read as text. */
const LENGTH_MAX = 20_000

const PAIR = /([a-zA-Z_@][\w.@/-]*)=(?:"((?:[^"\\]|\\.)*)"|([^\s"=]*))(?:\s+|$)/y

/**
 * What a line that is logfmt throughout says, and nothing of any other: two pairs and more, and not a word
 * beside them, so that a sentence with an `=` in it stays a sentence.
 */
export function logfmtIn(line: string): LineField[] {
  if (line.length > LENGTH_MAX) return []
  const fields = new Map<string, LineField>()
  const text = line.trim()
  PAIR.lastIndex = 0
  while (PAIR.lastIndex < text.length) {
    const found = PAIR.exec(text)
    if (found === null) return []
    const [, key = '', quoted, bare = ''] = found
    const name = key.replaceAll(/[^a-zA-Z0-9_]/g, '_')
    const value = quoted === undefined ? bare : unquoted(quoted)
    if (!fields.has(name)) fields.set(name, { name, path: [key], value })
  }
  return fields.size < 2 ? [] : [...fields.values()]
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
])

function unquoted(text: string): string {
  return text.replaceAll(/\\(.)/gs, (_, escaped: string) => ESCAPES.get(escaped) ?? escaped)
}
