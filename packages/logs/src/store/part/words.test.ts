import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { BUCKET_LENGTH, WordSet, bucketAt, mayHold, neededHash, neededWords } from './words.ts'

function filterOf(...texts: string[]): Uint8Array {
  const words = new WordSet()
  for (const text of texts) {
    const bytes = Buffer.from(`<${text}>`) // as it stands in a longer text
    words.addText(bytes, 1, bytes.length - 1, new Uint8Array(256))
  }
  return words.finish()
}

/** Whether the filter lets a search for a text through. */
function lets(filter: Uint8Array, text: string, isWhole = false): boolean {
  return neededWords(text, isWhole).every((word) => {
    const hash = neededHash(word)
    if (hash === undefined) return true
    const at = bucketAt(hash, filter.length)
    return mayHold(hash, filter.subarray(at, at + BUCKET_LENGTH))
  })
}

test.each<[text: string, isWhole: boolean, words: string[]]>([
  ['batch', false, []],
  ['batch', true, ['batch']],
  ['batch 42', false, ['42…']],
  [' batch 42 ', false, ['batch', '42']],
  ['"level":"err', false, ['level', 'err…']],
  ['größe=5', true, ['größe', '5']],
  ['::', false, []],
])('%j (whole: %j) needs %j', (text, isWhole, words) => {
  expect(neededWords(text, isWhole).map((word) => word.text + (word.isStem ? '…' : ''))).toEqual(
    words,
  )
})

test('a word that goes on is found by its first six characters', () => {
  const filter = filterOf('Failed to write batch 424242001 to table')
  expect(lets(filter, 'batch 424242')).toBe(true)
  expect(lets(filter, 'batch 4242420019')).toBe(true) // same six; the lines decide
  expect(lets(filter, 'batch 424241')).toBe(false)
  expect(lets(filter, 'batch 4')).toBe(true) // too short to tell
})

test('no text that stands in a block is ever left out', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', 'b', '1', '_', ' ', '.', ':', '"', 'ü'),
    maxLength: 30,
  })
  fc.assert(
    fc.property(
      fc.array(text, { minLength: 1 }),
      fc.nat(),
      fc.nat(),
      fc.nat(),
      (texts, n, a, b) => {
        const filter = filterOf(...texts)
        const chosen = texts[n % texts.length]!
        const [from, to] = [a % (chosen.length + 1), b % (chosen.length + 1)].sort((x, y) => x - y)
        expect(lets(filter, chosen.slice(from, to))).toBe(true)
        expect(lets(filter, chosen, true)).toBe(true)
      },
    ),
  )
})

test('one strange word in a hundred gets through, and no more', () => {
  const words = new WordSet()
  for (let i = 0; i < 30_000; i++) {
    const bytes = Buffer.from(`id${i}`)
    words.addText(bytes, 0, bytes.length, new Uint8Array(256))
  }
  const count = words.count
  const filter = words.finish()
  let passed = 0
  for (let i = 0; i < 20_000; i++) if (lets(filter, `no${i}`, true)) passed++
  expect(passed).toBeLessThan(200)
  expect(filter.length).toBeLessThan(count * 1.6)
})
