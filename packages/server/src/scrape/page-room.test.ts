import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { PageRoom } from './page-room.ts'

/** A page put together in a room for so many bytes. */
function filled(room: PageRoom, page: Uint8Array, pieceBytes: number): PageRoom {
  for (let at = 0; at < page.length; at += pieceBytes) {
    room.put(page.subarray(at, at + pieceBytes))
  }
  return room
}

describe('the room of a page', () => {
  test.each([
    [0, 0, 10],
    [0, 1000, 10],
    [1000, 1000, 300],
    [500, 1_000_000, 65_536],
    [1_000_000, 5_000_000, 65_536],
    [5_000_000, 1000, 100],
  ])('of %i bytes takes a page of %i in pieces of %i', (expected, bytes, pieceBytes) => {
    const page = randomBytes(bytes)
    expect(Buffer.compare(filled(new PageRoom(expected), page, pieceBytes).bytes, page)).toBe(0)
  })

  test('pages under way at the same time have rooms of their own', () => {
    const pages = Array.from({ length: 6 }, () => randomBytes(300_000))
    for (let round = 0; round < 3; round++) {
      const rooms = pages.map((page) => filled(new PageRoom(300_000), page, 50_000))
      expect(rooms.every(({ bytes }, i) => Buffer.compare(bytes, pages[i]!) === 0)).toBe(true)
      for (const room of rooms) room.done()
    }
  })

  test('the memory of a long page is used again, that of a short one is not', () => {
    const buffersOf = (bytes: number): Set<ArrayBufferLike> => {
      const rooms = Array.from({ length: 4 }, () => filled(new PageRoom(bytes), randomBytes(9), 9))
      return new Set(rooms.map((room) => room.bytes.buffer))
    }
    buffersOf(300_000) // takes what others have left behind
    const long = filled(new PageRoom(0), randomBytes(400_000), 50_000)
    const { buffer } = long.bytes
    long.done()
    expect(buffersOf(300_000).has(buffer)).toBe(true)
    const short = filled(new PageRoom(100), randomBytes(100), 10)
    const shortBuffer = short.bytes.buffer
    short.done()
    expect(buffersOf(100).has(shortBuffer)).toBe(false)
  })
})
