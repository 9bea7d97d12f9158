import { once } from 'node:events'
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'

export interface Received {
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** A small server on loopback that keeps what it is sent and answers as a test says. */
export interface HttpReceiver extends AsyncDisposable {
  readonly url: string
  readonly received: readonly Received[]
  /** Resolves when so many requests have come. */
  count(wanted: number): Promise<void>
}

export async function httpReceiver(
  answer: (request: Received, response: ServerResponse, index: number) => void,
  port = 0,
): Promise<HttpReceiver> {
  const received: Received[] = []
  const waiting = new Set<() => void>()
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const bytes = Buffer.concat(parts)
      const isZipped = request.headers['content-encoding'] === 'gzip'
      const body = (isZipped ? gunzipSync(bytes) : bytes).toString()
      const one = { path: request.url!, headers: request.headers, body }
      received.push(one)
      answer(one, response, received.length - 1)
      for (const check of waiting) check()
    })
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    count: (wanted) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (received.length < wanted) return
          waiting.delete(check)
          resolve()
        }
        waiting.add(check)
        check()
      }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** An answer with no body. */
export function status(code: number): (request: Received, response: ServerResponse) => void {
  return (_, response) => {
    response.writeHead(code).end()
  }
}
