import { expect, test } from 'vitest'
import { BodyRooms } from './body-rooms.ts'

const MiB = 2 ** 20

test('the memory of a long body is used again, also for one that is a little longer', () => {
  const rooms = new BodyRooms()
  const { buffer } = rooms.take(MiB)
  expect(rooms.take(MiB).buffer).not.toBe(buffer)
  rooms.give(buffer)
  expect(rooms.take(1.2 * MiB).buffer).toBe(buffer)
  expect(rooms.take(MiB).buffer).not.toBe(buffer)
})

test('there is room behind a body for who reads words', () => {
  const rooms = new BodyRooms()
  for (const bytes of [0, 1, 1000, 64 * 1024, MiB]) {
    expect(rooms.take(bytes).length).toBeGreaterThanOrEqual(bytes + 4)
  }
})

test('the smallest room that is large enough is taken', () => {
  const rooms = new BodyRooms()
  const given = [3, 1, 2].map((size) => rooms.take(size * MiB).buffer)
  for (const room of given) rooms.give(room)
  expect(rooms.take(1.5 * MiB).buffer).toBe(given[2])
})

test('what is kept is bounded in number and in bytes; the newest stays', () => {
  const rooms = new BodyRooms()
  const taken = (bytes: number): ReadonlySet<ArrayBuffer> =>
    new Set(Array.from({ length: 10 }, () => rooms.take(bytes).buffer))
  const small = Array.from({ length: 6 }, () => rooms.take(100_000).buffer)
  for (const room of small) rooms.give(room)
  const again = taken(100_000)
  expect(small.map((room) => again.has(room))).toEqual([false, false, true, true, true, true])

  const large = Array.from({ length: 3 }, () => new ArrayBuffer(3 * MiB))
  for (const room of large) rooms.give(room)
  const kept = taken(2 * MiB)
  expect(large.map((room) => kept.has(room))).toEqual([false, true, true])

  const huge = new ArrayBuffer(9 * MiB)
  rooms.give(huge)
  expect(rooms.take(MiB).buffer).not.toBe(huge)
})
