import { expect, test } from 'vitest'
import { xxHash64 } from './label-hash.ts'

// From the reference implementation's own vectors and the Python package's documentation.
test.each([
  ['', 0xef46db3751d8e999n],
  ['a', 0xd24ec4f1a98c6e5bn],
  ['abc', 0x44bc2cf5ad770999n],
  ['Nobody inspects the spammish repetition', 0xfbcea83c8a378bf1n],
])('xxHash64(%j)', (text, hash) => expect(xxHash64(Buffer.from(text))).toBe(hash))
