import { createGunzip } from 'node:zlib'
import { WeirError } from '@weir/model'
import type { Dispatcher } from 'undici'
import { reasonOf } from './reason.ts'

/** What is passed over of a body that nobody wants, before its connection is closed instead. */
const PASSED_OVER_BYTES = 65_536

/** What a server answered. Its body must be read or discarded: it holds the connection. */
export class HttpReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** Where it came from, after redirects. */
  readonly url: URL
  /** What was asked for there: some redirects make a GET of a POST. */
  readonly method: string
  readonly #body: Dispatcher.ResponseData['body']
  readonly #signal: AbortSignal | undefined

  constructor(
    reply: Dispatcher.ResponseData,
    { url, method }: { readonly url: URL; readonly method: string },
    signal: AbortSignal | undefined,
  ) {
    this.status = reply.statusCode
    this.method = method
    this.headers = reply.headers
    this.url = url
    this.#body = reply.body
    this.#signal = signal
  }

  /** One header, by its name in small letters; empty when it is not there. */
  header(name: string): string {
    const value = this.headers[name]
    return Array.isArray(value) ? (value[0] ?? '') : (value ?? '')
  }

  /** The body as it comes; throws what the socket throws. */
  get body(): AsyncIterable<Uint8Array> {
    return this.#body
  }

  /**
   * The whole body, unpacked when the server says `gzip`. Reading and unpacking stop at the limit, so that
   * neither an endless answer nor a bomb takes more.
   *
   * @param maxBytes of the unpacked body; 0 for no limit
   * @throws {WeirError} `FETCH_TOO_LARGE`; `FETCH_FAILED` when it ends early. The signal's reason when it aborts
   */
  async bytes(maxBytes: number): Promise<Uint8Array> {
    const pieces: Uint8Array[] = []
    const byteCount = await this.eachPiece(maxBytes, (piece) => pieces.push(piece))
    return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces, byteCount)
  }

  /**
   * The same for those who have room for it: hands over piece by piece, and resolves with how many bytes
   * came.
   */
  async eachPiece(maxBytes: number, take: (piece: Uint8Array) => void): Promise<number> {
    try {
      return await this.#read(maxBytes, take)
    } catch (error) {
      if (this.#signal?.aborted) throw this.#signal.reason
      if (error instanceof WeirError) throw error
      throw new WeirError('FETCH_FAILED', reasonOf(error), { cause: error })
    }
  }

  /** The body as text, see {@link bytes}. */
  async text(maxBytes: number): Promise<string> {
    return new TextDecoder().decode(await this.bytes(maxBytes))
  }

  /** Passes over the body, so that the connection can be used again. */
  async discard(): Promise<void> {
    await this.#body.dump({ limit: PASSED_OVER_BYTES }).catch(() => undefined)
  }

  async #read(maxBytes: number, take: (piece: Uint8Array) => void): Promise<number> {
    const body = this.#body
    let byteCount = 0
    for await (const chunk of this.header('content-encoding') === 'gzip' ? unpacked(body) : body) {
      const piece = chunk as Uint8Array
      byteCount += piece.length
      if (maxBytes > 0 && byteCount > maxBytes) {
        body.on('error', () => undefined).destroy()
        throw new WeirError('FETCH_TOO_LARGE', `the answer is longer than ${maxBytes} bytes`)
      }
      take(piece)
    }
    return byteCount
  }
}

function unpacked(body: Dispatcher.ResponseData['body']): AsyncIterable<unknown> {
  const gunzip = createGunzip()
  // An error of the socket ends the unpacking too, so that nobody waits for it.
  body.on('error', (error) => gunzip.destroy(error))
  return body.pipe(gunzip)
}
