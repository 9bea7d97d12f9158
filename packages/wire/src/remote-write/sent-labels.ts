import type { MetricType } from '@weir/model'
import { ProtoWriter } from '../protobuf/writer.ts'
import { METRIC_TYPES } from './metric-types.ts'
import { writePairs } from './encode.ts'

/** A text of a 2.0 request: written once there, and known by a number that is the request's own. */
export class SentSymbol {
  /** `symbols` of a request, this one. */
  readonly field: Uint8Array
  /** The request that has it, and its number there. */
  request = 0
  number = 0

  constructor(text: string) {
    this.field = new ProtoWriter().text(4, text).bytes.slice()
  }
}

/** What 2.0 tells about a metric with each of its series. */
export interface SentAbout {
  readonly type: number
  readonly help: SentSymbol
  readonly unit: SentSymbol
}

/** What goes out about a metric name in 1.0. */
export interface SentMetadata {
  readonly name: string
  readonly type: MetricType
  readonly help: string
  readonly unit: string
}

export function typeNumber(type: MetricType): number {
  return Math.max(0, METRIC_TYPES.indexOf(type))
}

/**
 * A series as requests name it, made ready once: labels are most of a request, and they are the same
 * in each. The three numbers belong to whichever request is being written.
 */
export class SentLabels {
  /** `name, value, …` in order of name. */
  readonly pairs: readonly string[]
  /** As 1.0 has them: a message a label. */
  readonly messages: Uint8Array
  /** As 2.0 has them; nothing for a sender of 1.0. */
  readonly symbols: readonly SentSymbol[]
  /** The same labels have the same; series are shared out by it. */
  readonly hash: number
  about: SentAbout | undefined
  /** The request that has it, and its first and last sample there. */
  request = 0
  first = 0
  last = 0

  /** @param symbolOf what 2.0 needs; absent: 1.0 */
  constructor(pairs: readonly string[], symbolOf?: (text: string) => SentSymbol) {
    this.pairs = pairs
    const out = new ProtoWriter()
    writePairs(out, 1, pairs)
    this.messages = symbolOf === undefined ? out.bytes.slice() : NO_BYTES
    this.symbols = symbolOf === undefined ? [] : pairs.map(symbolOf)
    this.hash = hashOf(out.bytes)
  }
}

const NO_BYTES = new Uint8Array(0)

/** FNV-1a. */
function hashOf(bytes: Uint8Array): number {
  let hash = 0x811c9dc5
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193)
  return hash >>> 0
}
