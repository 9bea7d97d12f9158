import type { IncomingMessage } from 'node:http'
import { WeirError } from '@weir/model'
import type { BodyRooms } from '../push/body-rooms.ts'
import type { BodyRule } from './route.ts'

/** How much more than its limit of a body is read for nothing, so that its sender comes to the answer. */
const PATIENCE = 8
/** The room that a body begins with which does not say how long it is. */
const UNANNOUNCED_BYTES = 32 * 1024

/**
 * The bytes of a body, in memory of their own. One that is too long is read on and forgotten: a sender that
 * is cut off while it writes sees a broken connection in place of the 413, and tries again for ever.
 *
 * @throws {WeirError} `HTTP_TOO_LARGE`, `HTTP_BROKEN`
 */
export function readBody(
  payload: IncomingMessage,
  { bytesMax, key }: Pick<BodyRule, 'bytesMax' | 'key'>,
  rooms: BodyRooms,
): Promise<Uint8Array<ArrayBuffer>> {
  const announced = Number(payload.headers['content-length'] ?? UNANNOUNCED_BYTES)
  // By events: an iterator over the stream makes promises for each piece.
  return new Promise((resolve, reject) => {
    let room = announced > bytesMax ? new Uint8Array() : rooms.take(announced)
    let length = 0
    const end = (): void => {
      if (length <= bytesMax) {
        resolve(room.subarray(0, length))
        return
      }
      const why = `Cannot read a body of more than ${bytesMax} bytes (${key})`
      reject(new WeirError('HTTP_TOO_LARGE', why))
    }
    payload.on('data', (chunk: Buffer) => {
      const before = length
      length += chunk.length
      if (length <= bytesMax) {
        if (length > room.length) room = larger(rooms, room, { before, length })
        room.set(chunk, before)
        return
      }
      room = new Uint8Array()
      if (length <= bytesMax * PATIENCE) return
      end()
      payload.destroy()
    })
    payload.on('end', end)
    // A sender that goes away is an error of its socket here, and no mistake of ours.
    const broken = (cause?: unknown): void =>
      reject(new WeirError('HTTP_BROKEN', 'Cannot read the request: it breaks off', { cause }))
    payload.on('error', broken)
    payload.on('close', () => {
      if (!payload.readableEnded) broken()
    })
  })
}

/** A room for what is there and comes; the one before is free. */
function larger(
  rooms: BodyRooms,
  room: Uint8Array<ArrayBuffer>,
  { before, length }: { readonly before: number; readonly length: number },
): Uint8Array<ArrayBuffer> {
  const next = rooms.take(Math.max(length, before * 2))
  next.set(room.subarray(0, before))
  rooms.give(room.buffer)
  return next
}
