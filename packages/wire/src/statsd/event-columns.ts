import { ALL_DIALECTS, type NameDialects, dialectBits } from './name.ts'

/** What a StatsD line reports, as small numbers for a hot loop. */
export const COUNTER = 0
export const GAUGE = 1
/** `ms`: milliseconds. */
export const TIMER = 2
/** `h` (histogram) and `d` (distribution): values without a unit. */
export const DISTRIBUTION = 3
export const SET = 4

/** Why a line or sample was refused. The position in this list is the number used in columns. */
export const STATSD_REJECTS = [
  'malformed_line', // no name, no colon, or not UTF-8
  'not_enough_parts_after_colon', // no type
  'malformed_value', // not a number
  'illegal_event', // a type that nobody knows
  'text_gauge', // a gauge that holds text, as Flink sends strings; true and false are numbers
  'invalid_sample_factor', // the rate is not a number (the sample is kept with rate 1) or is negative
  'invalid_timestamp', // the time is not in whole seconds; the sample is kept as of now
  'line_too_long',
  'unterminated_line', // the last line has no newline, and the listener wants one
  'packet_too_long', // a datagram or frame that is longer than the listener takes
  'packet_cut', // a connection that ended inside a length-framed packet
  'malformed_event', // a DogStatsD event whose lengths do not fit, or without a title
  'malformed_service_check', // a DogStatsD service check without a name or a status from 0 to 3
  'event_queue_full', // more events and service checks at once than can be kept
  'empty_metric_name', // nothing is left of the name
  'illegal_negative_counter',
  'conflict', // the name is in use for another kind of metric
  'reserved_name', // the name belongs to Weir itself
  'series_limit', // the metric, or the whole intake, has as many series as it may
  'set_limit', // the set has as many members as it may
  'timed_limit', // more samples with a time of their own than one flush takes
] as const
export type StatsdReject = (typeof STATSD_REJECTS)[number]

/** The number of a reason in columns and counters. */
export function rejectIndex(reason: StatsdReject): number {
  return STATSD_REJECTS.indexOf(reason)
}

/** How many rejected lines of one packet are shown; the counters see them all. */
const SHOWN_REJECTS = 4

/** What the text of a line does not say, because senders differ: the listener's word for it. */
export interface LineMeaning {
  /** Which ways of writing tags into the name are read. */
  readonly dialects: NameDialects
  /** Whether a gauge's sign is part of its value, as DogStatsD has it, instead of saying "change it by". */
  readonly absoluteGauges: boolean
  /** How many of an `ms` value's units a second has: 1000, unless the sender means something else. */
  readonly timerUnitsPerSecond: number
}

/** What StatsD means unless told. */
export const PLAIN_MEANING: LineMeaning = {
  dialects: ALL_DIALECTS,
  absoluteGauges: false,
  timerUnitsPerSecond: 1000,
}

/**
 * The events of one packet, as columns: event `i` is in place `i` of each, for `i < length`.
 *
 * Spans are offsets into the packet's bytes, which must not change while the columns are in use. Made to
 * be reused: `clear()` keeps the memory. Arrays are replaced when they grow.
 */
export class EventColumns {
  length = 0
  /** The bytes that spans point into, to be read four at a time. */
  words: DataView = new DataView(new ArrayBuffer(0))
  #bytes: Uint8Array | undefined
  /** How the packet's lines are meant. */
  meaning: LineMeaning = PLAIN_MEANING
  /** The dialects of names as a number. */
  dialectBits = dialectBits(ALL_DIALECTS)
  /** Of name, type, tags and container id; equal for equal bytes. */
  hash = new Int32Array(256)
  type = new Uint8Array(256)
  /** As sent: a timer's is in its listener's unit. NaN for a set, whose member is the span below. */
  value = new Float64Array(256)
  /** 1 when there was none. */
  rate = new Float64Array(256)
  /** 1 when the value had a sign: for a gauge it is a change, unless gauges are meant as absolute. */
  signed = new Uint8Array(256)
  /** Unix seconds that the sender gave it, 0 when it is of now. */
  timeSeconds = new Float64Array(256)
  nameFrom = new Uint32Array(256)
  nameTo = new Uint32Array(256)
  /** What follows `|#`; empty when from equals to. */
  tagsFrom = new Uint32Array(256)
  tagsTo = new Uint32Array(256)
  /** What follows `|c:`. */
  containerFrom = new Uint32Array(256)
  containerTo = new Uint32Array(256)
  valueFrom = new Uint32Array(256)
  valueTo = new Uint32Array(256)

  /** Lines that were not empty. */
  lines = 0
  /** Where DogStatsD events and service checks are, `from, to, …`: recognised, not metrics. */
  readonly notices: number[] = []
  /** Fields behind the type that nobody knows; the sample is kept. */
  unknownFields = 0
  /** Lines and samples refused, by {@link rejectIndex}. */
  readonly rejects = new Uint32Array(STATSD_REJECTS.length)
  /** Spans and reasons of the first few refused lines, `from, to, reason, …`. */
  readonly shown = new Uint32Array(SHOWN_REJECTS * 3)
  shownCount = 0

  /** Sets the bytes that spans point into. Costs something for other ones than the last time only. */
  lookAt(bytes: Uint8Array): void {
    if (bytes === this.#bytes) return
    this.#bytes = bytes
    this.words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** Sets how the lines of the next packet are meant. */
  mean(meaning: LineMeaning): void {
    if (meaning === this.meaning) return
    this.meaning = meaning
    this.dialectBits = dialectBits(meaning.dialects)
  }

  clear(): void {
    this.length = 0
    this.lines = 0
    if (this.notices.length > 0) this.notices.length = 0
    this.unknownFields = 0
    if (this.shownCount > 0) this.rejects.fill(0)
    this.shownCount = 0
  }

  reject(reason: number, from: number, to: number): void {
    this.rejects[reason]!++
    if (this.shownCount === SHOWN_REJECTS) return
    this.shown.set([from, to, reason], this.shownCount * 3)
    this.shownCount++
  }

  /** Doubles the columns. */
  grow(): void {
    const capacity = this.hash.length * 2
    this.hash = copied(this.hash, new Int32Array(capacity))
    this.type = copied(this.type, new Uint8Array(capacity))
    this.value = copied(this.value, new Float64Array(capacity))
    this.rate = copied(this.rate, new Float64Array(capacity))
    this.signed = copied(this.signed, new Uint8Array(capacity))
    this.timeSeconds = copied(this.timeSeconds, new Float64Array(capacity))
    this.nameFrom = copied(this.nameFrom, new Uint32Array(capacity))
    this.nameTo = copied(this.nameTo, new Uint32Array(capacity))
    this.tagsFrom = copied(this.tagsFrom, new Uint32Array(capacity))
    this.tagsTo = copied(this.tagsTo, new Uint32Array(capacity))
    this.containerFrom = copied(this.containerFrom, new Uint32Array(capacity))
    this.containerTo = copied(this.containerTo, new Uint32Array(capacity))
    this.valueFrom = copied(this.valueFrom, new Uint32Array(capacity))
    this.valueTo = copied(this.valueTo, new Uint32Array(capacity))
  }
}

function copied<T extends { set(from: T): void }>(from: T, into: T): T {
  into.set(from)
  return into
}
