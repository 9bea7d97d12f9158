/**
 * The messages of OTLP metrics and logs for those who read them from JSON: each field by its two names
 * (`timeUnixNano`, `time_unix_nano`), with its number and kind.
 *
 * @see opentelemetry-proto:docs/specification.md, JSON Protobuf Encoding
 */

/** How a value is written in protobuf. `id` is bytes in hexadecimal, `bytes` in base64. */
type ScalarKind =
  | 'text'
  | 'id'
  | 'bytes'
  | 'bool'
  | 'enum'
  | 'uint32'
  | 'sint32'
  | 'int64'
  | 'fixed64'
  | 'sfixed64'
  | 'double'
  | 'varint64'

export interface Field {
  readonly number: number
  readonly kind: ScalarKind | 'message'
  readonly isList: boolean
  readonly shape: Shape
}

export type Shape = ReadonlyMap<string, Field>

const NO_SHAPE: Shape = new Map()

type Told = readonly [number: number, kind: ScalarKind | Shape, isList?: 'list']

function shape(fields: Readonly<Record<string, Told>>, into = new Map<string, Field>()): Shape {
  for (const [name, [number, kind, list]] of Object.entries(fields)) {
    const isScalar = typeof kind === 'string'
    const field: Field = {
      number,
      kind: isScalar ? kind : 'message',
      isList: list !== undefined,
      shape: isScalar ? NO_SHAPE : kind,
    }
    into.set(name, field)
    into.set(
      name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      field,
    )
  }
  return into
}

const anyValue = new Map<string, Field>()
const keyValue = shape({ key: [1, 'text'], value: [2, anyValue] })
shape(
  {
    stringValue: [1, 'text'],
    boolValue: [2, 'bool'],
    intValue: [3, 'int64'],
    doubleValue: [4, 'double'],
    arrayValue: [5, shape({ values: [1, anyValue, 'list'] })],
    kvlistValue: [6, shape({ values: [1, keyValue, 'list'] })],
    bytesValue: [7, 'bytes'],
  },
  anyValue,
)

const exemplar = shape({
  timeUnixNano: [2, 'fixed64'],
  asDouble: [3, 'double'],
  spanId: [4, 'id'],
  traceId: [5, 'id'],
  asInt: [6, 'sfixed64'],
  filteredAttributes: [7, keyValue, 'list'],
})

const numberPoint = shape({
  startTimeUnixNano: [2, 'fixed64'],
  timeUnixNano: [3, 'fixed64'],
  asDouble: [4, 'double'],
  exemplars: [5, exemplar, 'list'],
  asInt: [6, 'sfixed64'],
  attributes: [7, keyValue, 'list'],
  flags: [8, 'uint32'],
})

const histogramPoint = shape({
  startTimeUnixNano: [2, 'fixed64'],
  timeUnixNano: [3, 'fixed64'],
  count: [4, 'fixed64'],
  sum: [5, 'double'],
  bucketCounts: [6, 'fixed64', 'list'],
  explicitBounds: [7, 'double', 'list'],
  exemplars: [8, exemplar, 'list'],
  attributes: [9, keyValue, 'list'],
  flags: [10, 'uint32'],
  min: [11, 'double'],
  max: [12, 'double'],
})

const buckets = shape({ offset: [1, 'sint32'], bucketCounts: [2, 'varint64', 'list'] })

const exponentialPoint = shape({
  attributes: [1, keyValue, 'list'],
  startTimeUnixNano: [2, 'fixed64'],
  timeUnixNano: [3, 'fixed64'],
  count: [4, 'fixed64'],
  sum: [5, 'double'],
  scale: [6, 'sint32'],
  zeroCount: [7, 'fixed64'],
  positive: [8, buckets],
  negative: [9, buckets],
  flags: [10, 'uint32'],
  exemplars: [11, exemplar, 'list'],
  min: [12, 'double'],
  max: [13, 'double'],
  zeroThreshold: [14, 'double'],
})

const summaryPoint = shape({
  startTimeUnixNano: [2, 'fixed64'],
  timeUnixNano: [3, 'fixed64'],
  count: [4, 'fixed64'],
  sum: [5, 'double'],
  quantileValues: [6, shape({ quantile: [1, 'double'], value: [2, 'double'] }), 'list'],
  attributes: [7, keyValue, 'list'],
  flags: [8, 'uint32'],
})

const metric = shape({
  name: [1, 'text'],
  description: [2, 'text'],
  unit: [3, 'text'],
  gauge: [5, shape({ dataPoints: [1, numberPoint, 'list'] })],
  sum: [
    7,
    shape({
      dataPoints: [1, numberPoint, 'list'],
      aggregationTemporality: [2, 'enum'],
      isMonotonic: [3, 'bool'],
    }),
  ],
  histogram: [
    9,
    shape({ dataPoints: [1, histogramPoint, 'list'], aggregationTemporality: [2, 'enum'] }),
  ],
  exponentialHistogram: [
    10,
    shape({ dataPoints: [1, exponentialPoint, 'list'], aggregationTemporality: [2, 'enum'] }),
  ],
  summary: [11, shape({ dataPoints: [1, summaryPoint, 'list'] })],
})

const scope = shape({
  name: [1, 'text'],
  version: [2, 'text'],
  attributes: [3, keyValue, 'list'],
})

const scopeMetrics = shape({
  scope: [1, scope],
  metrics: [2, metric, 'list'],
  schemaUrl: [3, 'text'],
})

const resourceMetrics = shape({
  resource: [1, shape({ attributes: [1, keyValue, 'list'] })],
  scopeMetrics: [2, scopeMetrics, 'list'],
  schemaUrl: [3, 'text'],
})

/** `ExportMetricsServiceRequest`. */
export const METRICS_REQUEST: Shape = shape({ resourceMetrics: [1, resourceMetrics, 'list'] })

const logRecord = shape({
  timeUnixNano: [1, 'fixed64'],
  severityNumber: [2, 'enum'],
  severityText: [3, 'text'],
  body: [5, anyValue],
  attributes: [6, keyValue, 'list'],
  flags: [8, 'uint32'],
  traceId: [9, 'id'],
  spanId: [10, 'id'],
  observedTimeUnixNano: [11, 'fixed64'],
  eventName: [12, 'text'],
})

/** `ExportLogsServiceRequest`. */
export const LOGS_REQUEST: Shape = shape({
  resourceLogs: [
    1,
    shape({
      resource: [1, shape({ attributes: [1, keyValue, 'list'] })],
      scopeLogs: [2, shape({ scope: [1, scope], logRecords: [2, logRecord, 'list'] }), 'list'],
    }),
    'list',
  ],
})

const LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL']

/** `SEVERITY_NUMBER_TRACE` is 1, `SEVERITY_NUMBER_TRACE2` 2, `SEVERITY_NUMBER_DEBUG` 5. */
const SEVERITIES = LEVELS.flatMap((level, i) =>
  ['', '2', '3', '4'].map((part, k) => [`SEVERITY_NUMBER_${level}${part}`, 4 * i + k + 1] as const),
)

/** Names of enum values that may stand for their numbers. */
export const ENUM_NUMBERS: Readonly<Record<string, number>> = {
  AGGREGATION_TEMPORALITY_UNSPECIFIED: 0,
  AGGREGATION_TEMPORALITY_DELTA: 1,
  AGGREGATION_TEMPORALITY_CUMULATIVE: 2,
  SEVERITY_NUMBER_UNSPECIFIED: 0,
  ...Object.fromEntries(SEVERITIES),
}
