import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import * as zlib from 'node:zlib'
import { packSnappy } from '@weir/wire'
import { expect, test } from 'vitest'
import { unpackBody } from './unpack.ts'

const LIMIT = { bytesMax: 100_000, key: 'some.max_unpacked_bytes' }
const TEXT = Buffer.from('cpu,host=a usage=1 1700000000000000000\n'.repeat(500))

const PACKED: readonly [encoding: string, pack: (text: Uint8Array) => Uint8Array][] = [
  ['', (text) => text],
  ['identity', (text) => text],
  ['gzip', gzipSync],
  ['GZIP', gzipSync],
  ['x-gzip', gzipSync],
  ['deflate', deflateSync],
  ['deflate', deflateRawSync],
  ['snappy', packSnappy],
]

test.each(PACKED)(
  '%j: what was packed comes out, with bytes to read behind it',
  (encoding, pack) => {
    for (const text of [TEXT, Buffer.from('a'), Buffer.alloc(LIMIT.bytesMax, 7), Buffer.alloc(0)]) {
      const { bytes, length } = unpackBody(pack(text), encoding, LIMIT, 8)
      expect(Buffer.from(bytes.subarray(0, length)).equals(text)).toBe(true)
      expect(bytes.length).toBeGreaterThanOrEqual(length + 8)
    }
  },
)

test.each(PACKED)(
  '%j: a text beyond the limit is refused while it is unpacked',
  (encoding, pack) => {
    for (const over of [1, 50_000_000]) {
      const bomb = pack(Buffer.alloc(LIMIT.bytesMax + over))
      expect(() => unpackBody(bomb, encoding, LIMIT)).toThrow(
        /100000 bytes \(some.max_unpacked_bytes\)/,
      )
    }
  },
)

test.each([
  ['gzip', gzipSync(TEXT).subarray(0, 50)],
  ['gzip', TEXT],
  ['gzip', Buffer.alloc(0)],
  ['deflate', Buffer.from([0x78, 0x9c, 0xff, 0xff])],
  ['snappy', Buffer.from([5, 0xff])],
])('%s: what is not packed so is refused', (encoding, body) => {
  expect(() => unpackBody(body, encoding, LIMIT)).toThrow(
    expect.objectContaining({ code: 'HTTP_BODY_BROKEN' }),
  )
})

test('a gzip body that lies about its length is unpacked all the same', () => {
  const body = gzipSync(TEXT)
  for (const lie of [0, 1, 99_999, 0xffffffff]) {
    body.writeUInt32LE(lie, body.length - 4)
    expect(() => unpackBody(body, 'gzip', LIMIT)).toThrow(/incorrect length check/)
  }
  const two = Buffer.concat([gzipSync(TEXT), gzipSync('more')]) // members behind each other are one text
  expect(unpackBody(two, 'gzip', LIMIT).length).toBe(TEXT.length + 4)
})

test('other encodings are refused by name; zstd depends on the Node at hand', () => {
  expect(() => unpackBody(TEXT, 'br', LIMIT)).toThrow(/encoding "br": want identity, gzip/)
  const zstd = (): unknown => unpackBody(Buffer.from('no'), 'zstd', LIMIT)
  const code = 'zstdDecompressSync' in zlib ? 'HTTP_BODY_BROKEN' : 'HTTP_BODY_TYPE'
  expect(zstd).toThrow(expect.objectContaining({ code }))
})
