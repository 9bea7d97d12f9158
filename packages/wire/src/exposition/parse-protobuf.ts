import { isUtf8 } from 'node:buffer'
import { FIXED64, LENGTH, ProtoReader, VARINT } from '../protobuf/reader.ts'
import { HELP, TYPE, UNIT } from './line-parser.ts'
import { type ExpositionPage, PROTO_TYPES, type PageFault } from './page.ts'
import { type SentExemplar, readExemplar } from './proto-exemplar.ts'
import { SentHistogram } from './proto-histogram.ts'
import { LABEL, labelPairs } from './proto-labels.ts'
import { BUCKET, COUNT, type ProtoSeriesTable, QUANTILE, SUM, VALUE } from './proto-table.ts'
import { repeatedName, text } from './series-syntax.ts'

/** Which parts of a page are wanted. */
export interface ProtobufOptions {
  /** Native histograms as such; else their buckets with bounds are read, if they have any. */
  readonly native: boolean
  /** The buckets with bounds also of those that are read as native. */
  readonly classic: boolean
}

const NAME = (1 << 3) | LENGTH
const HELP_TEXT = (2 << 3) | LENGTH
const TYPE_NUMBER = (3 << 3) | VARINT
const METRIC = (4 << 3) | LENGTH
const UNIT_TEXT = (5 << 3) | LENGTH

const METRIC_TIME = (6 << 3) | VARINT
/** The field of a metric that holds its value, by type. */
const VALUE_TAGS = [3, 2, 4, 5, 7, 7].map((field) => (field << 3) | LENGTH)
const COUNTER = 0
const SUMMARY = 2
const HISTOGRAM = 4
const GAUGE_HISTOGRAM = 5

const NUMBER = (1 << 3) | FIXED64
const COUNTER_EXEMPLAR = (2 << 3) | LENGTH
const SUMMARY_COUNT = (1 << 3) | VARINT
const SUMMARY_SUM = (2 << 3) | FIXED64
const SUMMARY_QUANTILE = (3 << 3) | LENGTH
const QUANTILE_VALUE = (2 << 3) | FIXED64

/**
 * Reads a page of `io.prometheus.client.MetricFamily` messages, each behind its length, into `page`.
 *
 * A metric is found by the bytes of its labels, which are not read when it is known; see
 * {@link ProtoSeriesTable}. As in Prometheus, a time of 0 is no time, a histogram without a last
 * bucket gets one, and exemplars of native histograms count only with a time. When counting began is read over.
 *
 * @returns why the page is refused, undefined when it is good. After a fault `page` holds the samples
 *   before it.
 * @see prometheus/client_model: io/prometheus/client/metrics.proto
 */
export function parseProtobuf(
  bytes: Uint8Array,
  table: ProtoSeriesTable,
  page: ExpositionPage,
  options: ProtobufOptions,
): PageFault | undefined {
  page.clear()
  const parser = new ProtobufParser(bytes, table, page, options)
  while (parser.next());
  return parser.fault === undefined ? undefined : { line: 0, reason: parser.fault }
}

/** One family's head. */
interface Head {
  readonly nameFrom: number
  readonly nameTo: number
  readonly helpFrom: number
  readonly helpTo: number
  readonly unitFrom: number
  readonly unitTo: number
  readonly type: number
  readonly hasMetrics: boolean
}

class ProtobufParser {
  fault: string | undefined
  readonly #bytes: Uint8Array
  readonly #input: ProtoReader
  readonly #table: ProtoSeriesTable
  readonly #page: ExpositionPage
  readonly #options: ProtobufOptions
  readonly #histogram = new SentHistogram()
  readonly #quantiles: number[] = []
  #family = 0
  #type = 0
  #metric = -1
  #series = -1
  #timeMs = Number.NaN
  /** Label fields that do not stand together, put together. */
  #gathered = new Uint8Array(0)

  constructor(
    bytes: Uint8Array,
    table: ProtoSeriesTable,
    page: ExpositionPage,
    options: ProtobufOptions,
  ) {
    this.#bytes = bytes
    this.#input = new ProtoReader(bytes)
    this.#table = table
    this.#page = page
    this.#options = options
  }

  /** Reads the next family; false after the last one and after a fault. */
  next(): boolean {
    const input = this.#input
    if (input.at >= this.#bytes.length) return false
    const from = input.at
    input.end = this.#bytes.length
    const end = input.lengthEnd()
    if (input.bad) return this.#refuse(`the message at byte ${from} does not end on the page`)
    const start = input.at
    input.end = end
    const head = this.#head()
    if (input.bad) return this.#refuse(`the message at byte ${from} is no MetricFamily`)
    if (head.hasMetrics && this.#describe(head)) {
      input.at = start
      this.#metrics(end)
      if (input.bad) this.#refuse(`cannot read a metric of ${this.#shownName(head)}`)
    }
    input.at = end
    return this.fault === undefined
  }

  #refuse(reason: string): false {
    this.fault ??= reason
    return false
  }

