/**
 * OTLP's logs in protobuf.
 *
 * ```
 * ExportLogsServiceRequest  1 resource_logs[]
 * ResourceLogs              1 resource{1 attributes[]} · 2 scope_logs[]
 * ScopeLogs                 1 scope{1 name · 2 version · 3 attributes[]} · 2 log_records[]
 * LogRecord                 1 time (fixed64) · 2 severity number · 3 severity text · 5 body (AnyValue)
 *                           6 attributes[] · 8 flags · 9 trace id · 10 span id · 11 observed time (fixed64)
 *                           12 event name
 * ```
 *
 * @see opentelemetry-proto:opentelemetry/proto/logs/v1/logs.proto
 */
import { FIXED64, LENGTH, ProtoReader, VARINT } from '../../protobuf/reader.ts'
import { type AttributesFault, readAttributes, readValueText } from '../attributes.ts'

const FIRST = (1 << 3) | LENGTH
const SECOND = (2 << 3) | LENGTH
const THIRD = (3 << 3) | LENGTH
const TIME = (1 << 3) | FIXED64
const SEVERITY = (2 << 3) | VARINT
const BODY = (5 << 3) | LENGTH
const ATTRIBUTES = (6 << 3) | LENGTH
const TRACE_ID = (9 << 3) | LENGTH
const SPAN_ID = (10 << 3) | LENGTH
const OBSERVED = (11 << 3) | FIXED64
const EVENT_NAME = (12 << 3) | LENGTH
/** Its string, first in an `AnyValue` that is one. */
const STRING = (1 << 3) | LENGTH

/** Under which resource and scope the records stand that follow; attributes are `name, text, …`. */
export interface OtlpLogScope {
  readonly resource: readonly string[]
  readonly name: string
  readonly version: string
  readonly attributes: readonly string[]
}

/** A line; good until the next one is read. */
export interface OtlpLogRecord {
  /** Nanoseconds; 0n when the sender told none. */
  timeNs: bigint
  observedNs: bigint
  severityNumber: number
  severityText: string
  /** The body: text as it came, or what other values are as text. */
  line: Uint8Array
  attributes: readonly string[]
  /** In hexadecimal, '' when there is none. */
  traceId: string
  spanId: string
  eventName: string
}

export interface OtlpLogVisitor {
  scope(scope: OtlpLogScope): void
  record(record: OtlpLogRecord): void
}

/** Reads `bytes[0, length)`; what the visitor heard before a fault is to be forgotten. */
export function readOtlpLogs(
  bytes: Uint8Array,
  { length, depthMax }: { readonly length: number; readonly depthMax: number },
  visitor: OtlpLogVisitor,
): AttributesFault | undefined {
  return new LogsReader(bytes, length, depthMax, visitor).read()
}

