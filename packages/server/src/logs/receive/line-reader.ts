import { isUtf8 } from 'node:buffer'
import { type Clock, Labels, type LogRejectReason, type Severity } from '@weir/model'
import type { LabelOf, LineParser, ParsedLine } from '@weir/packs'
import { SCANNED, withoutFields } from '@weir/wire'
import { ActiveKeys } from '../../push/active-keys.ts'
import type { TokenGate } from '../../push/token-quotas.ts'
import { LineBatch } from '../lines/line-batch.ts'
import type { LineLimits } from '../lines/line-limits.ts'
import { metadataText } from '../lines/metadata.ts'
import { RecordStreams } from '../lines/record-streams.ts'
import { type Origin, type SenderStream, SenderStreams } from '../lines/sender-streams.ts'
import { UNKNOWN_SERVICE } from '../lines/service-name.ts'
import { JsonRecord, KNOWN_KEYS } from '../recognise/json-record.ts'
import { severityOfText } from '../recognise/text-line.ts'
import { timeAtStart } from '../recognise/time-text.ts'
import { type FieldParameters, type Mend, NO_FIELDS } from './log-request.ts'

const OPEN = 0x7b
/** How every JSON object begins. */
const OBJECT = Uint8Array.of(OPEN)
/** Sets of parameters that are known at one time. */
const PARAMETERS_MAX = 100

/** Reads JSON objects as one set of parameters wants it. */
interface RecordReader {
  readonly record: JsonRecord
  readonly streams: RecordStreams
  readonly fields: FieldParameters
  /** `extra_fields` as every line has them beside it. */
  readonly metadata: string
}

/** A line of a stream that its sender named. */
export interface SentLine {
  readonly stream: SenderStream
  /** 0n: the line's own time, or when it came. */
  readonly timeNs: bigint
  /** 0: find out. */
  readonly severity: Severity
  /** `name, value, …` that is said beside the line. */
  readonly metadata: readonly string[]
}

/** What {@link LineReader} needs. */
export interface LineReaderOptions {
  readonly limits: LineLimits
  readonly clock: Clock
  /** A number that senders cannot know. */
  readonly seed: number
  readonly parsers: readonly LineParser[]
}

/**
 * From lines as they come to lines as they are kept: finds when, how bad and who wrote, and adds them to
 * the batch of the request. All ways in share it.
 */
export class LineReader {
  readonly batch: LineBatch
  readonly senders: SenderStreams
  /** Streams that have had lines lately, by {@link Labels.key}. */
  readonly active: ActiveKeys<string>
  mended: Record<Mend, number> = { time: 0, utf8: 0, text: 0 }
  readonly #options: LineReaderOptions
  readonly #readers = new Map<string, RecordReader>()
  readonly #plain: RecordReader
  #reader: RecordReader
  readonly #ofJson = new WeakMap<SenderStream, readonly LineParser[]>()
  #isUtf8 = false
  #nobody!: SenderStream

  constructor(options: LineReaderOptions) {
    const { limits, clock } = options
    this.#options = options
    this.active = new ActiveKeys<string>(limits.streamsMax, clock)
    this.batch = new LineBatch(limits, this.active, clock)
    this.senders = new SenderStreams(this.batch)
    this.#plain = this.#make(NO_FIELDS)
    this.#reader = this.#plain
  }

  /**
   * Begins a request.
   *
   * @param isUtf8 whether all its text is known to be UTF-8
   * @param gate lets streams in, where a token has a limit of them
   */
  begin(fields: FieldParameters, isKnownUtf8: boolean, gate?: TokenGate<string>): void {
    this.batch.begin(gate)
    this.mended = { time: 0, utf8: 0, text: 0 }
    this.#isUtf8 = isKnownUtf8
    this.#reader = this.#readerFor(fields)
    this.#nobody = this.senders.find(Labels.of({ service_name: UNKNOWN_SERVICE }))
  }

  /**
   * Where the JSON object ends that begins at `at`, −1 when there is none. What it says is known until
   * the next one is looked at.
   */
  objectEnd(bytes: Uint8Array, at: number, end: number): number {
    return this.#reader.record.read(bytes, at, end)
  }

  /** Adds the object that {@link objectEnd} has just found. */
  addObject(bytes: Uint8Array, from: number, to: number): LogRejectReason | undefined {
    const { record, streams, fields, metadata } = this.#reader
    let line = bytes.subarray(from, to)
    if (!this.batch.fits(to - from)) return this.batch.refuse('line_too_long', line)
    if (record.hasBadTime) this.mended.time++
    const timeNs = record.timeNs === 0n ? this.batch.nowNs : record.timeNs
    const severity = record.severity === 0 ? severityOfText(bytes, from, to) : record.severity
    const stream = streams.find(bytes)
    if (fields.ignored.length > 0) line = withoutFields(line, fields.ignored)
    return this.batch.add(stream, timeNs, severity, this.#mendedText(line), metadata)
  }

  /** Adds a line of text that nothing is known of. */
  addText(bytes: Uint8Array, from: number, to: number): LogRejectReason | undefined {
    const line = bytes.subarray(from, to)
    const { metadata } = this.#reader
    return this.#addSentText(
      line,
      { stream: this.#nobody, timeNs: 0n, severity: 0, metadata: [] },
      metadata,
    )
  }

  /** Adds a line whose sender told its stream, and perhaps its time. */
  addSent(line: Uint8Array, sent: SentLine): LogRejectReason | undefined {
    if (line[0] !== OPEN) return this.#addSentText(line, sent, '')
    const { record } = this.#plain
    if (!this.batch.fits(line.length) || record.read(line, 0, line.length) < 0) {
      return this.#addSentText(line, sent, '')
    }
    const parsers = this.#parsersOfJson(sent.stream)
    const parsed = parsers.length === 0 ? undefined : parse(parsers, line, sent.stream.labels)
    const timed = { ...sent, timeNs: sent.timeNs || this.#timely(record.timeNs, parsed?.timeNs) }
    const severity =
      sent.severity || sent.stream.severity || record.severity || (parsed?.severity ?? 0)
    const stream = this.senders.withOrigin(sent.stream, {
      ...parsed,
      ...originOf(record, line),
    })
    return this.#add(line, withTold(timed, parsed), {
      stream,
      severity: severity || severityOfText(line, 0, line.length),
    })
  }

