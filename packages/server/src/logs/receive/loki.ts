import { Labels, WeirError } from '@weir/model'
import { type PushVisitor, readLokiJson, readLokiPush } from '@weir/wire'
import { type SenderStream, severityOfMetadata } from '../lines/sender-streams.ts'
import type { LineReader } from './line-reader.ts'
import { isJson } from './media-type.ts'

/**
 * The lines of a push to Loki.
 *
 * @throws {WeirError} `LOGS_INVALID`
 */
export function readLoki(reader: LineReader, text: Uint8Array, contentType: string): undefined {
  const visitor = new PushedLines(reader)
  if (!isJson(contentType)) {
    if (readLokiPush(text, text.length, visitor)) return
    throw new WeirError('LOGS_INVALID', 'Cannot read a push to Loki: it is no whole PushRequest')
  }
  const fault = readLokiJson(text, visitor)
  if (fault === undefined) return
  throw new WeirError(
    'LOGS_INVALID',
    `Cannot read a push to Loki: byte ${fault.at} of its JSON: ${fault.why}`,
  )
}

class PushedLines implements PushVisitor {
  readonly #reader: LineReader
  #stream: SenderStream | undefined

  constructor(reader: LineReader) {
    this.#reader = reader
  }

  stream(pairs: readonly string[] | undefined): void {
    // Without labels nobody could find the lines again; so says Loki.
    const labels = pairs === undefined ? Labels.EMPTY : Labels.fromFlat(pairs)
    this.#stream = labels.size === 0 ? undefined : this.#reader.senders.find(labels)
  }

  entry(timeNs: bigint, line: Uint8Array, metadata: readonly string[]): void {
    const stream = this.#stream
    if (stream === undefined) {
      this.#reader.batch.refuse('bad_labels', line)
      return
    }
    const severity = metadata.length === 0 ? 0 : severityOfMetadata(metadata)
    this.#reader.addSent(line, { stream, timeNs, severity: stream.severity || severity, metadata })
  }
}
