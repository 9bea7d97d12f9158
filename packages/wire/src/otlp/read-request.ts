/**
 * OTLP metrics: `ExportMetricsServiceRequest`, read straight from its bytes.
 *
 * ```
 * Request          1 resource_metrics[]
 * ResourceMetrics  1 resource · 2 scope_metrics[] · 3 schema_url
 * Resource         1 attributes[]
 * ScopeMetrics     1 scope · 2 metrics[] · 3 schema_url
 * Scope            1 name · 2 version · 3 attributes[]
 * Metric           1 name · 2 description · 3 unit · one of 5 gauge · 7 sum · 9 histogram ·
 *                  10 exponential histogram · 11 summary
 * each of those    1 data_points[]; and 2 temporality where there is one; of a sum 3 is_monotonic
 * ```
 *
 * A sender writes the same names and attributes with every point; only times and values move. So a
 * resource, a scope, the head of a metric and the attributes of a point are each known by their bytes,
 * inside of what they stand in: a point of a series that was seen before costs one comparison of its
 * attributes with those that came there last time, and no decoding. Protobuf lets a message be written
 * in many ways; a series written in another way gets a second number, which leads to the same labels.
 *
 * @see opentelemetry-proto:opentelemetry/proto/metrics/v1/metrics.proto
 */
import { ByteKeys, KEY_SLACK } from '../keys/byte-keys.ts'
import { LENGTH, ProtoReader, VARINT } from '../protobuf/reader.ts'
import { type Attributes, type AttributesFault, readAttributes } from './attributes.ts'
import {
  CUMULATIVE,
  type MetricHead,
  SCOPE_ATTRIBUTE,
  type ScopeHead,
  knownAttributes,
  metricContext,
  metricHead,
  scopeNames,
} from './heads.ts'
import {
  OTLP_EXPONENTIAL,
  OTLP_GAUGE,
  OTLP_HISTOGRAM,
  type OtlpBatch,
  OTLP_SUM,
  OTLP_SUMMARY,
} from './otlp-batch.ts'
import { PointKeys } from './point-keys.ts'
import {
  EXPONENTIAL_ATTRIBUTE,
  HISTOGRAM_ATTRIBUTE,
  NUMBER_ATTRIBUTE,
  readExponentialPoint,
  readHistogramPoint,
  readNumberPoint,
  readSummaryPoint,
} from './read-points.ts'

const FIRST = (1 << 3) | LENGTH
const SECOND = (2 << 3) | LENGTH
const THIRD = (3 << 3) | LENGTH
const TEMPORALITY = (2 << 3) | VARINT
const MONOTONIC = (3 << 3) | VARINT

/** Why a request cannot be taken at all. */
export type OtlpFault = 'malformed' | 'too_many_samples' | 'too_deep'

const READ = {
  [OTLP_GAUGE]: readNumberPoint,
  [OTLP_SUM]: readNumberPoint,
  [OTLP_HISTOGRAM]: readHistogramPoint,
  [OTLP_EXPONENTIAL]: readExponentialPoint,
  [OTLP_SUMMARY]: readSummaryPoint,
} as const

const ATTRIBUTE = {
  [OTLP_GAUGE]: NUMBER_ATTRIBUTE,
  [OTLP_SUM]: NUMBER_ATTRIBUTE,
  [OTLP_HISTOGRAM]: HISTOGRAM_ATTRIBUTE,
  [OTLP_EXPONENTIAL]: EXPONENTIAL_ATTRIBUTE,
  [OTLP_SUMMARY]: NUMBER_ATTRIBUTE,
} as const

/** Some bytes of a message that lie behind each other. */
interface Part {
  readonly bytes: Uint8Array
  readonly view: DataView
  readonly from: number
  readonly to: number
}

/** Reads the requests of all senders and remembers their series. Forgetting is throwing it away. */
export class OtlpReader {
  readonly #resources: ByteKeys
  readonly #scopes: ByteKeys
  readonly #metrics: ByteKeys
  readonly #points: PointKeys
  readonly #depthMax: number
  /** Whether something new could not be read, and whether only because it lies too deep. */
  #isBad = false
  #isTooDeep = false

  /**
   * @param seed any number that senders cannot know
   * @param depthMax how many lists and maps may lie inside each other in an attribute
   */
  constructor(seed: number, depthMax: number) {
    this.#resources = new ByteKeys(seed)
    this.#scopes = new ByteKeys(seed)
    this.#metrics = new ByteKeys(seed)
    this.#points = new PointKeys(seed, depthMax)
    this.#depthMax = depthMax
  }

  /** Series have the numbers from 0 up to this; so do metrics, scopes and resources each on their own. */
  get seriesCount(): number {
    return this.#points.keys.size
  }

  get metricCount(): number {
    return this.#metrics.size
  }

