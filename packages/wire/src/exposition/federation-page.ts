import {
  CUSTOM_BUCKETS_SCHEMA,
  METRIC_NAME,
  type NativeHistogram,
  isLabelName,
  isLegacyName,
} from '@weir/model'
import { ProtoWriter } from '../protobuf/writer.ts'
import { type ProtoMetric, encodeProtobufPage } from './encode-protobuf.ts'
import { type NameEscaping, NAME_ESCAPINGS, escapedName } from './escaping.ts'
import { formatFloat } from './float.ts'

/** How a page for federation is written. */
export interface FederationFormat {
  readonly kind: 'text' | 'openmetrics' | 'protobuf'
  readonly escaping: NameEscaping
}

/** The newest sample of a series. */
export interface FederatedSample {
  /** `name, value, …`, the metric's name among them; in the order in which they are written. */
  readonly labels: readonly string[]
  readonly timeMs: number
  readonly value: number
  readonly histogram: NativeHistogram | undefined
}

const PROTO = 'io.prometheus.client.metricfamily'

/**
 * The format that an `Accept` header prefers: protobuf or Prometheus text, as Prometheus chooses; OpenMetrics only
 * where neither is taken, since its times lose their last digit in the parsers of Prometheus.
 */
export function federationFormat(accept: string): FederationFormat {
  const wishes = accept.split(',').map((clause) => {
    const [type = '', ...rest] = clause.split(';').map((part) => part.trim())
    const given = new Map(
      rest.map(
        (part) =>
          part
            .toLowerCase()
            .split('=', 2)
            .map((side) => side.trim()) as [string, string],
      ),
    )
    const weight = Number(given.get('q') ?? 1)
    return { type: type.toLowerCase(), given, weight: Number.isNaN(weight) ? 0 : weight }
  })
  let escaping: NameEscaping = 'underscores'
  let takesText = accept === ''
  let takesOpenMetrics = false
  for (const { type, given, weight } of wishes.toSorted((a, b) => b.weight - a.weight)) {
    if (weight <= 0) continue
    escaping = NAME_ESCAPINGS.find((scheme) => scheme === given.get('escaping')) ?? escaping
    if (type === 'application/vnd.google.protobuf' && given.get('proto') === PROTO) {
      if (given.get('encoding') === 'delimited') return { kind: 'protobuf', escaping }
    }
    const version = given.get('version') ?? ''
    if (type === 'text/plain' && ['', '0.0.4'].includes(version)) return { kind: 'text', escaping }
    takesText ||= type === '*/*' || type.startsWith('text/')
    takesOpenMetrics ||= type === 'application/openmetrics-text'
  }
  return { kind: takesOpenMetrics && !takesText ? 'openmetrics' : 'text', escaping }
}

export function federationType({ kind, escaping }: FederationFormat): string {
  const end = `escaping=${escaping}`
  if (kind === 'protobuf') {
    return `application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited; ${end}`
  }
  const type =
    kind === 'openmetrics'
      ? 'application/openmetrics-text; version=1.0.0'
      : 'text/plain; version=0.0.4'
  return `${type}; charset=utf-8; ${end}`
}

/**
 * Writes samples that come sorted by metric name, as Prometheus's `/federate` does: families of unknown type, a time
 * with each sample. Native histograms are written in protobuf only; text cannot say them, and leaves them out.
 */
export class FederationPage {
  readonly #format: FederationFormat
  readonly #lines: string[] = []
  readonly #proto = new ProtoWriter()
  #metrics: ProtoMetric[] = []
  #family: string
  #kind: 'unknown' | 'histogram' | 'gaugehistogram' = 'unknown'
  #length = 0

  /** @param family which the page before ended with, so that it is not announced again; '' for none */
  constructor(format: FederationFormat, family: string) {
    this.#format = format
    this.#family = format.kind === 'protobuf' ? '' : family
  }

  /** About how long the page is. */
  get byteLength(): number {
    return this.#length
  }

