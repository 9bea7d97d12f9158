import { randomInt } from 'node:crypto'
import { type Appender, systemClock } from '@weir/model'
import { RemoteWriteReceiver, type ReceiverLimits } from '../remote-write/receiver.ts'
import { type ImportFormat, type ImportResult, importPage } from './import-page.ts'

/** What a page of old samples may be: a text, or a request of remote write 1.0 as it is sent. */
export type PageFormat = ImportFormat | 'remote_write'

/** Takes pages of old samples in, whatever they are written in. */
export class Importer {
  readonly #appender: Appender
  readonly #written: RemoteWriteReceiver

  /** @param appender one that takes history */
  constructor(appender: Appender, limits: ReceiverLimits) {
    this.#appender = appender
    const seed = randomInt(2 ** 32)
    this.#written = new RemoteWriteReceiver({ appender, limits, clock: systemClock, seed })
  }

  /**
   * Resolves when the page is durable; sent again it changes nothing.
   *
   * @throws {WeirError} `IMPORT_LINE`, `REMOTE_WRITE_INVALID`; what the appender throws
   */
  async take(bytes: Uint8Array, format: PageFormat, firstLine: number): Promise<ImportResult> {
    if (format !== 'remote_write') return importPage(bytes, format, firstLine, this.#appender)
    const { samples, histograms, rejected, example } = await this.#written.take(bytes, '1.0')
    return { appended: samples + histograms, rejected, example, oldestMs: null }
  }
}
