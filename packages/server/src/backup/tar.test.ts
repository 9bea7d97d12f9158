import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { array, assert as check, integer, nat, oneof, property, stringMatching } from 'fast-check'
import { expect, test } from 'vitest'
import { BLOCK_BYTES, TAR_END, padding, paxPath, readTarHeader, tarHeader } from './tar.ts'

const name = stringMatching(/^[a-z0-9ä._-]{1,40}$/).filter((part) => !/^\.+$/.test(part))
const path = array(name, { minLength: 1, maxLength: 12 }).map((parts) => parts.join('/'))

test('what a header says is read back, however long the path and the file', () => {
  const size = oneof(nat(), integer({ min: 0, max: Number.MAX_SAFE_INTEGER }))
  check(
    property(path, size, nat(), (wanted, bytes, seconds) => {
      const blocks = Buffer.from(tarHeader(wanted, bytes, seconds * 1000))
      const last = readTarHeader(blocks.subarray(-BLOCK_BYTES))
      const first = readTarHeader(blocks.subarray(0, BLOCK_BYTES))
      expect(last).toMatchObject({ bytes, mtimeMs: seconds * 1000, type: '0' })
      const isLong = Buffer.byteLength(wanted) > 100
      const content = blocks.subarray(BLOCK_BYTES, -BLOCK_BYTES)
      const read = isLong ? paxPath(content) : (last as { readonly path: string }).path
      expect(read).toBe(wanted)
      if (isLong) expect(first).toMatchObject({ type: 'x' })
    }),
  )
})

test('a header with any byte changed is no header', () => {
  const block = Buffer.from(tarHeader('windows/12', 1234, 1e12))
  check(
    property(nat({ max: BLOCK_BYTES - 1 }), integer({ min: 1, max: 255 }), (at, by) => {
      const changed = Buffer.from(block)
      changed[at] = (changed[at]! + by) % 256
      const read = readTarHeader(changed)
      // Behind the digits of the checksum stand a zero and a space, which say nothing.
      if (at >= 154 && at < 156) return
      expect(read).toBe('damaged')
    }),
  )
})

test.each([
  ['weir.mdb', 10],
  [`logs/${'long-'.repeat(40)}`, 700],
])('tar reads %s', (wanted, bytes) => {
  const folder = mkdtempSync(join(tmpdir(), 'weir-tar-'))
  try {
    const file = join(folder, 'a.tar')
    const content = Buffer.alloc(bytes, 'x')
    const pieces = [tarHeader(wanted, bytes, 1e12), content, padding(bytes), TAR_END]
    writeFileSync(file, Buffer.concat(pieces))
    expect(execFileSync('tar', ['tf', file], { encoding: 'utf8' })).toBe(`${wanted}\n`)
    expect(execFileSync('tar', ['xOf', file])).toEqual(content)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
