import { Agent, fetch as undiciFetch } from 'undici'
import type { Fetch } from './fetch.ts'

const ANSWER_BYTES_MAX = 4096

export interface Network {
  readonly fetch: Fetch
  close(): Promise<void>
}

/** The network: undici's fetch that reads no more of an answer than a message can show. */
export function openNetwork(): Network {
  const dispatcher = new Agent({ connect: { timeout: 10_000 }, keepAliveTimeout: 10_000 })
  const fetch: Fetch = async (url, request) => {
    const answer = await undiciFetch(url, { ...request, dispatcher })
    const text = await readStart(answer.body)
    return { status: answer.status, headers: answer.headers, text: async () => text }
  }
  return { fetch, close: () => dispatcher.destroy() }
}

async function readStart(body: ReadableStream<Uint8Array> | null): Promise<string> {
  if (body === null) return ''
  const chunks: Uint8Array[] = []
  let bytes = 0
  const reader = body.getReader()
  while (bytes < ANSWER_BYTES_MAX) {
    const { done, value } = await reader.read()
    if (done) break
    chunks.push(value)
    bytes += value.byteLength
  }
  await reader.cancel()
  return Buffer.concat(chunks).toString('utf8', 0, ANSWER_BYTES_MAX)
}
