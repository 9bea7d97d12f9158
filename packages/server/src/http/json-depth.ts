/** Lists and objects within each other; dashboards, the deepest of honest bodies, have about 20. */
const DEPTH_MAX = 200

/**
 * Reads JSON that somebody sent. What is nested deeper than {@link DEPTH_MAX} is refused before it is read: code
 * that walks a value goes as deep as the value does, and a few kilobytes of `[` would fill its stack.
 *
 * @throws {SyntaxError}
 */
export function parseSent(text: string): unknown {
  let depth = 0
  let isQuoted = false
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (isQuoted) {
      if (code === BACKSLASH) i++
      else if (code === QUOTE) isQuoted = false
    } else if (code === QUOTE) isQuoted = true
    else if (code === OPEN_LIST || code === OPEN_OBJECT) {
      if (++depth > DEPTH_MAX) throw new SyntaxError(`nested deeper than ${DEPTH_MAX} levels`)
    } else if (code === CLOSE_LIST || code === CLOSE_OBJECT) depth--
  }
  return JSON.parse(text) as unknown
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN_LIST = 0x5b
const CLOSE_LIST = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
