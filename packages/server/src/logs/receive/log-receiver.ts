import { isUtf8 } from 'node:buffer'
import type { LogSink } from '@weir/model'
import { unpackBody } from '../../push/unpack.ts'
import { type LogOutcome, type LogRequest, NO_FIELDS } from './log-request.ts'
import { LineReader, type LineReaderOptions } from './line-reader.ts'
import { readNdjson } from './ndjson.ts'

export interface LogReceiverOptions extends LineReaderOptions {
  readonly store: LogSink
  readonly unpackedBytesMax: number
}

/** From the body of a request to lines in the store, for all ways in by HTTP. */
export class LogReceiver {
  readonly reader: LineReader
  readonly #options: LogReceiverOptions

  constructor(options: LogReceiverOptions) {
    this.reader = new LineReader(options)
    this.#options = options
  }

  /**
   * Takes a request in; resolves when what could be kept is durable.
   *
   * @throws {WeirError} `LOGS_INVALID`, `HTTP_BODY_BROKEN`, `HTTP_BODY_TYPE`, `HTTP_TOO_LARGE`: never to be sent
   *   again; `STORAGE_FULL`, `STORAGE_FAILED`, `STORAGE_BUSY`: nothing was kept, try again
   */
  async take(request: LogRequest): Promise<LogOutcome> {
    const { unpackedBytesMax } = this.#options
    const limit = { bytesMax: unpackedBytesMax, key: 'logs.max_unpacked_bytes' }
    const { bytes, length } = unpackBody(request.body, request.contentEncoding, limit)
    const { reader } = this
    reader.begin(request.fields, isUtf8(bytes.subarray(0, length)))
    readNdjson(reader, bytes, length)
    return this.#finish(length)
  }

  /**
   * Takes lines that come otherwise than by HTTP: `fill` adds them to the reader there and then.
   *
   * @throws {WeirError} `STORAGE_FULL`, `STORAGE_FAILED`, `STORAGE_BUSY`: nothing was kept, try again
   */
  takeSent(fill: (reader: LineReader) => void): Promise<LogOutcome> {
    const { reader } = this
    reader.begin(NO_FIELDS, false)
    fill(reader)
    return this.#finish(0)
  }

  /** @param length bytes of the request once unpacked */
  async #finish(length: number): Promise<LogOutcome> {
    const { reader } = this
    const { store } = this.#options
    const { batch, rejected, example } = reader.batch.finish()
    const { mended } = reader
    const kept =
      batch.count === 0 ? { appended: 0, rejected: {}, example: '' } : await store.append(batch)
    const all = new Map(rejected)
    for (const [reason, count] of Object.entries(kept.rejected)) {
      all.set(reason, (all.get(reason) ?? 0) + count)
    }
    return {
      lines: kept.appended,
      bytes: length,
      rejected: Object.fromEntries(all),
      example: example || kept.example,
      mended,
    }
  }
}
