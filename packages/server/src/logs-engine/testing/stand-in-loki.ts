import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readLokiPush, snappyHead, unpackSnappy, SNAPPY_SLACK } from '@weir/wire'

/** A line as it was pushed. */
export interface PushedLine {
  /** `name, value, …` of its stream. */
  readonly stream: readonly string[]
  readonly timeNs: bigint
  readonly line: string
  readonly metadata: readonly string[]
}

/** What becomes of a push: a status, a status and words, or a broken connection. */
export type PushReaction =
  | number
  | { readonly status: number; readonly text?: string; readonly headers?: Record<string, string> }
  | 'reset'

/** An HTTP server that takes pushes as Loki does, or does what a test wants instead. */
export class StandInLoki implements AsyncDisposable {
  readonly url: string
  /** Lines of pushes that were answered with 2xx, in the order in which they came. */
  readonly taken: PushedLine[] = []
  /** Path, query and body of what else was asked. */
  readonly asked: { readonly method: string; readonly url: URL; readonly body: string }[] = []
  readonly headers: IncomingMessage['headers'][] = []
  react: (lines: readonly PushedLine[]) => PushReaction = () => 204
  answer: (url: URL) => { readonly status: number; readonly text: string } | 'hang' = () => ({
    status: 404,
    text: '404 page not found',
  })
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      void this.#handle(request, response)
    })
  }

  static async open(): Promise<StandInLoki> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return new StandInLoki(server)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece as Buffer)
    const body = Buffer.concat(pieces)
    const url = new URL(request.url ?? '', this.url)
    this.headers.push(request.headers)
    if (url.pathname.endsWith('/loki/api/v1/push')) {
      this.#push(body, response)
      return
    }
    this.asked.push({ method: request.method ?? '', url, body: body.toString() })
    const answer = this.answer(url)
    if (answer !== 'hang') response.writeHead(answer.status).end(answer.text)
  }

  #push(body: Uint8Array, response: ServerResponse): void {
    const lines = pushedLines(body)
    const reaction = this.react(lines)
    if (reaction === 'reset') {
      response.destroy()
      return
    }
    const {
      status,
      text = '',
      headers = {},
    } = typeof reaction === 'number' ? { status: reaction } : reaction
    if (status < 300) this.taken.push(...lines)
    response.writeHead(status, headers).end(text)
  }
}

function pushedLines(packed: Uint8Array): PushedLine[] {
  const head = snappyHead(packed)!
  const text = new Uint8Array(head.textBytes + SNAPPY_SLACK)
  if (!unpackSnappy(packed, head, text)) throw new Error('the push cannot be unpacked')
  const lines: PushedLine[] = []
  let stream: readonly string[] = []
  const isWhole = readLokiPush(text, head.textBytes, {
    stream: (pairs) => {
      stream = pairs ?? []
    },
    entry: (timeNs, line, metadata) =>
      lines.push({ stream, timeNs, line: Buffer.from(line).toString(), metadata }),
  })
  if (!isWhole) throw new Error('the push is no whole one')
  return lines
}
