import { ParseError } from '../parse/parse-error.ts'
import type { StageRun } from './stage-run.ts'
import type { Wanted } from './wanted.ts'

/** A pattern's pieces: text that must be there, and captures between; `_` is a capture without a name. */
type Piece = { readonly kind: 'text' | 'capture'; readonly text: string }

const CAPTURE = /<([a-zA-Z_][a-zA-Z0-9_]*)>/g

export function piecesOf(pattern: string, start: number): readonly Piece[] {
  const pieces: Piece[] = []
  let end = 0
  for (const found of pattern.matchAll(CAPTURE)) {
    if (found.index > end) pieces.push({ kind: 'text', text: pattern.slice(end, found.index) })
    else if (pieces.at(-1)?.kind === 'capture') {
      throw new ParseError(
        `want some text between <${pieces.at(-1)!.text}> and ${found[0]} in the pattern`,
        start,
      )
    }
    pieces.push({ kind: 'capture', text: found[1]! })
    end = found.index + found[0].length
  }
  if (end < pattern.length) pieces.push({ kind: 'text', text: pattern.slice(end) })
  return pieces
}

/** `pattern "<ip> - <_> took <ms>"`: each capture up to the text behind it, the last one to the end. */
export function compilePattern(pattern: string, start: number, wanted: Wanted): StageRun {
  const pieces = piecesOf(pattern, start)
  const names = pieces
    .filter(({ kind, text }) => kind === 'capture' && text !== '_')
    .map(({ text }) => text)
  if (names.length === 0) {
    throw new ParseError('want at least one named capture such as <status> in the pattern', start)
  }
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) throw new ParseError(`want <${twice}> once in the pattern`, start)
  const front = pieces[0]!.kind === 'text' ? pieces[0]!.text : ''
  const rest = front === '' ? pieces : pieces.slice(1)
  return (state) => {
    if (wanted.isNothing) return true
    const { line } = state
    if (line === '' || !line.startsWith(front)) return true
    let at = front.length
    for (let i = 0; i < rest.length; i += 2) {
      const name = rest[i]!.text
      const behind = rest[i + 1]
      const end = behind === undefined ? -1 : line.indexOf(behind.text, at)
      if (name !== '_') {
        const key = state.extractedName(name)
        if (!state.isParsed(key))
          state.set('parsed', key, end < 0 ? line.slice(at) : line.slice(at, end))
      }
      if (end < 0) return true
      at = end + behind!.text.length
    }
    return true
  }
}

/** `|> "<_> took <_>"`: the pieces one behind the other, something for each capture, nothing left over. */
export function compileLinePattern(pattern: string, start: number): (line: string) => boolean {
  const pieces = piecesOf(pattern, start)
  const named = pieces.find(({ kind, text }) => kind === 'capture' && text !== '_')
  if (named !== undefined) {
    throw new ParseError(
      `want captures without names, <_>, in a pattern filter, got <${named.text}>`,
      start,
    )
  }
  if (pieces.length === 0) return (line) => line === ''
  const endsOpen = pieces.at(-1)!.kind === 'capture'
  return (line) => {
    if (line === '') return false
    let at = 0
    for (let i = 0; i < pieces.length; i++) {
      const piece = pieces[i]!
      if (piece.kind === 'capture') continue
      const found = line.indexOf(piece.text, at)
      if (found < 0 || (i > 0 && found === at)) return false
      at = found + piece.text.length
    }
    return endsOpen === (at !== line.length)
  }
}
