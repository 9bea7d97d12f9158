import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { LineFrames } from './line-frames.ts'

/** The lines that come out, and the beginnings of those too long. */
function cut(chunks: readonly string[], maxLineBytes = 1000): { lines: string[]; tooLong: number } {
  const lines: string[] = []
  let tooLong = 0
  const decoder = new TextDecoder()
  const frames = new LineFrames(maxLineBytes, {
    take: (bytes) => lines.push(...decoder.decode(bytes).split('\n').filter(Boolean)),
    refuse: () => tooLong++,
  })
  for (const chunk of chunks) frames.push(new TextEncoder().encode(chunk))
  frames.end()
  return { lines, tooLong }
}

test.each([
  [['a\nb\n'], ['a', 'b']],
  [['a\nb'], ['a', 'b']], // the last line needs no newline
  [
    ['a', 'b\nc', '\n', 'd'],
    ['ab', 'c', 'd'],
  ],
  [['', '\n', 'a'], ['a']],
])('%j', (chunks, want) => expect(cut(chunks)).toEqual({ lines: want, tooLong: 0 }))

test('a line too long is passed over, the stream goes on', () => {
  const chunks = ['ok\n', 'x'.repeat(30), 'x'.repeat(30), 'x\ngood\n', 'y'.repeat(9)]
  expect(cut(chunks, 20)).toEqual({ lines: ['ok', 'good', 'yyyyyyyyy'], tooLong: 1 })
})

test('however a stream is torn, its lines are the same', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '\n'), maxLength: 60 })
  fc.assert(
    fc.property(text, fc.array(fc.nat(60)), (stream, cuts) => {
      const places = [0, ...cuts.toSorted((a, b) => a - b), stream.length]
      const chunks = places.slice(1).map((to, i) => stream.slice(places[i], to))
      expect(cut(chunks).lines).toEqual(stream.split('\n').filter(Boolean))
    }),
  )
})