class LogsReader {
  readonly #input: ProtoReader
  readonly #depthMax: number
  readonly #visitor: OtlpLogVisitor
  #fault: AttributesFault | undefined
  readonly #record: OtlpLogRecord = {
    timeNs: 0n,
    observedNs: 0n,
    severityNumber: 0,
    severityText: '',
    line: NOTHING,
    attributes: NONE,
    traceId: '',
    spanId: '',
    eventName: '',
  }

  constructor(bytes: Uint8Array, length: number, depthMax: number, visitor: OtlpLogVisitor) {
    this.#input = new ProtoReader(bytes, 0, length)
    this.#depthMax = depthMax
    this.#visitor = visitor
  }

  read(): AttributesFault | undefined {
    this.#each(FIRST, () => this.#resourceLogs())
    return this.#fault ?? (this.#input.bad ? 'malformed' : undefined)
  }

  #resourceLogs(): void {
    const within = this.#within()
    let resource = NONE
    this.#each(FIRST, () => {
      resource = this.#attributesOf(this.#message(), FIRST)
    })
    this.#again(within)
    this.#each(SECOND, () => this.#scopeLogs(resource))
    this.#leave(within)
  }

  #scopeLogs(resource: readonly string[]): void {
    const within = this.#within()
    let scope: OtlpLogScope = { resource, name: '', version: '', attributes: NONE }
    this.#each(FIRST, () => {
      scope = { resource, ...this.#scope() }
    })
    this.#again(within)
    if (this.#input.bad) return
    this.#visitor.scope(scope)
    this.#each(SECOND, () => this.#logRecord())
    this.#leave(within)
  }

  #scope(): Omit<OtlpLogScope, 'resource'> {
    const message = this.#message()
    const input = new ProtoReader(message)
    let name = ''
    let version = ''
    while (input.at < input.end) {
      const tag = input.u32()
      if (tag === FIRST) name = input.text()
      else if (tag === SECOND) version = input.text()
      else input.skip(tag)
    }
    if (input.bad) this.#fail('malformed')
    return { name, version, attributes: this.#attributesOf(message, THIRD) }
  }

  #logRecord(): void {
    const input = this.#input
    const record = this.#record
    const message = this.#message()
    if (input.bad) return
    record.timeNs = 0n
    record.observedNs = 0n
    record.severityNumber = 0
    record.severityText = ''
    record.line = NOTHING
    record.traceId = ''
    record.spanId = ''
    record.eventName = ''
    let hasAttributes = false
    const fields = new ProtoReader(message)
    while (fields.at < fields.end) {
      const tag = fields.u32()
      if (tag === TIME) record.timeNs = fixed64(fields)
      else if (tag === OBSERVED) record.observedNs = fixed64(fields)
      else if (tag === SEVERITY) record.severityNumber = fields.i64()
      else if (tag === THIRD) record.severityText = fields.text()
      else if (tag === BODY) record.line = this.#body(fields)
      else if (tag === TRACE_ID) record.traceId = hex(fields)
      else if (tag === SPAN_ID) record.spanId = hex(fields)
      else if (tag === EVENT_NAME) record.eventName = fields.text()
      else {
        if (tag === ATTRIBUTES) hasAttributes = true
        fields.skip(tag)
      }
    }
    if (fields.bad) return this.#fail('malformed')
    record.attributes = hasAttributes ? this.#attributesOf(message, ATTRIBUTES) : NONE
    if (!input.bad) this.#visitor.record(record)
  }

  /** The body as a line; a string stays the bytes that it is. */
  #body(fields: ProtoReader): Uint8Array {
    const from = fields.at
    const end = fields.lengthEnd()
    if (fields.bad) return NOTHING
    if (fields.at === end) return NOTHING
    const { bytes } = fields
    if (bytes[fields.at] === STRING) {
      const inner = new ProtoReader(bytes, fields.at + 1, end)
      const stringEnd = inner.lengthEnd()
      if (!inner.bad && stringEnd === end) {
        fields.at = end
        return bytes.subarray(inner.at, end)
      }
    }
    fields.at = end
    const found = readValueText(bytes.subarray(from, end), this.#depthMax)
    if (typeof found !== 'string') return Buffer.from(found.text)
    this.#fail(found)
    return NOTHING
  }

  #attributesOf(message: Uint8Array, tag: number): readonly string[] {
    const found = readAttributes(message, tag, this.#depthMax)
    if (typeof found !== 'string') return found.pairs
    this.#fail(found)
    return NONE
  }

  #fail(fault: AttributesFault): void {
    this.#fault ??= fault
    this.#input.fail()
  }

  /** The bytes of a message that follows; moves behind it. */
  #message(): Uint8Array {
    const input = this.#input
    const end = input.lengthEnd()
    const message = input.bytes.subarray(input.at, end)
    if (!input.bad) input.at = end
    return message
  }

  /** Goes into a message. */
  #within(): { readonly begin: number; readonly end: number; readonly outer: number } {
    const input = this.#input
    const outer = input.end
    const end = input.lengthEnd()
    if (!input.bad) input.end = end
    return { begin: input.at, end, outer }
  }

  /** To its beginning: what a message says of its inner ones may stand behind them. */
  #again({ begin }: { readonly begin: number }): void {
    if (!this.#input.bad) this.#input.at = begin
  }

  #leave({ outer }: { readonly outer: number }): void {
    if (!this.#input.bad) this.#input.end = outer
  }

  #each(wanted: number, read: () => void): void {
    const input = this.#input
    while (input.at < input.end) {
      const tag = input.u32()
      if (tag === wanted) read()
      else input.skip(tag)
    }
  }
}

const NOTHING = new Uint8Array()
const NONE: readonly string[] = []

/** What is beyond a signed number of 64 bits, which no clock tells, is the last that it holds. */
function fixed64(input: ProtoReader): bigint {
  const { at, view } = input
  if (at + 8 > input.end) {
    input.fail()
    return 0n
  }
  input.at = at + 8
  const value = view.getBigInt64(at, true)
  return value >= 0n ? value : 2n ** 63n - 1n
}

function hex(input: ProtoReader): string {
  const end = input.lengthEnd()
  if (input.bad) return ''
  const { bytes, at } = input
  input.at = end
  return Buffer.from(bytes.buffer, bytes.byteOffset + at, end - at).toString('hex')
}
