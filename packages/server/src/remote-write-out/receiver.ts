import { HttpClient, type HttpReply } from '@weir/fetch'
import type { Answer } from './attempt.ts'
import type { EndpointConfig } from './config.ts'
import type { Post } from './delivery.ts'

/** The way to a receiver. */
export interface Receiver extends AsyncDisposable {
  readonly post: Post
}

/** So much of an error's body is read, to be shown. */
const TEXT_BYTES_MAX = 1_024

/**
 * Opens an endpoint's own connections, with its credentials.
 *
 * @throws {WeirError} `FETCH_FAILED` when a certificate or key file cannot be read
 */
export async function openReceiver(config: EndpointConfig): Promise<Receiver> {
  const client = await HttpClient.open(config, { what: 'remote_write' })
  const own = Object.fromEntries(
    Object.entries(config.headers).map(([name, value]) => [name.toLowerCase(), value]),
  )
  return {
    post: async (body, headers, signal) => {
      const all = { ...headers, ...own }
      return answerOf(
        await client.request(config.url, { method: 'POST', headers: all, body, signal }),
      )
    },
    [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
  }
}

async function answerOf(reply: HttpReply): Promise<Answer> {
  const { status, headers, url, method } = reply
  if (method !== 'POST') {
    await reply.discard()
    // Some redirects make a GET of a POST: whatever it answered, nothing was sent.
    return { status: 301, headers: {}, text: `it redirects to ${url.origin}${url.pathname}` }
  }
  if (status >= 200 && status < 300) {
    await reply.discard()
    return { status, headers, text: '' }
  }
  return { status, headers, text: await beginning(reply) }
}

async function beginning(reply: HttpReply): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of reply.body) {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes >= TEXT_BYTES_MAX) break
  }
  return Buffer.concat(chunks).subarray(0, TEXT_BYTES_MAX).toString('utf8')
}
