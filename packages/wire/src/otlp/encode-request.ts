/**
 * Writes an `ExportMetricsServiceRequest` in protobuf from its JSON form, fields in order of their
 * numbers as senders do. For tests and benches: Weir takes OTLP and sends none.
 */
import { ProtoWriter } from '../protobuf/writer.ts'

/** `AnyValue`, one of its fields; 64-bit integers are text. */
export interface OtlpValue {
  readonly stringValue?: string
  readonly boolValue?: boolean
  readonly intValue?: string
  readonly doubleValue?: number
  readonly arrayValue?: { readonly values: readonly OtlpValue[] }
  readonly kvlistValue?: { readonly values: readonly OtlpAttribute[] }
  /** In base64. */
  readonly bytesValue?: string
}

export interface OtlpAttribute {
  readonly key: string
  readonly value: OtlpValue
}

interface PointTold {
  readonly attributes?: readonly OtlpAttribute[]
  readonly startTimeUnixNano?: string
  readonly timeUnixNano: string
  readonly flags?: number
}

export interface OtlpExemplarTold {
  readonly timeUnixNano: string
  readonly asDouble?: number
  readonly asInt?: string
  /** In hexadecimal. */
  readonly spanId?: string
  readonly traceId?: string
  readonly filteredAttributes?: readonly OtlpAttribute[]
}

interface OtlpNumberPoint extends PointTold {
  readonly asDouble?: number
  readonly asInt?: string
  readonly exemplars?: readonly OtlpExemplarTold[]
}

interface OtlpHistogramPoint extends PointTold {
  readonly count: string
  readonly sum?: number
  readonly bucketCounts?: readonly string[]
  readonly explicitBounds?: readonly number[]
  readonly exemplars?: readonly OtlpExemplarTold[]
}

interface OtlpBucketsTold {
  readonly offset: number
  readonly bucketCounts: readonly string[]
}

interface OtlpExponentialPoint extends PointTold {
  readonly count: string
  readonly sum?: number
  readonly scale: number
  readonly zeroCount: string
  readonly positive?: OtlpBucketsTold
  readonly negative?: OtlpBucketsTold
  readonly zeroThreshold?: number
  readonly exemplars?: readonly OtlpExemplarTold[]
}

interface OtlpSummaryPoint extends PointTold {
  readonly count: string
  readonly sum: number
  readonly quantileValues: readonly { readonly quantile: number; readonly value: number }[]
}

interface Sequence<P> {
  readonly dataPoints: readonly P[]
  readonly aggregationTemporality: number
}

export interface OtlpMetric {
  readonly name: string
  readonly description?: string
  readonly unit?: string
  readonly gauge?: { readonly dataPoints: readonly OtlpNumberPoint[] }
  readonly sum?: Sequence<OtlpNumberPoint> & { readonly isMonotonic: boolean }
  readonly histogram?: Sequence<OtlpHistogramPoint>
  readonly exponentialHistogram?: Sequence<OtlpExponentialPoint>
  readonly summary?: { readonly dataPoints: readonly OtlpSummaryPoint[] }
}

interface OtlpScopeMetrics {
  readonly scope?: {
    readonly name?: string
    readonly version?: string
    readonly attributes?: readonly OtlpAttribute[]
  }
  readonly metrics: readonly OtlpMetric[]
  readonly schemaUrl?: string
}

export interface OtlpMetricsRequest {
  readonly resourceMetrics: readonly {
    readonly resource?: { readonly attributes?: readonly OtlpAttribute[] }
    readonly scopeMetrics: readonly OtlpScopeMetrics[]
    readonly schemaUrl?: string
  }[]
}

export function encodeOtlp({ resourceMetrics }: OtlpMetricsRequest): Uint8Array<ArrayBuffer> {
  const writer = new ProtoWriter()
  for (const { resource, scopeMetrics, schemaUrl } of resourceMetrics) {
    writer.message(1, (outer) => {
      if (resource !== undefined) {
        outer.message(1, (inner) => attributes(inner, 1, resource.attributes))
      }
      for (const each of scopeMetrics) outer.message(2, (inner) => writeScope(inner, each))
      if (schemaUrl !== undefined) outer.text(3, schemaUrl)
    })
  }
  return writer.bytes
}

function writeScope(writer: ProtoWriter, { scope, metrics, schemaUrl }: OtlpScopeMetrics): void {
  if (scope !== undefined) {
    writer.message(1, (inner) => {
      if (scope.name !== undefined) inner.text(1, scope.name)
      if (scope.version !== undefined) inner.text(2, scope.version)
      attributes(inner, 3, scope.attributes)
    })
  }
  for (const metric of metrics) writer.message(2, (inner) => writeMetric(inner, metric))
  if (schemaUrl !== undefined) writer.text(3, schemaUrl)
}

function writeMetric(writer: ProtoWriter, metric: OtlpMetric): void {
  const { name, description, unit, gauge, sum, histogram, exponentialHistogram, summary } = metric
  writer.text(1, name)
  if (description !== undefined) writer.text(2, description)
  if (unit !== undefined) writer.text(3, unit)
  if (gauge !== undefined) writer.message(5, (inner) => points(inner, gauge, numberPoint))
  if (sum !== undefined) {
    writer.message(7, (inner) => {
      points(inner, sum, numberPoint)
      inner.int(2, sum.aggregationTemporality).int(3, sum.isMonotonic ? 1 : 0)
    })
  }
  if (histogram !== undefined) {
    writer.message(9, (inner) => {
      points(inner, histogram, histogramPoint)
      inner.int(2, histogram.aggregationTemporality)
    })
  }
  if (exponentialHistogram !== undefined) {
    writer.message(10, (inner) => {
      points(inner, exponentialHistogram, exponentialPoint)
      inner.int(2, exponentialHistogram.aggregationTemporality)
    })
  }
  if (summary !== undefined) writer.message(11, (inner) => points(inner, summary, summaryPoint))
}

