/**
 * Text as a JSON string that is inert on a terminal too: besides what JSON must escape, DEL and the C1
 * controls (0x7f–0x9f, where some terminals find escape sequences) are written as `\u009b`.
 *
 * Short plain text, which most of it is, is looked at and put between quotes; a call of
 * JSON.stringify costs more than that below about forty characters (logging/logger.bench.ts).
 */
export function quote(text: string): string {
  const { length } = text
  if (length > SHORT) return quoteAny(text)
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i)
    if (code < 0x20 || code > 0x7e || code === QUOTE || code === BACKSLASH) return quoteAny(text)
  }
  return `"${text}"`
}

const SHORT = 40
const QUOTE = 0x22
const BACKSLASH = 0x5c
const C1 = /[\u007f-\u009f]/
const ALL_C1 = /[\u007f-\u009f]/g

function quoteAny(text: string): string {
  const json = JSON.stringify(text)
  return C1.test(json) ? json.replace(ALL_C1, escapeUnit) : json
}

const ALL_CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g

/** Text for a terminal: controls, line breaks and marks that turn the writing direction are spelled out. */
export function inert(text: string): string {
  return text.replace(ALL_CONTROLS, (unit) => SHORT_ESCAPES[unit] ?? escapeUnit(unit))
}

const SHORT_ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}
