import { ParseError } from '../parse/parse-error.ts'

/** Names of members and places in arrays, outermost first. */
export type JsonPath = readonly (string | number)[]

const STEP = /\.?([\p{L}_][\p{L}\p{Nd}_-]*)|\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]/uy

/**
 * Reads `request.headers["User-Agent"][0]`.
 *
 * @throws {ParseError} with the place of the whole expression
 */
export function readJsonPath(text: string, start: number): JsonPath {
  const path: (string | number)[] = []
  STEP.lastIndex = 0
  while (STEP.lastIndex < text.length) {
    const at = STEP.lastIndex
    const found = STEP.exec(text)
    const isDotted = text[at] === '.'
    // Names are told apart by dots; the first one has none.
    if (found === null || (found[1] !== undefined && isDotted !== at > 0)) {
      throw new ParseError(
        `cannot parse expression [${text}]: want a path such as a.b["c d"][0]`,
        start,
      )
    }
    if (found[3] !== undefined) path.push(Number(found[3]))
    else path.push(found[1] ?? found[2]!.replaceAll(/\\(.)/g, '$1'))
  }
  if (path.length === 0) {
    throw new ParseError('want a path such as a.b["c d"][0], got an empty one', start)
  }
  return path
}
