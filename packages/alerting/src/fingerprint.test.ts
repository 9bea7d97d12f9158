import { Labels } from '@weir/model'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { fingerprint } from './fingerprint.ts'

/** The same, slow and obvious. */
function twin(labels: Labels): string {
  let hash = 0xcbf29ce484222325n
  const add = (byte: number): void => {
    hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn
  }
  for (const text of labels.flat) {
    for (const byte of Buffer.from(text)) add(byte)
    add(0xff)
  }
  return hash.toString(16).padStart(16, '0')
}

test.each([
  [{}, 'cbf29ce484222325'],
  [{ alertname: 'A' }, twin(Labels.of({ alertname: 'A' }))],
])('the fingerprint of %j is %s', (labels, want) => {
  expect(fingerprint(Labels.of(labels))).toBe(want)
})

test('fingerprints are FNV-1a of 64 bit, whatever the letters', () => {
  const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }))
  fc.assert(
    fc.property(fc.array(text, { maxLength: 6 }), (texts) => {
      const labels = Labels.fromFlat(texts.length % 2 === 0 ? texts : texts.slice(1))
      expect(fingerprint(labels)).toBe(twin(labels))
    }),
    { numRuns: 300 },
  )
})