  add(sample: FederatedSample): void {
    const name = nameIn(sample.labels)
    if (name === '') return // no format has a place for it
    if (this.#format.kind === 'protobuf') this.#addProto(name, sample)
    else if (sample.histogram === undefined) this.#addLine(name, sample)
  }

  /** The bytes; with `isLast` those that end the whole. */
  end(isLast: boolean): Uint8Array<ArrayBuffer> {
    if (this.#format.kind === 'protobuf') {
      this.#endFamily()
      return this.#proto.bytes.slice()
    }
    if (isLast && this.#format.kind === 'openmetrics') this.#lines.push('# EOF\n')
    return new TextEncoder().encode(this.#lines.join(''))
  }

  #addLine(name: string, { labels, timeMs, value }: FederatedSample): void {
    const { kind, escaping } = this.#format
    const shown = escapedName(name, escaping)
    const isBare = isLegacyName(shown)
    const quoted = `"${escapeValue(shown)}"`
    if (name !== this.#family) {
      this.#family = name
      const type = kind === 'text' ? 'untyped' : 'unknown'
      this.#push(`# TYPE ${isBare ? shown : quoted} ${type}\n`)
    }
    let inside = isBare ? '' : quoted
    for (let i = 0; i < labels.length; i += 2) {
      if (labels[i] === METRIC_NAME) continue
      const own = escapedName(labels[i]!, escaping)
      const label = isLabelName(own) ? own : `"${escapeValue(own)}"`
      inside += `${inside === '' ? '' : ','}${label}="${escapeValue(labels[i + 1]!)}"`
    }
    const series = `${isBare ? shown : ''}${inside === '' ? '' : `{${inside}}`}`
    const time = kind === 'text' ? String(timeMs) : (timeMs / 1000).toFixed(3)
    this.#push(`${series} ${formatFloat(value === 0 ? 0 : value)} ${time}\n`)
  }

  #push(line: string): void {
    this.#lines.push(line)
    this.#length += line.length
  }

  #addProto(name: string, { labels, timeMs, value, histogram }: FederatedSample): void {
    const kind =
      histogram === undefined
        ? 'unknown'
        : histogram.resetHint === 'gauge'
          ? 'gaugehistogram'
          : 'histogram'
    if (name !== this.#family || kind !== this.#kind) {
      this.#endFamily()
      this.#family = name
      this.#kind = kind
    }
    const { escaping } = this.#format
    const pairs: string[] = []
    for (let i = 0; i < labels.length; i += 2) {
      if (labels[i] !== METRIC_NAME) pairs.push(escapedName(labels[i]!, escaping), labels[i + 1]!)
      this.#length += labels[i]!.length + labels[i + 1]!.length + 8
    }
    const own = histogram === undefined ? { value } : histogramFields(histogram)
    this.#metrics.push({ labels: pairs, timeMs, ...own })
  }

  #endFamily(): void {
    if (this.#metrics.length === 0) return
    const name = escapedName(this.#family, this.#format.escaping)
    const family = { name, help: '', type: this.#kind, metrics: this.#metrics }
    this.#proto.append(encodeProtobufPage([family]))
    this.#metrics = []
  }
}

/** One with bounds of its own is written as a classic histogram: no format has it otherwise. */
function histogramFields(histogram: NativeHistogram): Partial<ProtoMetric> {
  if (histogram.schema !== CUSTOM_BUCKETS_SCHEMA) return { native: histogram }
  const { count, sum, customValues, positiveSpans: spans, positive } = histogram
  const counts = new Float64Array(customValues.length + 1)
  let index = 0
  let next = 0
  for (let i = 0; i < spans.length; i += 2) {
    index += spans[i]!
    for (let k = 0; k < spans[i + 1]!; k++) counts[index++] = positive[next++]!
  }
  let below = 0
  const buckets = Array.from(counts, (own, i) => ({
    bound: customValues[i] ?? Number.POSITIVE_INFINITY,
    count: (below += own),
  }))
  return { count, sum, buckets }
}

function nameIn(labels: readonly string[]): string {
  for (let i = 0; i < labels.length; i += 2) if (labels[i] === METRIC_NAME) return labels[i + 1]!
  return ''
}

function escapeValue(value: string): string {
  if (!/[\\\n"]/.test(value)) return value
  return value.replace(/[\\\n"]/g, (sign) => (sign === '\n' ? '\\n' : `\\${sign}`))
}