  /** What all that is remembered takes. */
  get heldBytes(): number {
    const parts = [this.#resources, this.#scopes, this.#metrics, this.#points.keys]
    return parts.reduce((bytes, keys) => bytes + keys.keyBytes, 0)
  }

  metricOf(series: number): number {
    return this.#points.keys.contextOf(series)
  }

  metric(metric: number): MetricHead {
    return metricHead(this.#metrics.bytes(metric), this.#metrics.contextOf(metric))
  }

  scope(scope: number): ScopeHead {
    const context = this.#scopes.contextOf(scope)
    const schemaUrl = context < 0 ? Buffer.from(this.#scopes.bytes(scope)).toString('utf8') : ''
    const bare = context < 0 ? ~context : scope
    const bytes = this.#scopes.bytes(bare)
    return {
      resource: this.#scopes.contextOf(bare),
      ...(scopeNames(bytes) ?? { name: '', version: '' }),
      schemaUrl,
      attributes: knownAttributes(bytes, SCOPE_ATTRIBUTE),
    }
  }

  resource(resource: number): Attributes {
    return knownAttributes(this.#resources.bytes(resource), FIRST)
  }

  attributes(series: number, kind: MetricHead['kind']): Attributes {
    return knownAttributes(this.#points.keys.bytes(series), ATTRIBUTE[kind])
  }

  /**
   * Reads a request into `batch`. `KEY_SLACK` bytes behind `length` must be readable.
   *
   * @returns what is wrong with the request; of such a one nothing is kept, its series neither
   */
  read(bytes: Uint8Array, length: number, batch: OtlpBatch): OtlpFault | undefined {
    const sizes = this.#all().map((keys) => keys.size)
    const input = new ProtoReader(bytes, 0, length)
    batch.clear()
    this.#points.begin(batch)
    this.#isBad = false
    this.#isTooDeep = false
    while (input.at < length) {
      const tag = input.u32()
      if (tag === FIRST) this.#resourceMetrics(input, batch)
      else if (tag >>> 3 === 1) input.fail()
      else input.skip(tag)
      if (input.bad) break
      input.end = length
    }
    if (!input.bad && !batch.isOverfull) return undefined
    const isOverfull = batch.isOverfull
    batch.clear()
    for (const [i, keys] of this.#all().entries()) keys.truncate(sizes[i]!)
    if (this.#isTooDeep || this.#points.isTooDeep) return 'too_deep'
    return isOverfull ? 'too_many_samples' : 'malformed'
  }

  #all(): ByteKeys[] {
    return [this.#resources, this.#scopes, this.#metrics, this.#points.keys]
  }

  #resourceMetrics(input: ProtoReader, batch: OtlpBatch): void {
    const end = input.lengthEnd()
    input.end = end
    const { first: resource } = around(input)
    const before = batch.length
    let number = -1
    const numberOf = (): number => {
      if (number < 0) number = this.#known(this.#resources, resource, 0, resourceFault)
      return number
    }
    while (input.at < end) {
      const tag = input.u32()
      if (tag === SECOND) this.#scopeMetrics(input, batch, numberOf)
      else input.skip(tag)
      if (input.bad) return
      input.end = end
    }
    if (number >= 0) batch.resource(number, before)
  }

  /** @param resourceOf its number, asked for when there is a point to keep */
  #scopeMetrics(input: ProtoReader, batch: OtlpBatch, resourceOf: () => number): void {
    const end = input.lengthEnd()
    input.end = end
    const { first: scope, third: url } = around(input)
    let number = -1
    const numberOf = (): number => {
      if (number >= 0) return number
      number = this.#known(this.#scopes, scope, resourceOf(), scopeFault)
      if (url.to > url.from) number = this.#known(this.#scopes, url, ~number, isFine)
      return number
    }
    while (input.at < end) {
      const tag = input.u32()
      if (tag === SECOND) this.#metricPoints(input, batch, numberOf)
      else input.skip(tag)
      if (input.bad) return
      input.end = end
    }
  }

  #metricPoints(input: ProtoReader, batch: OtlpBatch, scopeOf: () => number): void {
    const end = input.lengthEnd()
    input.end = end
    const start = input.at
    let headEnd = start
    let isScattered = false
    let kind = 0
    let data = 0
    while (input.at < end) {
      const { at } = input
      const tag = input.u32()
      const content = input.at
      input.skip(tag)
      if (tag === FIRST || tag === SECOND || tag === THIRD) {
        if (headEnd === at) headEnd = input.at
        else isScattered = true
      } else if ((tag & 7) === LENGTH && isKind(tag >>> 3)) {
        kind = tag >>> 3
        data = content
      } else if (tag >>> 3 <= 3 || isKind(tag >>> 3)) input.fail()
    }
    if (input.bad || !isKind(kind)) return
    const { bytes, view } = input
    const head = isScattered ? headOf(bytes, start, end) : { bytes, view, from: start, to: headEnd }
    input.at = data
    const place = dataPlace(input, kind)
    if (place !== undefined) {
      const context = metricContext(scopeOf(), place)
      const metric = this.#known(this.#metrics, head, context, isFine)
      if (place.temporality !== CUMULATIVE && hasTemporality(kind)) {
        batch.hasOtherThanCumulative = true
      }
      this.#points.enter(metric, kind, ATTRIBUTE[kind])
      this.#dataPoints(input, batch, kind)
    }
    if (!input.bad && !this.#isBad) input.at = end
    else input.fail()
  }

  /** Reads what {@link dataPlace} walked over. */
  #dataPoints(input: ProtoReader, batch: OtlpBatch, kind: MetricHead['kind']): void {
    const { end } = input
    const read = READ[kind]
    while (input.at < end) {
      const tag = input.u32()
      if (tag !== FIRST) {
        input.skip(tag)
        continue
      }
      read(input, batch, this.#points)
      if (input.bad) return
      const series = this.#points.finish(input)
      if (series < 0 || batch.isOverfull) input.fail()
      if (input.bad) return
      batch.keys[batch.length++] = series
      input.end = end
    }
  }

  /** The number of a part, which is looked at when it is new. */
  #known(
    keys: ByteKeys,
    { bytes, view, from, to }: Part,
    context: number,
    faultOf: (bytes: Uint8Array, depthMax: number) => AttributesFault | undefined,
  ): number {
    const before = keys.size
    const number = keys.find(view, from, to, -1, context)
    if (number < before) return number
    const fault = faultOf(bytes.subarray(from, to), this.#depthMax)
    if (fault !== undefined) this.#isBad = true
    if (fault === 'too_deep') this.#isTooDeep = true
    return number
  }
}

/** A message of which field 1 is one thing, 2 many and 3 a text: the bytes of 1 and of 3; does not move. */
function around(input: ProtoReader): { readonly first: Part; readonly third: Part } {
  const { bytes, view, at: start, end } = input
  const none: Part = { bytes, view, from: start, to: start }
  let first = none
  let third = none
  while (input.at < end) {
    const tag = input.u32()
    const content = tag === FIRST || tag === THIRD ? input.lengthEnd() : 0
    if (content > 0) {
      const part: Part = { bytes, view, from: input.at, to: content }
      // Of a message that comes twice the fields are joined, of a text the last one stays.
      if (tag === THIRD) third = part
      else first = first === none ? part : joined([first, part])
      if (!input.bad) input.at = content
    } else if (tag >>> 3 === 2 ? tag !== SECOND : tag >>> 3 <= 3) input.fail()
    else input.skip(tag)
  }
  if (!input.bad) input.at = start
  return { first, third }
}

/** The head of a metric whose fields do not stand first, or not together. */
function headOf(bytes: Uint8Array, from: number, to: number): Part {
  const input = new ProtoReader(bytes, from, to)
  const parts: Part[] = []
  while (input.at < to) {
    const { at, view } = input
    const tag = input.u32()
    input.skip(tag)
    if (tag === FIRST || tag === SECOND || tag === THIRD) {
      parts.push({ bytes, view, from: at, to: input.at })
    }
  }
  return joined(parts)
}

function joined(parts: readonly Part[]): Part {
  const pieces = parts.map(({ bytes, from, to }) => bytes.subarray(from, to))
  const bytes = Buffer.concat([...pieces, new Uint8Array(KEY_SLACK)])
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return { bytes, view, from: 0, to: bytes.length - KEY_SLACK }
}

/**
 * What the field that holds the points says of them, which stands behind them as a rule; undefined
 * when there are none. Leaves `input` at the first of its fields.
 */
function dataPlace(
  input: ProtoReader,
  kind: MetricHead['kind'],
): Pick<MetricHead, 'kind' | 'temporality' | 'isMonotonic'> | undefined {
  const end = input.lengthEnd()
  input.end = end
  const { at: start } = input
  let temporality = 0
  let isMonotonic = false
  let hasPoints = false
  while (input.at < end) {
    const tag = input.u32()
    if (tag === TEMPORALITY && hasTemporality(kind)) temporality = input.i64()
    else if (tag === MONOTONIC && kind === OTLP_SUM) isMonotonic = input.i64() !== 0
    else if (tag === FIRST || tag >>> 3 > 3) input.skip(tag)
    else input.fail()
    if (tag === FIRST) hasPoints = true
  }
  if (input.bad) return undefined
  input.at = start
  return hasPoints ? { kind, temporality, isMonotonic } : undefined
}

function hasTemporality(kind: MetricHead['kind']): boolean {
  return kind === OTLP_SUM || kind === OTLP_HISTOGRAM || kind === OTLP_EXPONENTIAL
}

function isKind(field: number): field is MetricHead['kind'] {
  return field in READ
}

function resourceFault(bytes: Uint8Array, depthMax: number): AttributesFault | undefined {
  const found = readAttributes(bytes, FIRST, depthMax)
  return typeof found === 'string' ? found : undefined
}

function scopeFault(bytes: Uint8Array, depthMax: number): AttributesFault | undefined {
  if (scopeNames(bytes) === undefined) return 'malformed'
  const found = readAttributes(bytes, SCOPE_ATTRIBUTE, depthMax)
  return typeof found === 'string' ? found : undefined
}

/** Of bytes that were walked over already. */
function isFine(): undefined {
  return undefined
}
