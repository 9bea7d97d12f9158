import type { MetricType, NativeHistogram } from '@weir/model'
import { ProtoWriter, zigzagOf } from '../protobuf/writer.ts'
import { PROTO_TYPES } from './page.ts'

/** One family as protobuf has it: the parts of a histogram or summary stand together. */
export interface ProtoFamily {
  readonly name: string
  readonly help: string
  /** Types that protobuf cannot say are written as gauges. */
  readonly type: MetricType
  readonly unit?: string
  readonly metrics: readonly ProtoMetric[]
}

export interface ProtoMetric {
  /** `name, value, …` */
  readonly labels: readonly string[]
  readonly timeMs?: number
  /** Of a counter, summary or histogram: when its counting began, ms. */
  readonly createdMs?: number
  /** Of a counter, gauge or unknown. */
  readonly value?: number
  readonly exemplar?: ProtoExemplar
  /** Of a summary or histogram. */
  readonly count?: number
  readonly sum?: number
  readonly quantiles?: readonly (readonly [quantile: number, value: number])[]
  readonly buckets?: readonly ProtoBucket[]
  readonly native?: NativeHistogram
  /** Of a native histogram. */
  readonly exemplars?: readonly ProtoExemplar[]
}

interface ProtoBucket {
  readonly bound: number
  /** Cumulative. */
  readonly count: number
  readonly exemplar?: ProtoExemplar
}

interface ProtoExemplar {
  readonly pairs: readonly string[]
  readonly value: number
  readonly timeMs?: number
}

/** Families behind each other, each behind its length: what `parseProtobuf` reads. */
export function encodeProtobufPage(families: Iterable<ProtoFamily>): Uint8Array<ArrayBuffer> {
  const page = new ProtoWriter()
  for (const family of families) writeProtoFamily(family, page)
  return page.bytes
}

function writeProtoFamily(family: ProtoFamily, into: ProtoWriter): void {
  const { name, help, unit, metrics } = family
  const known = PROTO_TYPES.indexOf(family.type)
  const type = known < 0 ? PROTO_TYPES.indexOf('gauge') : known
  const message = new ProtoWriter().text(1, name)
  if (help !== '') message.text(2, help)
  message.int(3, type)
  const one = new ProtoWriter()
  for (const metric of metrics) {
    writeMetric(metric, PROTO_TYPES[type]!, one.clear())
    message.raw(4, one.bytes)
  }
  if (unit !== undefined && unit !== '') message.text(5, unit)
  into.varint(message.length).append(message.bytes)
}

/** The field of a metric that holds its value. */
const VALUE_FIELDS: Readonly<Record<string, number>> = {
  gauge: 2,
  counter: 3,
  summary: 4,
  unknown: 5,
  histogram: 7,
  gaugehistogram: 7,
}

function writeMetric(metric: ProtoMetric, type: MetricType, into: ProtoWriter): void {
  writeLabels(metric.labels, into)
  const value = new ProtoWriter()
  if (type === 'summary') writeSummary(metric, value)
  else if (type === 'histogram' || type === 'gaugehistogram') writeHistogram(metric, value)
  else {
    value.double(1, metric.value ?? 0)
    if (metric.exemplar !== undefined) writeExemplar(2, metric.exemplar, value)
    if (metric.createdMs !== undefined) writeTime(3, metric.createdMs, value)
  }
  const field = VALUE_FIELDS[type]!
  if (field === 7 && metric.timeMs !== undefined) into.int(6, metric.timeMs)
  into.raw(field, value.bytes)
  if (field !== 7 && metric.timeMs !== undefined) into.int(6, metric.timeMs)
}

function writeLabels(pairs: readonly string[], into: ProtoWriter): void {
  for (let i = 0; i < pairs.length; i += 2) {
    into.message(1, (pair) => pair.text(1, pairs[i]!).text(2, pairs[i + 1]!))
  }
}

function writeSummary(metric: ProtoMetric, into: ProtoWriter): void {
  into.int(1, metric.count ?? 0).double(2, metric.sum ?? 0)
  for (const [quantile, value] of metric.quantiles ?? []) {
    into.message(3, (inner) => inner.double(1, quantile).double(2, value))
  }
  if (metric.createdMs !== undefined) writeTime(4, metric.createdMs, into)
}

function writeHistogram(metric: ProtoMetric, into: ProtoWriter): void {
  const { native } = metric
  const count = metric.count ?? native?.count ?? 0
  if (native?.isFloat === true || !Number.isInteger(count)) into.double(4, count)
  else into.int(1, count)
  into.double(2, metric.sum ?? native?.sum ?? 0)
  for (const bucket of metric.buckets ?? []) {
    into.message(3, (inner) => {
      if (Number.isInteger(bucket.count)) inner.int(1, bucket.count)
      else inner.double(4, bucket.count)
      inner.double(2, bucket.bound)
      if (bucket.exemplar !== undefined) writeExemplar(3, bucket.exemplar, inner)
    })
  }
  if (native !== undefined) writeNative(native, into)
  if (metric.createdMs !== undefined) writeTime(15, metric.createdMs, into)
  for (const exemplar of metric.exemplars ?? []) writeExemplar(16, exemplar, into)
}

/** A histogram with nothing in it has a span of no length, so that it is seen to be native. */
function writeNative(h: NativeHistogram, into: ProtoWriter): void {
  into.zigzag(5, h.schema).double(6, h.zeroThreshold)
  if (h.isFloat) into.double(8, h.zeroCount)
  else into.int(7, h.zeroCount)
  writeSide(9, h.negativeSpans, h.negative, h.isFloat, into)
  const isEmpty = h.positiveSpans.length === 0 && h.negativeSpans.length === 0
  writeSide(12, isEmpty ? EMPTY_SPAN : h.positiveSpans, h.positive, h.isFloat, into)
}

const EMPTY_SPAN = Int32Array.of(0, 0)

function writeSide(
  field: number,
  spans: Int32Array,
  counts: Float64Array,
  isFloat: boolean,
  into: ProtoWriter,
): void {
  for (let i = 0; i < spans.length; i += 2) {
    into.message(field, (span) => span.zigzag(1, spans[i]!).int(2, spans[i + 1]!))
  }
  if (counts.length === 0) return
  const list = new ProtoWriter()
  if (isFloat) {
    const packed = new Uint8Array(Float64Array.from(counts).buffer) // little-endian, as here
    into.raw(field + 2, packed)
    return
  }
  let before = 0
  for (const count of counts) {
    const delta = count - before
    list.varint(zigzagOf(delta))
    before = count
  }
  into.raw(field + 1, list.bytes)
}

function writeExemplar(field: number, exemplar: ProtoExemplar, into: ProtoWriter): void {
  into.message(field, (inner) => {
    writeLabels(exemplar.pairs, inner)
    inner.double(2, exemplar.value)
    if (exemplar.timeMs !== undefined) writeTime(3, exemplar.timeMs, inner)
  })
}

function writeTime(field: number, timeMs: number, into: ProtoWriter): void {
  const seconds = Math.floor(timeMs / 1000)
  into.message(field, (inner) => inner.int(1, seconds).int(2, (timeMs - seconds * 1000) * 1e6))
}
