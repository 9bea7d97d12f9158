import type { MetricType, NativeHistogram } from '@weir/model'
import { text, unescape } from './series-syntax.ts'

/** Why a page was refused: nothing of it counts, as in Prometheus. */
export interface PageFault {
  /** From 1; 0 on a page without lines. */
  readonly line: number
  readonly reason: string
}

/** What a page says about a metric name. */
export interface MetadataLine {
  readonly kind: 'type' | 'help' | 'unit'
  readonly name: string
  /** A {@link MetricType} for `type`. */
  readonly text: string
}

const KINDS = ['type', 'help', 'unit'] as const
/** Added to the kind of a line that is not escaped. */
const RAW = 4

/** Type words of both formats; Prometheus text says `untyped` for unknown. */
export const TYPE_WORDS: ReadonlyMap<string, MetricType> = new Map([
  ['counter', 'counter'],
  ['gauge', 'gauge'],
  ['histogram', 'histogram'],
  ['gaugehistogram', 'gaugehistogram'],
  ['summary', 'summary'],
  ['info', 'info'],
  ['stateset', 'stateset'],
  ['unknown', 'unknown'],
  ['untyped', 'unknown'],
])

/** Types by their number in `io.prometheus.client.MetricType`. */
export const PROTO_TYPES: readonly MetricType[] = [
  'counter',
  'gauge',
  'summary',
  'unknown',
  'histogram',
  'gaugehistogram',
]

/** An exemplar as it stands behind its sample. */
export interface PageExemplar {
  /** Position of the sample. */
  readonly sample: number
  /** `name, value, …` in the order written. */
  readonly pairs: readonly string[]
  readonly value: number
  /** NaN when the page gives no time. */
  readonly timeMs: number
}

/** A native histogram as the sample at a position. */
interface PageHistogram {
  readonly sample: number
  histogram: NativeHistogram
}

/** Type, help and unit of a metric. */
const LINES_EACH = 3

/** Thrown while a page is read that holds more than the {@link ExpositionPage} was made for. */
export class PageOverfull extends Error {}

/**
 * The samples of one page in columns: sample `i` is `values[i]` of series `series[i]` (a number of the
 * {@link SeriesTable}), at `times[i]` ms or NaN when the page gives no time.
 *
 * Made to be reused: parsing clears it and keeps the memory. The arrays are replaced when they grow.
 */
export class ExpositionPage {
  series = new Int32Array(256)
  values = new Float64Array(256)
  times = new Float64Array(256)
  length = 0
  readonly exemplars: PageExemplar[] = []
  /** Ascending by position; the value at such a position is NaN. */
  readonly histograms: PageHistogram[] = []
  /** Stays the same while TYPE, HELP and UNIT lines stay the same. */
  metadataHash = 0
  /** Five numbers a line: kind, name from, to, text from, to. */
  #metadata = new Int32Array(320)
  #metadataLength = 0
  readonly #most: number

  /**
   * @param most samples, and exemplars, and metrics that are described; with about twice as many or more
   *   the parser throws {@link PageOverfull}, before memory is taken for them
   */
  constructor(most = Number.POSITIVE_INFINITY) {
    this.#most = most
  }

  clear(): void {
    this.length = 0
    this.exemplars.length = 0
    this.histograms.length = 0
    this.metadataHash = 0
    this.#metadataLength = 0
  }

  push(series: number, value: number, timeMs: number): void {
    if (this.length === this.series.length) this.#grow()
    this.series[this.length] = series
    this.values[this.length] = value
    this.times[this.length] = timeMs
    this.length++
  }

  pushHistogram(series: number, histogram: NativeHistogram, timeMs: number): void {
    this.histograms.push({ sample: this.length, histogram })
    this.push(series, Number.NaN, timeMs)
  }

  pushExemplar(exemplar: PageExemplar): void {
    if (this.exemplars.length >= this.#most) throw new PageOverfull()
    this.exemplars.push(exemplar)
  }

  /** Notes where a metadata line stands; it is read only when somebody asks. */
  pushMetadata(
    bytes: Uint8Array,
    kind: number,
    spans: readonly [number, number, number, number],
  ): void {
    this.#push(kind, spans)
    let hash = this.metadataHash ^ kind
    for (let i = spans[0]; i < spans[3]; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193)
    this.metadataHash = hash | 0
  }

  /**
   * The same for metadata that is not escaped and may stand apart from its name. A type is given by its
   * number among {@link PROTO_TYPES}, in place of where its text begins.
   */
  pushRawMetadata(
    bytes: Uint8Array,
    kind: number,
    spans: readonly [number, number, number, number],
  ): void {
    this.#push(kind + RAW, spans)
    let hash = this.metadataHash ^ kind
    for (let i = spans[0]; i < spans[1]; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193)
    // A type is a number and not a place.
    if (kind === 0) hash = Math.imul(hash ^ spans[2], 0x01000193)
    else for (let i = spans[2]; i < spans[3]; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193)
    this.metadataHash = hash | 0
  }

  #push(kind: number, spans: readonly [number, number, number, number]): void {
    const at = this.#metadataLength * 5
    if (at === this.#metadata.length) {
      if (this.#metadataLength >= LINES_EACH * this.#most) throw new PageOverfull()
      const larger = new Int32Array(at * 2)
      larger.set(this.#metadata)
      this.#metadata = larger
    }
    this.#metadata[at] = kind
    for (let i = 0; i < 4; i++) this.#metadata[at + 1 + i] = spans[i]!
    this.#metadataLength++
  }

  /** The metadata lines, read from the bytes that were parsed. */
  metadata(bytes: Uint8Array): MetadataLine[] {
    return Array.from({ length: this.#metadataLength }, (_, i) => {
      const [kind, nameFrom, nameTo, from, to] = this.#metadata.subarray(i * 5, i * 5 + 5)
      if (kind! >= RAW) {
        return {
          kind: KINDS[kind! - RAW]!,
          name: text(bytes, nameFrom!, nameTo!),
          text: kind === RAW ? PROTO_TYPES[from!]! : text(bytes, from!, to!),
        }
      }
      const written = unescape(text(bytes, from!, to!))
      return {
        kind: KINDS[kind!]!,
        name: unescape(text(bytes, nameFrom!, nameTo!)),
        text: kind === 0 ? (TYPE_WORDS.get(written) ?? 'unknown') : written,
      }
    })
  }

  #grow(): void {
    if (this.length >= this.#most) throw new PageOverfull()
    const capacity = this.series.length * 2
    const { series, values, times } = this
    this.series = new Int32Array(capacity)
    this.values = new Float64Array(capacity)
    this.times = new Float64Array(capacity)
    this.series.set(series)
    this.values.set(values)
    this.times.set(times)
  }
}
