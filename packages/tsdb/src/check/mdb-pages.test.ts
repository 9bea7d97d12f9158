import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import * as fc from 'fast-check'
import { open } from 'lmdb'
import { describe, expect, test } from 'vitest'

import { MdbPages } from './mdb-pages.ts'

const change = fc.record({
  table: fc.constantFrom('numbers', 'texts'),
  key: fc.integer({ min: 0, max: 400 }),
  /** 0 removes; above 2,000 a value has pages of its own. */
  bytes: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 90 }), fc.integer({ max: 20_000 })),
})

/** Table → key → length of the value. */
type Expected = Map<string, number>

async function build(
  file: string,
  transactions: readonly (readonly Change[])[],
): Promise<Expected> {
  const want: Expected = new Map()
  const root = open({ path: file, noSubdir: true, overlappingSync: false, maxDbs: 4 })
  const tables = {
    numbers: root.openDB<Uint8Array, number>('numbers', {
      keyEncoding: 'uint32',
      encoding: 'binary',
    }),
    texts: root.openDB<Uint8Array, string>('texts', { encoding: 'binary' }),
  }
  for (const transaction of transactions) {
    root.transactionSync(() => {
      for (const { table, key, bytes } of transaction) {
        const text = `key ${key} ${'x'.repeat(key % 300)}`
        const shown = table === 'numbers' ? `numbers ${key}` : `texts ${text}`
        const value = new Uint8Array(Math.max(0, bytes)).fill(key)
        if (bytes > 0) want.set(shown, bytes)
        else want.delete(shown)
        if (table === 'numbers') {
          if (bytes > 0) tables.numbers.putSync(key, value)
          else tables.numbers.removeSync(key)
        } else if (bytes > 0) tables.texts.putSync(text, value)
        else tables.texts.removeSync(text)
      }
    })
  }
  await root.close()
  return want
}

interface Change {
  readonly table: 'numbers' | 'texts'
  readonly key: number
  readonly bytes: number
}

function read(file: string): { found: Expected; damages: readonly unknown[] } {
  using pages = new MdbPages(file)
  const found: Expected = new Map()
  pages.walk(({ table, key, value }) => {
    const shown = table === 'numbers' ? key.readUInt32LE(0) : key.toString()
    found.set(`${table} ${shown}`, value().length)
  })
  return { found, damages: pages.damages }
}

describe('files that LMDB wrote', () => {
  test('are read as LMDB reads them, whatever was put and removed, and are whole', async () => {
    const transactions = fc.array(fc.array(change, { maxLength: 120 }), { maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(transactions, async (changes) => {
        const folder = mkdtempSync(join(tmpdir(), 'weir-pages-'))
        try {
          const want = await build(join(folder, 'a.mdb'), changes)
          const { found, damages } = read(join(folder, 'a.mdb'))
          expect(damages).toEqual([])
          expect(found).toEqual(want)
        } finally {
          rmSync(folder, { recursive: true, force: true })
        }
      }),
      { numRuns: 15 },
    )
  }, 60_000)

  test.each([4072, 4073, 8168, 20_000])(
    'a value of %i bytes that a shorter one replaces in one transaction leaves its pages to it',
    async (bytes) => {
      const folder = mkdtempSync(join(tmpdir(), 'weir-pages-'))
      try {
        const file = join(folder, 'a.mdb')
        for (const then of [1, 3000, 4072, bytes]) {
          const both = [bytes, then].map((each) => ({
            table: 'texts' as const,
            key: 1,
            bytes: each,
          }))
          const want = await build(file, [both])
          const { found, damages } = read(file)
          expect(damages).toEqual([])
          expect(found).toEqual(want)
        }
      } finally {
        rmSync(folder, { recursive: true, force: true })
      }
    },
  )

  test.each<[string, (bytes: Buffer) => Buffer, string]>([
    ['nothing of LMDB', () => Buffer.alloc(20_000, 'x'), 'it is not an LMDB file'],
    ['half a header', (bytes) => bytes.subarray(0, 100), 'it is not an LMDB file'],
    ['one page', (bytes) => bytes.subarray(0, 4096), 'its header is damaged'],
    ['a header of nothing', (bytes) => bytes.fill(0, 4096, 8192), 'a header is damaged'],
    [
      'an older transaction in one header',
      (bytes) => (bytes.writeUInt8(bytes[152]! - 4, 152), bytes),
      'transaction numbers',
    ],
  ])('with %s are refused: %s', async (_, damage, why) => {
    const folder = mkdtempSync(join(tmpdir(), 'weir-pages-'))
    try {
      const file = join(folder, 'a.mdb')
      const changes = Array.from({ length: 9 }, (_, key) => ({
        table: 'texts' as const,
        key,
        bytes: 9,
      }))
      await build(
        file,
        changes.map((each) => [each]),
      )
      writeFileSync(file, damage(readFileSync(file)))
      expect(() => read(file)).toThrow(why)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