  #shownName({ nameFrom, nameTo }: Head): string {
    return JSON.stringify(text(this.#bytes, nameFrom, Math.min(nameTo, nameFrom + 60)))
  }

  /** What stands beside the metrics; the unit stands behind them. */
  #head(): Head {
    const input = this.#input
    const head = {
      nameFrom: 0,
      nameTo: 0,
      helpFrom: 0,
      helpTo: 0,
      unitFrom: 0,
      unitTo: 0,
      type: 0,
      hasMetrics: false,
    }
    while (input.at < input.end) {
      const tag = input.u32()
      if (tag === METRIC) {
        head.hasMetrics = true
        input.at = input.lengthEnd()
      } else if (tag === NAME) {
        head.nameTo = input.lengthEnd()
        head.nameFrom = input.at
        input.at = head.nameTo
      } else if (tag === HELP_TEXT) {
        head.helpTo = input.lengthEnd()
        head.helpFrom = input.at
        input.at = head.helpTo
      } else if (tag === UNIT_TEXT) {
        head.unitTo = input.lengthEnd()
        head.unitFrom = input.at
        input.at = head.unitTo
      } else if (tag === TYPE_NUMBER) head.type = input.u32()
      else input.skip(tag)
    }
    return head
  }

  #describe(head: Head): boolean {
    const bytes = this.#bytes
    const { nameFrom, nameTo, helpFrom, helpTo, unitFrom, unitTo, type } = head
    const name = text(bytes, nameFrom, nameTo)
    if (name === '' || !isUtf8(bytes.subarray(nameFrom, nameTo))) {
      return this.#refuse('a metric family has no name, or one that is not UTF-8')
    }
    if (!isUtf8(bytes.subarray(helpFrom, helpTo))) {
      return this.#refuse(`the help text of ${this.#shownName(head)} is not UTF-8`)
    }
    if (type >= PROTO_TYPES.length) {
      return this.#refuse(`${this.#shownName(head)} is of type ${type}, which there is not`)
    }
    const unit = text(bytes, unitFrom, unitTo)
    const base = type === COUNTER && name.endsWith('_total') ? name.slice(0, -6) : name
    if (unit !== '' && !base.endsWith(`_${unit}`)) {
      return this.#refuse(
        `want the unit ${JSON.stringify(unit)} as the suffix of ${this.#shownName(head)}`,
      )
    }
    this.#page.pushRawMetadata(bytes, TYPE, [nameFrom, nameTo, type, type])
    this.#page.pushRawMetadata(bytes, HELP, [nameFrom, nameTo, helpFrom, helpTo])
    if (unit !== '') {
      this.#page.pushRawMetadata(bytes, UNIT, [nameFrom, nameTo, unitFrom, unitTo])
    }
    this.#family = this.#table.family(name)
    this.#type = type
    return true
  }

  #metrics(end: number): void {
    const input = this.#input
    while (input.at < end && this.fault === undefined) {
      const tag = input.u32()
      if (tag === METRIC) {
        input.end = input.lengthEnd()
        this.#one(input.end)
        if (!input.bad) input.end = end
      } else input.skip(tag)
    }
  }

  #one(end: number): void {
    const input = this.#input
    const valueTag = VALUE_TAGS[this.#type]!
    const start = input.at
    let labelsFrom = start
    let labelsTo = start
    let isTogether = true
    let valueFrom = start
    let valueTo = start
    let timeMs = 0
    while (input.at < end) {
      const from = input.at
      const tag = input.u32()
      if (tag === LABEL) {
        input.at = input.lengthEnd()
        if (labelsTo === labelsFrom) labelsFrom = from
        else if (labelsTo !== from) isTogether = false
        labelsTo = input.at
      } else if (tag === valueTag) {
        valueTo = input.lengthEnd()
        valueFrom = input.at
        input.at = valueTo
      } else if (tag === METRIC_TIME) timeMs = input.i64()
      else input.skip(tag)
    }
    if (input.bad) return
    const isKnown = isTogether
      ? this.#find(this.#bytes, labelsFrom, labelsTo)
      : this.#findScattered(start, end)
    if (!isKnown) return
    this.#timeMs = timeMs === 0 ? Number.NaN : timeMs
    input.at = valueFrom
    input.end = valueTo
    this.#value()
    if (!input.bad) input.at = end
  }

  #findScattered(start: number, end: number): boolean {
    const input = this.#input
    if (this.#gathered.length < end - start) this.#gathered = new Uint8Array(end - start)
    let length = 0
    input.at = start
    while (input.at < end) {
      const from = input.at
      const tag = input.u32()
      input.skip(tag)
      if (tag !== LABEL) continue
      this.#gathered.set(this.#bytes.subarray(from, input.at), length)
      length += input.at - from
    }
    return this.#find(this.#gathered, 0, length)
  }

  #find(bytes: Uint8Array, from: number, to: number): boolean {
    const found = this.#table.findMetric(this.#family, bytes, from, to, this.#metric)
    if (found >= 0) {
      this.#metric = found
      return true
    }
    const labels = new ProtoReader(bytes, from, to)
    const pairs = labelPairs(labels)
    if (labels.bad) return this.#refuse('a label cannot be read')
    if (labels.hasBadText) return this.#refuse('a name or label value is not UTF-8')
    const named = ['__name__', '', ...pairs]
    const twice = repeatedName(named)
    if (twice !== '') return this.#refuse(`label ${JSON.stringify(twice)} is given twice`)
    if (named.some((label, i) => i % 2 === 0 && label === '')) {
      return this.#refuse('a label has no name')
    }
    this.#metric = this.#table.addMetric(this.#family, bytes, from, to, this.#metric)
    return true
  }

  #push(part: number, bound: number, value: number): void {
    this.#series = this.#table.series(this.#metric, part, bound, this.#series)
    this.#page.push(this.#series, value, this.#timeMs)
  }

  /** An exemplar of the sample that was pushed last. */
  #exemplar({ pairs, value, timeMs }: SentExemplar): void {
    this.#page.pushExemplar({ sample: this.#page.length - 1, pairs, value, timeMs })
  }

  #value(): void {
    if (this.#type === SUMMARY) this.#summary()
    else if (this.#type === HISTOGRAM || this.#type === GAUGE_HISTOGRAM) this.#histograms()
    else this.#number()
  }

  #number(): void {
    const input = this.#input
    let value = 0
    let exemplar: SentExemplar | undefined
    while (input.at < input.end) {
      const tag = input.u32()
      if (tag === NUMBER) value = input.double()
      else if (tag === COUNTER_EXEMPLAR) exemplar = readExemplar(input)
      else input.skip(tag)
    }
    if (input.bad) return
    this.#push(VALUE, 0, value)
    if (exemplar !== undefined) this.#exemplar(exemplar)
  }

  #summary(): void {
    const input = this.#input
    const quantiles = this.#quantiles
    quantiles.length = 0
    let count = 0
    let sum = 0
    while (input.at < input.end) {
      const tag = input.u32()
      if (tag === SUMMARY_COUNT) count = input.u64()
      else if (tag === SUMMARY_SUM) sum = input.double()
      else if (tag === SUMMARY_QUANTILE) this.#quantile()
      else input.skip(tag)
    }
    if (input.bad) return
    this.#push(COUNT, 0, count)
    this.#push(SUM, 0, sum)
    for (let i = 0; i < quantiles.length; i += 2) {
      this.#push(QUANTILE, quantiles[i]!, quantiles[i + 1]!)
    }
  }

  #quantile(): void {
    const input = this.#input
    const outer = input.end
    const end = input.lengthEnd()
    if (input.bad) return
    input.end = end
    let quantile = 0
    let value = 0
    while (input.at < end) {
      const tag = input.u32()
      if (tag === NUMBER) quantile = input.double()
      else if (tag === QUANTILE_VALUE) value = input.double()
      else input.skip(tag)
    }
    if (input.bad) return
    input.end = outer
    this.#quantiles.push(quantile, value)
  }

  #histograms(): void {
    const sent = this.#histogram
    sent.read(this.#input)
    if (this.#input.bad) return
    const isNative = this.#options.native && sent.isNative
    if (isNative) this.#native(sent)
    if (!isNative || (this.#options.classic && sent.bounds.length > 0)) this.#classic(sent)
  }

  #native(sent: SentHistogram): void {
    this.#series = this.#table.series(this.#metric, VALUE, 0, this.#series)
    const histogram = sent.native(this.#type === GAUGE_HISTOGRAM)
    this.#page.pushHistogram(this.#series, histogram, this.#timeMs)
    const own = sent.exemplars.length > 0 ? sent.exemplars : sent.bucketExemplars
    for (const exemplar of own) {
      if (exemplar !== undefined && !Number.isNaN(exemplar.timeMs)) this.#exemplar(exemplar)
    }
  }

  #classic(sent: SentHistogram): void {
    const { bounds, counts, bucketExemplars, total } = sent
    this.#push(COUNT, 0, total)
    this.#push(SUM, 0, sent.sum)
    for (let i = 0; i < bounds.length; i++) {
      this.#push(BUCKET, bounds[i]!, counts[i]!)
      const exemplar = bucketExemplars[i]
      if (exemplar !== undefined) this.#exemplar(exemplar)
      if (bounds[i] === Number.POSITIVE_INFINITY) return
    }
    this.#push(BUCKET, Number.POSITIVE_INFINITY, total)
  }
}