  #addSentText(line: Uint8Array, sent: SentLine, metadata: string): LogRejectReason | undefined {
    if (!this.batch.fits(line.length)) return this.batch.refuse('line_too_long', line)
    const parsed = parse(this.#options.parsers, line, sent.stream.labels)
    const severity = sent.severity || sent.stream.severity || (parsed?.severity ?? 0)
    const known = { severity: severity || severityOfText(line, 0, line.length) }
    const timeNs = sent.timeNs || this.#timely(parsed?.timeNs ?? timeAtStart(line, 0, line.length))
    if (parsed === undefined) {
      return this.#add(line, { ...sent, timeNs }, { ...known, stream: sent.stream.own }, metadata)
    }
    const stream = this.senders.withOrigin(sent.stream, parsed)
    return this.#add(line, withTold({ ...sent, timeNs }, parsed), { ...known, stream }, metadata)
  }

  /** The first time that would be taken; without its zone one may be hours off: better none than one that is refused. */
  #timely(...times: readonly (bigint | undefined)[]): bigint {
    const { batch } = this
    return times.find((time) => time !== undefined && batch.isTimely(time)) ?? batch.nowNs
  }

  /** Who reads JSON objects of a stream: its labels say it, so it is asked once. */
  #parsersOfJson(stream: SenderStream): readonly LineParser[] {
    const known = this.#ofJson.get(stream)
    if (known !== undefined) return known
    const labels: LabelOf = (name) => stream.labels.get(name)
    const found = this.#options.parsers.filter((parser) =>
      parser.isMeant(OBJECT, 0, OBJECT.length, labels),
    )
    this.#ofJson.set(stream, found)
    return found
  }

  #add(
    line: Uint8Array,
    { timeNs, metadata }: SentLine,
    { stream, severity }: { stream: SenderStream['own']; severity: Severity },
    extra = '',
  ): LogRejectReason | undefined {
    const { metadataFieldsMax } = this.#options.limits
    if (metadata.length > 2 * metadataFieldsMax) {
      return this.batch.refuse('metadata_too_long', line)
    }
    const text = metadataText(metadata) || extra
    return this.batch.add(stream, timeNs, severity, this.#mendedText(line), text)
  }

  /** The line, with U+FFFD in place of bytes that are no UTF-8. */
  #mendedText(line: Uint8Array): Uint8Array {
    if (this.#isUtf8 || isUtf8(line)) return line
    this.mended.utf8++
    return Buffer.from(Buffer.from(line.buffer, line.byteOffset, line.length).toString())
  }

  #readerFor(fields: FieldParameters): RecordReader {
    if (fields === NO_FIELDS) return this.#plain
    const key = JSON.stringify(fields)
    const known = this.#readers.get(key)
    if (known !== undefined) return known
    const made = this.#make(fields)
    if (this.#readers.size >= PARAMETERS_MAX) this.#readers.clear()
    this.#readers.set(key, made)
    return made
  }

  #make(fields: FieldParameters): RecordReader {
    const isPlain = fields.time.length === 0 && fields.stream.length === 0
    const record = new JsonRecord(
      isPlain ? KNOWN_KEYS : { time: fields.time, labels: fields.stream },
    )
    const streams = new RecordStreams(record, this.batch, this.#options.seed)
    return { record, streams, fields, metadata: metadataText(fields.extra) }
  }
}

/** What the first parser that knows a line reads in it. */
function parse(
  parsers: readonly LineParser[],
  line: Uint8Array,
  labels: Labels,
): ParsedLine | undefined {
  const value: LabelOf = (name) => labels.get(name)
  for (const parser of parsers) {
    if (!parser.isMeant(line, 0, line.length, value)) continue
    const text = Buffer.from(line.buffer, line.byteOffset, line.length).toString()
    const parsed = parser.parse(text, value)
    if (parsed !== undefined) return { system: parser.system, ...parsed }
  }
  return undefined
}

/** With what a parser knows beside the line. */
function withTold(sent: SentLine, parsed: ParsedLine | undefined): SentLine {
  if (parsed === undefined) return sent
  const { logger = '', metadata = {} } = parsed
  return {
    ...sent,
    metadata: [...sent.metadata, 'logger', logger, ...Object.entries(metadata).flat()],
  }
}

/** What a JSON line says of where it comes from. */
function originOf({ scanner, labelNames, firstLabel }: JsonRecord, line: Uint8Array): Origin {
  const origin: Record<string, string | undefined> = {}
  for (const name of ['system', 'pipeline', 'stage']) {
    const slot = firstLabel + labelNames.indexOf(name)
    if (scanner.kind[slot] !== SCANNED.absent) origin[name] = scanner.text(line, slot)
  }
  return origin
}
