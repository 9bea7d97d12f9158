import { HttpClient, httpClientConfig } from '@weir/fetch'
import type { Fetch } from './fetch.ts'
import type { HttpConfig } from './http-config.ts'

/** Jira's lists are the longest that are read. */
const ANSWER_BYTES_MAX = 262_144
const CONNECT_TIMEOUT_MS = 10_000
/** Configs whose connections are kept; each reload may bring others. */
const CLIENTS_MAX = 64

export interface Network {
  readonly fetch: Fetch
  close(): Promise<void>
}

const PLAIN = httpClientConfig.parse({})

/** The network: a client for each `http_config`, which reads the beginning of an answer only. */
export function openNetwork(): Network {
  const clients = new Map<string, Promise<HttpClient>>()
  const clientFor = (config: HttpConfig): Promise<HttpClient> => {
    const key = JSON.stringify(config)
    const known = clients.get(key)
    if (known !== undefined) return known
    const [oldest] = clients
    if (clients.size >= CLIENTS_MAX && oldest !== undefined) {
      clients.delete(oldest[0])
      void dispose(oldest[1])
    }
    const opened = HttpClient.open(config, {
      what: 'notification',
      connectTimeoutMs: CONNECT_TIMEOUT_MS,
    })
    clients.set(key, opened)
    opened.catch(() => clients.delete(key)) // the files may be there the next time
    return opened
  }
  const fetch: Fetch = async (url, { method, headers, body, signal, http = PLAIN }) => {
    const client = await clientFor(http)
    const reply = await client.request(url, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
      signal,
    })
    const text = await startOf(reply.body)
    const answered = new Headers()
    for (const [name, value] of Object.entries(reply.headers)) {
      if (value !== undefined) answered.set(name, String(value))
    }
    return { status: reply.status, headers: answered, text: async () => text }
  }
  return {
    fetch,
    close: async () => {
      await Promise.all([...clients.values()].map(dispose))
    },
  }
}

async function dispose(client: Promise<HttpClient>): Promise<void> {
  await client.then(
    (opened) => opened[Symbol.asyncDispose](),
    () => undefined, // it never opened
  )
}

async function startOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body) {
    chunks.push(chunk)
    bytes += chunk.byteLength
    if (bytes >= ANSWER_BYTES_MAX) break // leaving ends the body
  }
  return Buffer.concat(chunks).toString('utf8', 0, ANSWER_BYTES_MAX)
}
