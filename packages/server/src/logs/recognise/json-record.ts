import type { Severity } from '@weir/model'
import { JsonLineScanner, SCANNED, type WantedKey } from '@weir/wire'
import {
  severityOfLevel,
  severityOfOtlp,
  severityOfSyslog,
  severityOfWord,
} from './severity-words.ts'
import { timeNs } from './time-text.ts'

const TIME = 0
const LEVEL = 1
const OTLP_NUMBER = 2
const SYSLOG_NUMBER = 3
/** From here on: values that become labels. */
const LABELS_FROM = 4

/** Where loggers put the time, the likeliest first: this SDK and Python's, ECS, pino and bunyan, zap, Serilog, OTLP. */
const TIME_KEYS: readonly string[] = [
  'timestamp',
  '@timestamp',
  'time',
  '_time',
  'ts',
  '@t',
  'Timestamp',
  'timeUnixNano',
  'time_unix_nano',
  'timeMillis', // log4j's JSON layout
  'eventTime',
  'date',
  'datetime',
  'asctime',
  'observedTimeUnixNano',
]
const LEVEL_KEYS: readonly string[] = [
  'level',
  'log.level',
  'severity',
  'severityText',
  'severity_text',
  'SeverityText',
  'lvl',
  'levelname',
  'loglevel',
  'log_level',
  '@l',
  'LEVEL',
  'Level',
  'SEVERITY',
  'Severity',
  'LVL',
  'Lvl',
  'severity.text',
]
const OTLP_KEYS: readonly string[] = ['severityNumber', 'severity_number', 'SeverityNumber']
const SYSLOG_KEYS: readonly string[] = [
  'PRIORITY',
  'syslog.severity.code',
  'log.syslog.severity.code',
]

/** Fields that become labels of the stream, and under which keys loggers have them. */
const LABEL_KEYS: Readonly<Record<string, readonly string[]>> = {
  service_name: [
    'service.name',
    'service_name',
    'service',
    'serviceName',
    'app',
    'application',
    'app_name',
    'kubernetes.labels.app.kubernetes.io/name',
    'kubernetes.container_name',
    'container_name',
    'event.dataset',
    'appname',
  ],
  namespace: ['kubernetes.namespace_name'],
  system: ['system', 'context.system'],
  pipeline: ['pipeline', 'context.pipeline'],
  stage: ['stage', 'context.stage'],
}

/** How the sender of a request wants its fields understood; names from {@link FieldParameters}. */
export interface RecordKeys {
  /** Looked for before all that Weir knows. */
  readonly time: readonly string[]
  /** Fields that become labels, in place of those that Weir knows. */
  readonly labels: readonly string[]
}

export const KNOWN_KEYS: RecordKeys = { time: [], labels: [] }

/**
 * What a line that is a JSON object says of itself: when, how bad, and who wrote. One walk over the
 * bytes, no parsed object; its fields hold until the next line.
 */
export class JsonRecord {
  /** 0n when the line has none or one that cannot be read. */
  timeNs = 0n
  /** Whether there was a time that cannot be read. */
  hasBadTime = false
  severity: Severity = 0
  readonly scanner: JsonLineScanner
  /** The label of each slot from {@link firstLabel} on. */
  readonly labelNames: readonly string[]
  readonly firstLabel = LABELS_FROM

  constructor({ time, labels }: RecordKeys) {
    const labelKeys: readonly (readonly [string, readonly string[]])[] =
      labels.length > 0 ? labels.map((name) => [name, [name]]) : Object.entries(LABEL_KEYS)
    const wanted: WantedKey[] = [
      ...[...time, ...TIME_KEYS].map((path) => ({ path, slot: TIME })),
      ...LEVEL_KEYS.map((path) => ({ path, slot: LEVEL })),
      ...OTLP_KEYS.map((path) => ({ path, slot: OTLP_NUMBER })),
      ...SYSLOG_KEYS.map((path) => ({ path, slot: SYSLOG_NUMBER })),
      ...labelKeys.flatMap(([, paths], i) =>
        paths.map((path) => ({ path, slot: LABELS_FROM + i })),
      ),
    ]
    this.scanner = new JsonLineScanner(wanted)
    this.labelNames = labelKeys.map(([name]) => name)
  }

  /**
   * Reads the object that begins at `at`.
   *
   * @returns where it ends; −1 when it is none, and the fields say nothing
   */
  read(bytes: Uint8Array, at: number, end: number): number {
    const { scanner } = this
    const to = scanner.scan(bytes, at, end)
    this.timeNs = 0n
    this.hasBadTime = false
    this.severity = 0
    if (to < 0) return to
    this.#readTime(bytes)
    this.severity = this.#severity(bytes)
    return to
  }

  #readTime(bytes: Uint8Array): void {
    const { scanner } = this
    const kind = scanner.kind[TIME]!
    if (kind === SCANNED.absent) return
    const found = timeNs(bytes, scanner.from[TIME]!, scanner.to[TIME]!)
    this.hasBadTime = found === undefined
    this.timeNs = found ?? 0n
  }

  #severity(bytes: Uint8Array): Severity {
    const number = severityOfOtlp(this.#number(bytes, OTLP_NUMBER))
    if (number > 0) return number
    const { kind, from, to } = this.scanner
    if (kind[LEVEL] === SCANNED.plain) {
      const found = severityOfWord(bytes, from[LEVEL]!, to[LEVEL]!)
      if (found > 0) return found
    }
    const level = this.#number(bytes, LEVEL)
    if (level >= 0) return severityOfLevel(level)
    return severityOfSyslog(this.#number(bytes, SYSLOG_NUMBER))
  }

  /** A small whole number, as one or as text; −1 for anything else. */
  #number(bytes: Uint8Array, slot: number): number {
    const { kind, from, to } = this.scanner
    if (kind[slot] === SCANNED.absent) return -1
    const begin = from[slot]!
    const end = to[slot]!
    if (end === begin || end - begin > 3) return -1
    let value = 0
    for (let at = begin; at < end; at++) {
      const digit = bytes[at]! - 0x30
      if (!(digit >= 0 && digit <= 9)) return -1
      value = value * 10 + digit
    }
    return value
  }
}
