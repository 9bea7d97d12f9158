import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { WeirError } from '@weir/model'
import type { ImportFormat } from '@weir/server'

/** A piece of a file that is a page by itself. */
export interface Piece {
  readonly page: Uint8Array
  /** The file's line with which it begins, and how many lines of a family's head are repeated before it. */
  readonly firstLine: number
  readonly headLines: number
  /** How far into the file it reaches. */
  readonly endByte: number
  readonly endLine: number
}

/** Large enough to cost little each, small enough that what is measured now gets its turn. */
const PIECE_BYTES = 2 ** 20

const NEWLINE = 0x0a
const END_LINE = Buffer.from('# EOF\n')

/** By its last line: OpenMetrics says `# EOF` there. */
export async function formatOf(file: string): Promise<ImportFormat> {
  const handle = await open(file)
  try {
    const { size } = await handle.stat()
    const tail = Buffer.alloc(Math.min(size, 64))
    await handle.read(tail, 0, tail.length, size - tail.length)
    return /(?:^|\n)# EOF\n?$/.test(tail.toString()) ? 'openmetrics' : 'text'
  } finally {
    await handle.close()
  }
}

/**
 * Cuts a file at line ends into pages, however long it is. A family whose samples go on in the next
 * piece has its `# TYPE`, `# HELP` and `# UNIT` lines there again, because samples are read by them.
 *
 * @param fromLine lines before it are left out
 * @throws {WeirError} `IMPORT_LINE` for a line longer than a piece
 */
export async function* piecesOf(
  file: string,
  format: ImportFormat,
  { fromLine = 1, pieceBytes = PIECE_BYTES } = {},
): AsyncGenerator<Piece> {
  const cutter = new Cutter(format, fromLine)
  let waiting = Buffer.alloc(0)
  for await (const chunk of createReadStream(file, { highWaterMark: pieceBytes })) {
    // One piece is held back: only the last one keeps the end that the file gives it.
    const cut = waiting.lastIndexOf(NEWLINE) + 1
    if (waiting.length >= pieceBytes && cut === 0) {
      const what = `it is longer than ${pieceBytes} bytes`
      throw new WeirError('IMPORT_LINE', `Cannot import line ${cutter.line}: ${what}`)
    }
    if (cut > 0) {
      yield* cutter.piece(waiting.subarray(0, cut), false)
      waiting = waiting.subarray(cut)
    }
    waiting = Buffer.concat([waiting, chunk as Buffer])
  }
  yield* cutter.piece(waiting, true)
}

class Cutter {
  line = 1
  readonly #format: ImportFormat
  readonly #fromLine: number
  readonly #family = new Family()
  #endByte = 0

  constructor(format: ImportFormat, fromLine: number) {
    this.#format = format
    this.#fromLine = fromLine
  }

  *piece(body: Buffer, isLast: boolean): Generator<Piece> {
    const head = this.#family.lines
    const lines = countLines(body)
    let firstLine = this.line
    this.line += lines
    this.#endByte += body.length
    this.#family.follow(body)
    let kept = body
    while (firstLine < this.#fromLine && kept.length > 0) {
      const end = kept.indexOf(NEWLINE)
      kept = end < 0 ? kept.subarray(kept.length) : kept.subarray(end + 1)
      firstLine++
    }
    if (kept.length === 0 && firstLine > 1) return
    const end = this.#format === 'openmetrics' && !isLast ? END_LINE : Buffer.alloc(0)
    yield {
      page: Buffer.concat([...head.map((line) => Buffer.from(`${line}\n`)), kept, end]),
      firstLine,
      headLines: head.length,
      endByte: this.#endByte,
      endLine: this.line - 1,
    }
  }
}

/** The metadata lines of the family whose samples are being read. */
class Family {
  #name = ''
  #byKind = new Map<string, string>()

  get lines(): readonly string[] {
    return [...this.#byKind.values()]
  }

  follow(body: Buffer): void {
    for (let at = 0; at >= 0 && at < body.length;) {
      if (body[at] === 0x23) this.#take(body, at)
      const next = body.indexOf('\n#', at)
      at = next < 0 ? -1 : next + 1
    }
  }

  #take(body: Buffer, at: number): void {
    const end = body.indexOf(NEWLINE, at)
    const line = body.toString('utf8', at, end < 0 ? body.length : end)
    const [, kind, name] = /^# (TYPE|HELP|UNIT) ("(?:[^"\\]|\\.)*"|\S+)/.exec(line) ?? []
    if (kind === undefined || name === undefined) return
    if (name !== this.#name) this.#byKind = new Map()
    this.#name = name
    this.#byKind.set(kind, line)
  }
}

function countLines(bytes: Buffer): number {
  let count = 0
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) count++
  return bytes.length > 0 && bytes.at(-1) !== NEWLINE ? count + 1 : count
}
