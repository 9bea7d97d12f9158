import { LENGTH, ProtoReader } from '../protobuf/reader.ts'
import { type Attributes, readAttributes } from './attributes.ts'
import type { OtlpKind } from './otlp-batch.ts'

/** How the points of a metric follow each other; 0 where its kind has none, or the sender forgot. */
export const DELTA = 1
export const CUMULATIVE = 2

/** A metric as its sender describes it. */
export interface MetricHead {
  readonly name: string
  readonly description: string
  readonly unit: string
  readonly kind: OtlpKind
  readonly temporality: number
  readonly isMonotonic: boolean
  readonly scope: number
  /** Whether one of the texts is no UTF-8. */
  readonly hasBadText: boolean
}

/** What a metric was recorded with: a library, as a rule. */
export interface ScopeHead {
  readonly resource: number
  readonly name: string
  readonly version: string
  readonly schemaUrl: string
  readonly attributes: Attributes
}

const NAME = (1 << 3) | LENGTH
const DESCRIPTION = (2 << 3) | LENGTH
const UNIT = (3 << 3) | LENGTH
const VERSION = (2 << 3) | LENGTH
export const SCOPE_ATTRIBUTE = (3 << 3) | LENGTH

/** What a metric is and where it stands, in the 32 bits under which its head is known. */
export function metricContext(
  scope: number,
  {
    kind,
    temporality,
    isMonotonic,
  }: Pick<MetricHead, 'temporality' | 'isMonotonic'> & { readonly kind: number },
): number {
  return (
    (scope << 7) |
    (isMonotonic ? 64 : 0) |
    ((temporality === DELTA || temporality === CUMULATIVE ? temporality : 0) << 4) |
    kind
  )
}

export function metricHead(bytes: Uint8Array, context: number): MetricHead {
  const input = new ProtoReader(bytes)
  let name = ''
  let description = ''
  let unit = ''
  while (input.at < bytes.length) {
    const tag = input.u32()
    if (tag === NAME) name = input.text()
    else if (tag === DESCRIPTION) description = input.text()
    else if (tag === UNIT) unit = input.text()
    else input.skip(tag)
  }
  return {
    name,
    description,
    unit,
    kind: (context & 15) as OtlpKind,
    temporality: (context >> 4) & 3,
    isMonotonic: (context & 64) !== 0,
    scope: context >>> 7,
    hasBadText: input.hasBadText,
  }
}

/** The name and version of a scope; undefined when the bytes are none. */
export function scopeNames(
  bytes: Uint8Array,
): { readonly name: string; readonly version: string } | undefined {
  const input = new ProtoReader(bytes)
  let name = ''
  let version = ''
  while (input.at < bytes.length) {
    const tag = input.u32()
    if (tag === NAME) name = input.text()
    else if (tag === VERSION) version = input.text()
    else input.skip(tag)
  }
  return input.bad ? undefined : { name, version }
}

/** Attributes of bytes that were looked at before they were remembered. */
export function knownAttributes(bytes: Uint8Array, tag: number): Attributes {
  const found = readAttributes(bytes, tag, Number.POSITIVE_INFINITY)
  return typeof found === 'string' ? { pairs: [], hasBadText: true } : found
}
