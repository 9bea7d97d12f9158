import { isUtf8 } from 'node:buffer'
import type { LogReport, LogSink } from '@weir/model'
import type { TokenQuotas } from '../../push/token-quotas.ts'
import { unpackBody } from '../../push/unpack.ts'
import { readDatadog } from './datadog.ts'
import { readElastic } from './elastic.ts'
import { LineReader, type LineReaderOptions } from './line-reader.ts'
import { type LogOutcome, type LogRequest, NO_FIELDS } from './log-request.ts'
import { isJson } from './media-type.ts'
import { readLoki } from './loki.ts'
import { readNdjson } from './ndjson.ts'
import { OtlpLines } from './otlp.ts'

export interface LogReceiverOptions extends LineReaderOptions {
  readonly store: LogSink
  readonly unpackedBytesMax: number
  readonly quotas: TokenQuotas<string>
  /** Resource attributes of OTLP that become labels. */
  readonly resourceLabels: readonly string[]
  /** How deep attributes of OTLP may be nested. */
  readonly depthMax: number
}

const NOTHING_KEPT: LogReport = { appended: 0, rejected: {}, example: '' }

/** From the body of a request to lines in the store, for all ways in by HTTP. */
export class LogReceiver {
  readonly reader: LineReader
  readonly #options: LogReceiverOptions
  readonly #otlp: OtlpLines

  constructor(options: LogReceiverOptions) {
    this.reader = new LineReader(options)
    this.#options = options
    this.#otlp = new OtlpLines(this.reader, options)
  }

  /**
   * Takes a request in; resolves when what could be kept is durable.
   *
   * @throws {WeirError} `LOGS_INVALID`, `HTTP_BODY_BROKEN`, `HTTP_BODY_TYPE`, `HTTP_TOO_LARGE`: never to be sent
   *   again; `STORAGE_FULL`, `STORAGE_FAILED`, `STORAGE_BUSY`: nothing was kept, try again
   */
  async take(request: LogRequest): Promise<LogOutcome> {
    const { unpackedBytesMax, quotas } = this.#options
    const limit = { bytesMax: unpackedBytesMax, key: 'logs.max_unpacked_bytes' }
    const { bytes, length } = unpackBody(request.body, encodingOf(request), limit)
    const { reader } = this
    const text = bytes.subarray(0, length)
    // What is text as a whole is looked at as a whole, which costs next to nothing.
    const gate = request.quota === undefined ? undefined : quotas.of(request.quota)
    reader.begin(request.fields, isTextual(request) && isUtf8(text), gate)
    const answer = this.#read(request, text)
    return this.#finish(length, answer)
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

  /**
   * @param length bytes of the request once unpacked
   * @param answer the body of what its sender hears
   */
  async #finish(length: number, answer?: string): Promise<LogOutcome> {
    const { reader } = this
    const { store } = this.#options
    const { batch, rejected, example } = reader.batch.finish()
    const { mended } = reader
    const kept = batch.count === 0 ? NOTHING_KEPT : await store.append(batch)
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
      ...(answer === undefined ? {} : { answer }),
    }
  }

  /** Adds the lines of a request to the batch; what it gives is the body of the answer. */
  #read({ protocol, contentType, fields }: LogRequest, text: Uint8Array): string | undefined {
    switch (protocol) {
      case 'ndjson':
        return readNdjson(this.reader, text, text.length)
      case 'elastic':
        return readElastic(this.reader, text)
      case 'loki':
        return readLoki(this.reader, text, contentType)
      case 'otlp':
        return this.#otlp.read(text, contentType)
      case 'datadog':
        return readDatadog(this.reader, text, { contentType, defaults: fields.extra })
      default:
        return protocol satisfies never
    }
  }
}

/** Loki's protobuf is packed by snappy without saying so. */
function encodingOf({ protocol, contentType, contentEncoding }: LogRequest): string {
  const isSilent = contentEncoding === '' && protocol === 'loki' && !isJson(contentType)
  return isSilent ? 'snappy' : contentEncoding
}

function isTextual({ protocol, contentType }: LogRequest): boolean {
  return protocol === 'ndjson' || protocol === 'elastic' || isJson(contentType)
}
