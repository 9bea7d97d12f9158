import { constants, createGzip } from 'node:zlib'
import type { Answer, Call } from './route.ts'

/** Header by which answers are known that stay as they are; @fastify/compress heeds it too. */
export const UNPACKED = 'x-no-compression'

/**
 * A stream of lines, packed where the client is far and can unpack. The usual packing holds bytes back
 * until it has many; here each line goes out as soon as it is there.
 */
export function packed(call: Call, type: string, lines: AsyncIterable<Uint8Array>): Answer {
  const isPacked = call.header(UNPACKED) === '' && /\bgzip\b/.test(call.header('accept-encoding'))
  return {
    status: 200,
    headers: isPacked
      ? { 'content-type': type, 'content-encoding': 'gzip', vary: 'accept-encoding' }
      : { 'content-type': type, vary: 'accept-encoding' },
    body: isPacked ? gzipped(lines) : lines,
  }
}

async function* gzipped(lines: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gzip = createGzip({ level: 1 })
  const out: Uint8Array[] = []
  gzip.on('data', (chunk: Uint8Array) => out.push(chunk))
  try {
    for await (const line of lines) {
      gzip.write(line)
      await new Promise<void>((resolve) => gzip.flush(constants.Z_SYNC_FLUSH, resolve))
      yield* out.splice(0)
    }
    const ended = new Promise((resolve) => gzip.once('end', resolve))
    gzip.end()
    await ended
    yield* out.splice(0)
  } finally {
    gzip.destroy()
  }
}
