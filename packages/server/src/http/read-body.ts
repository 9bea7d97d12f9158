import type { Readable } from 'node:stream'
import { WeirError } from '@weir/model'
import type { BodyRule } from './route.ts'

/** How much more than its limit of a body is read for nothing, so that its sender comes to the answer. */
const PATIENCE = 8

/**
 * The bytes of a body. One that is too long is read on and forgotten: a sender that is cut off while
 * it writes sees a broken connection in place of the 413, and tries again for ever.
 *
 * @throws {WeirError} `HTTP_TOO_LARGE`, `HTTP_BROKEN`
 */
export function readBody(
  payload: Readable,
  { bytesMax, key }: Pick<BodyRule, 'bytesMax' | 'key'>,
): Promise<Buffer> {
  // By events: an iterator over the stream makes promises for each piece.
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let length = 0
    const end = (): void => {
      if (length <= bytesMax) {
        resolve(Buffer.concat(chunks, length))
        return
      }
      const why = `Cannot read a body of more than ${bytesMax} bytes (${key})`
      reject(new WeirError('HTTP_TOO_LARGE', why))
    }
    payload.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length <= bytesMax) chunks.push(chunk)
      else chunks.length = 0
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
