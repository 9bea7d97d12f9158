import { WeirError } from '@weir/model'
import type { BodyRule } from './route.ts'

/** How much more than its limit of a body is read for nothing, so that its sender comes to the answer. */
const PATIENCE = 8

/**
 * The bytes of a body. One that is too long is read on and forgotten: a sender that is cut off while
 * it writes sees a broken connection in place of the 413, and tries again for ever.
 *
 * @throws {WeirError} `HTTP_TOO_LARGE`
 */
export async function readBody(
  payload: AsyncIterable<Buffer>,
  { bytesMax, key }: Pick<BodyRule, 'bytesMax' | 'key'>,
): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of payload) {
    length += chunk.length
    if (length > bytesMax * PATIENCE) break
    if (length > bytesMax) chunks.length = 0
    else chunks.push(chunk)
  }
  if (length > bytesMax) {
    const why = `Cannot read a body of more than ${bytesMax} bytes (${key})`
    throw new WeirError('HTTP_TOO_LARGE', why)
  }
  return Buffer.concat(chunks, length)
}