function points<P>(
  writer: ProtoWriter,
  { dataPoints }: { readonly dataPoints: readonly P[] },
  write: (writer: ProtoWriter, point: P) => void,
): void {
  for (const point of dataPoints) writer.message(1, (inner) => write(inner, point))
}

function times(writer: ProtoWriter, { startTimeUnixNano, timeUnixNano }: PointTold): void {
  if (startTimeUnixNano !== undefined) fixed64(writer, 2, startTimeUnixNano)
  fixed64(writer, 3, timeUnixNano)
}

function numberPoint(writer: ProtoWriter, point: OtlpNumberPoint): void {
  times(writer, point)
  if (point.asDouble !== undefined) writer.double(4, point.asDouble)
  exemplars(writer, 5, point.exemplars)
  if (point.asInt !== undefined) fixed64(writer, 6, point.asInt)
  attributes(writer, 7, point.attributes)
  if (point.flags !== undefined) writer.int(8, point.flags)
}

function histogramPoint(writer: ProtoWriter, point: OtlpHistogramPoint): void {
  times(writer, point)
  fixed64(writer, 4, point.count)
  if (point.sum !== undefined) writer.double(5, point.sum)
  if (point.bucketCounts !== undefined) {
    writer.raw(6, new Uint8Array(BigUint64Array.from(point.bucketCounts, BigInt).buffer))
  }
  if (point.explicitBounds !== undefined) {
    writer.raw(7, new Uint8Array(Float64Array.from(point.explicitBounds).buffer))
  }
  exemplars(writer, 8, point.exemplars)
  attributes(writer, 9, point.attributes)
  if (point.flags !== undefined) writer.int(10, point.flags)
}

function exponentialPoint(writer: ProtoWriter, point: OtlpExponentialPoint): void {
  attributes(writer, 1, point.attributes)
  times(writer, point)
  fixed64(writer, 4, point.count)
  if (point.sum !== undefined) writer.double(5, point.sum)
  writer.zigzag(6, point.scale)
  fixed64(writer, 7, point.zeroCount)
  for (const [field, side] of [
    [8, point.positive],
    [9, point.negative],
  ] as const) {
    if (side === undefined) continue
    writer.message(field, (inner) => {
      inner.zigzag(1, side.offset)
      const counts = new ProtoWriter()
      for (const count of side.bucketCounts) counts.varint(Number(count))
      inner.raw(2, counts.bytes)
    })
  }
  if (point.flags !== undefined) writer.int(10, point.flags)
  exemplars(writer, 11, point.exemplars)
  if (point.zeroThreshold !== undefined) writer.double(14, point.zeroThreshold)
}

function summaryPoint(writer: ProtoWriter, point: OtlpSummaryPoint): void {
  times(writer, point)
  fixed64(writer, 4, point.count)
  writer.double(5, point.sum)
  for (const { quantile, value } of point.quantileValues) {
    writer.message(6, (inner) => inner.double(1, quantile).double(2, value))
  }
  attributes(writer, 7, point.attributes)
  if (point.flags !== undefined) writer.int(8, point.flags)
}

function exemplars(
  writer: ProtoWriter,
  field: number,
  told: readonly OtlpExemplarTold[] = [],
): void {
  for (const { timeUnixNano, asDouble, asInt, spanId, traceId, filteredAttributes } of told) {
    writer.message(field, (inner) => {
      fixed64(inner, 2, timeUnixNano)
      if (asDouble !== undefined) inner.double(3, asDouble)
      if (spanId !== undefined) inner.raw(4, Buffer.from(spanId, 'hex'))
      if (traceId !== undefined) inner.raw(5, Buffer.from(traceId, 'hex'))
      if (asInt !== undefined) fixed64(inner, 6, asInt)
      attributes(inner, 7, filteredAttributes)
    })
  }
}

function attributes(writer: ProtoWriter, field: number, told: readonly OtlpAttribute[] = []): void {
  for (const attribute of told) writer.message(field, (inner) => pair(inner, attribute))
}

function pair(writer: ProtoWriter, { key, value }: OtlpAttribute): void {
  writer.text(1, key).message(2, (inner) => anyValue(inner, value))
}

function anyValue(writer: ProtoWriter, value: OtlpValue): void {
  const { stringValue, boolValue, intValue, doubleValue, arrayValue, kvlistValue } = value
  if (stringValue !== undefined) writer.text(1, stringValue)
  if (boolValue !== undefined) writer.int(2, boolValue ? 1 : 0)
  if (intValue !== undefined) int64(writer, 3, intValue)
  if (doubleValue !== undefined) writer.double(4, doubleValue)
  if (arrayValue !== undefined) {
    writer.message(5, (inner) => {
      for (const each of arrayValue.values) inner.message(1, (one) => anyValue(one, each))
    })
  }
  if (kvlistValue !== undefined) {
    writer.message(6, (inner) => {
      for (const each of kvlistValue.values) inner.message(1, (one) => pair(one, each))
    })
  }
  if (value.bytesValue !== undefined) writer.raw(7, Buffer.from(value.bytesValue, 'base64'))
}

function fixed64(writer: ProtoWriter, field: number, text: string): void {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigInt64(0, BigInt.asIntN(64, BigInt(text)), true)
  writer.tag(field, 1).append(bytes)
}

function int64(writer: ProtoWriter, field: number, text: string): void {
  writer.tag(field, 0)
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, BigInt(text))
  for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128)
  writer.append(Uint8Array.from([...bytes, Number(rest)]))
}
