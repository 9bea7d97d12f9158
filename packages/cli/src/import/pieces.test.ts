import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { formatOf, piecesOf } from './pieces.ts'

const folder = mkdtempSync(join(tmpdir(), 'weir-pieces-'))
afterAll(() => rmSync(folder, { recursive: true }))

let count = 0
function fileWith(text: string): string {
  const file = join(folder, `${++count}.om`)
  writeFileSync(file, text)
  return file
}

const LINES = [
  '# HELP orders Orders “taken”.',
  '# TYPE orders counter',
  ...Array.from({ length: 40 }, (_, i) => `orders_total{shop="a"} ${i} ${i}`),
  '# TYPE lat histogram',
  '# UNIT lat seconds',
  ...Array.from({ length: 40 }, (_, i) => `lat_bucket{le="1"} ${i} ${i}`),
  '# EOF',
]
const TEXT = `${LINES.join('\n')}\n`

test.each([64, 100, 333, 1000, 1e6])(
  'pieces of %d bytes hold each line once, in its family',
  async (pieceBytes) => {
    const seen: string[] = []
    for await (const piece of piecesOf(fileWith(TEXT), 'openmetrics', { pieceBytes })) {
      const page = Buffer.from(piece.page).toString()
      expect(page.endsWith('# EOF\n')).toBe(true)
      const lines = page.trimEnd().split('\n')
      const isLast = piece.endLine === LINES.length
      const body = lines.slice(piece.headLines, isLast ? undefined : -1)
      expect(body[0]).toBe(LINES[piece.firstLine - 1])
      // Whatever family the first sample is of, its type stands before it.
      const first = lines.findIndex((line) => !line.startsWith('#'))
      const family = lines[first]?.split('_')[0]
      if (family !== undefined) {
        expect(lines.slice(0, first)).toContain(
          LINES.find((line) => line.startsWith(`# TYPE ${family}`)),
        )
      }
      seen.push(...body)
    }
    expect(seen).toEqual(LINES)
  },
)

test('lines before --from-line are left out, and still tell the family', async () => {
  const options = { pieceBytes: 100, fromLine: 60 }
  const pages: string[] = []
  for await (const { page, firstLine } of piecesOf(fileWith(TEXT), 'openmetrics', options)) {
    if (pages.length === 0) expect(firstLine).toBe(60)
    pages.push(Buffer.from(page).toString())
  }
  expect(pages[0]).toContain('# TYPE lat histogram')
  expect(pages[0]).toContain(LINES[59])
  expect(pages.join('')).not.toContain(`${LINES[58]}\n`)
})

test.each([
  ['', 'text'],
  ['a 1 1000\n', 'text'],
  ['a 1 1\n# EOF', 'openmetrics'],
  ['a 1 1\n# EOF\n', 'openmetrics'],
  ['# EOF\n', 'openmetrics'],
] as const)('%j is %s', async (text, format) => {
  expect(await formatOf(fileWith(text))).toBe(format)
})

test('a line longer than a piece is refused by its number', async () => {
  const file = fileWith(`a 1 1\nb{c="${'x'.repeat(500)}"} 1 1\n`)
  const all = async (): Promise<void> => {
    for await (const piece of piecesOf(file, 'text', { pieceBytes: 100 })) void piece
  }
  await expect(all()).rejects.toThrow('Cannot import line 2: it is longer than 100 bytes')
})
