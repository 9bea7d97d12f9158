import { type Appender, type Clock, WeirError } from '@weir/model'
import { KEY_SLACK, LineBatch, type Precision, lineFault } from '@weir/wire'
import { Generations } from '../push/generations.ts'
import type { LabelLimits } from '../push/label-limits.ts'
import type { PushOutcome } from '../push/outcome.ts'
import { unpackBody } from '../push/unpack.ts'
import type { InfluxConfig } from './config.ts'
import { AllFields, type KnownFields } from './known-fields.ts'
import { InfluxNaming } from './naming.ts'

/** A request as the main thread hands it over. */
export interface InfluxRequest {
  readonly body: Uint8Array<ArrayBuffer>
  readonly encoding: string
  readonly precision: Precision
  /** Database or bucket; '' when nobody said. */
  readonly db: string
}

/** A line that could not be read. */
export interface BadLine {
  readonly line: string
  /** From 1. */
  readonly number: number
  /** In InfluxDB's words. */
  readonly reason: string
}

export interface InfluxOutcome extends PushOutcome {
  /** Lines that were read. */
  readonly lines: number
  /** Fields that were read over because they are strings. */
  readonly strings: number
  /** The first lines that could not be read; `rejected.bad_line` says how many there were. */
  readonly badLines: readonly BadLine[]
  /** A series of which the store did not keep everything; '' when there was none. */
  readonly badSeries: string
}

/** So much of a line is shown. */
const SHOWN_BYTES = 500

/** From the body of a request in line protocol to samples in the store. */
export class InfluxReceiver {
  readonly #appender: Appender
  readonly #clock: Clock
  readonly #config: InfluxConfig
  readonly #batch: LineBatch
  /** The appender's number of each sample. */
  #refs = new Uint32Array(1024)
  readonly #known: Generations<AllFields>

  constructor(options: {
    readonly appender: Appender
    readonly clock: Clock
    readonly seed: number
    readonly labels: LabelLimits
    readonly config: InfluxConfig
  }) {
    const { appender, clock, seed, labels, config } = options
    this.#appender = appender
    this.#clock = clock
    this.#config = config
    this.#batch = new LineBatch(config.max_samples)
    const parts = {
      appender,
      seed,
      limits: labels,
      naming: new InfluxNaming(config),
      numbersInStrings: config.strings === 'numbers',
      tellSingle: config.skip_single_field,
    }
    this.#known = new Generations(() => new AllFields(parts), clock)
  }

  /** Fields that are known, those of the generation before not counted. */
  get seriesCount(): number {
    return this.#known.seriesCount
  }

  /**
   * Takes a request in; resolves when what could be kept is durable.
   *
   * @throws {WeirError} `HTTP_TOO_LARGE`, `HTTP_BODY_BROKEN`, `HTTP_BODY_TYPE`,
   *   `STORAGE_TOO_MANY_SAMPLES`: never to be sent again; `STORAGE_FULL`, `STORAGE_FAILED`,
   *   `STORAGE_BUSY`: nothing was kept, try again
   */
  async take({ body, encoding, precision, db }: InfluxRequest): Promise<InfluxOutcome> {
    const { max_unpacked_bytes: bytesMax, max_samples } = this.#config
    const limit = { bytesMax, key: 'influx.max_unpacked_bytes' }
    const { bytes, length } = unpackBody(body, encoding, limit, KEY_SLACK)
    const known = this.#known.current().of(db)
    const batch = this.#batch
    known.reader.read(bytes, length, { precision, nowMs: this.#clock.now() }, batch)
    if (batch.isOverfull) {
      const want = `want at most ${max_samples} values (influx.max_samples)`
      throw new WeirError('HTTP_TOO_LARGE', `Cannot take a body of line protocol: ${want}`)
    }
    const { lines, strings } = batch
    const badLines = badLinesOf(batch, bytes, precision)
    const rejected = new Map<string, number>()
    if (batch.faultCount > 0) rejected.set('bad_line', batch.faultCount)
    const bad = this.#queue(known, rejected)
    const result = await this.#appender.commit()
    this.#known.refused(rejected, result.rejected)
    for (const [reason, count] of Object.entries(result.rejected)) {
      rejected.set(reason, (rejected.get(reason) ?? 0) + count)
    }
    const badSeries = bad || result.example
    return {
      samples: result.appended,
      histograms: 0,
      exemplars: 0,
      rejected: Object.fromEntries(rejected),
      example: badLines[0]?.line ?? badSeries,
      lines,
      strings,
      badLines,
      badSeries,
    }
  }

  /** Queues what the batch holds; counts samples whose series cannot be kept, and gives one of those as text. */
  #queue(known: KnownFields, rejected: Map<string, number>): string {
    const appender = this.#appender
    const { fields, times, values, length } = this.#batch
    const numbers = known.column()
    if (this.#refs.length < length) this.#refs = new Uint32Array(Math.ceil(length * 1.25))
    const refs = this.#refs
    let example = ''
    let kept = 0
    for (let i = 0; i < length; i++) {
      const field = fields[i]!
      let ref = numbers[field]!
      if (ref < 0) ref = known.find(field)
      if (ref >= 0) {
        times[kept] = times[i]!
        values[kept] = values[i]!
        refs[kept++] = ref
        continue
      }
      const reason = known.reasonOf(field)
      rejected.set(reason, (rejected.get(reason) ?? 0) + 1)
      example ||= known.pairs(field)?.slice(0, 20).join(' ').slice(0, SHOWN_BYTES) ?? 'no UTF-8'
    }
    appender.appendColumns({ refs, times, values }, kept)
    return example
  }
}

function badLinesOf(batch: LineBatch, bytes: Uint8Array, precision: Precision): BadLine[] {
  let number = 1
  let at = 0
  return batch.faults.map(({ from, to }) => {
    for (; at < from; at++) if (bytes[at] === 0x0a) number++
    const line = bytes.subarray(from, to)
    const text = Buffer.from(line.buffer, line.byteOffset, line.length).toString(
      'utf8',
      0,
      SHOWN_BYTES,
    )
    const shown = line.length > SHOWN_BYTES ? `${text}…` : text
    return { line: shown, number, reason: lineFault(line, precision) }
  })
}
