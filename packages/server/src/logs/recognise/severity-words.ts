import { type Severity, SEVERITY_OF } from '@weir/model'

const { trace, debug, info, warn, error, critical, fatal } = SEVERITY_OF
/** Between two of OpenTelemetry's levels, as syslog and others have them. */
const NOTICE = info + 1
const ALERT = critical + 1

/** Words that loggers write for levels, in small letters. */
const WORDS: Readonly<Record<string, Severity>> = {
  trace,
  trc: trace,
  silly: trace,
  finest: trace,
  finer: trace,
  event: trace, // rudder-server's lowest
  debug,
  dbg: debug,
  fine: debug,
  verbose: debug + 1,
  http: debug + 3,
  info,
  inf: info,
  information: info,
  informational: info,
  config: info,
  notice: NOTICE,
  warn,
  wrn: warn,
  warning: warn,
  error,
  err: error,
  severe: error,
  critical,
  crit: critical,
  dpanic: critical,
  alert: ALERT,
  panic: ALERT,
  fatal,
  ftl: fatal,
  emerg: fatal,
  emergency: fatal,
  // Single letters stand for levels in what klog, logcat and Bunyan's short form write.
  t: trace,
  v: trace,
  d: debug,
  i: info,
  w: warn,
  e: error,
  f: fatal,
}

interface Word {
  readonly bytes: Uint8Array
  readonly severity: Severity
}

const LENGTH_MAX = Math.max(...Object.keys(WORDS).map(({ length }) => length))
const LETTERS = 32
/** By length and first letter. */
const BY_SHAPE: readonly (readonly Word[] | undefined)[] = shapes()

function shapes(): (Word[] | undefined)[] {
  const all: (Word[] | undefined)[] = Array.from({ length: (LENGTH_MAX + 1) * LETTERS })
  for (const [word, severity] of Object.entries(WORDS)) {
    const bytes = Buffer.from(word)
    const shape = bytes.length * LETTERS + (bytes[0]! & (LETTERS - 1))
    ;(all[shape] ??= []).push({ bytes, severity })
  }
  return all
}

/** What `bytes[from, to)` stands for as the name of a level, in whatever letters; 0 for nothing. */
export function severityOfWord(bytes: Uint8Array, from: number, to: number): Severity {
  const length = to - from
  if (length === 0 || length > LENGTH_MAX) return 0
  const words = BY_SHAPE[length * LETTERS + (bytes[from]! & (LETTERS - 1))]
  if (words === undefined) return 0
  for (const word of words) if (isWord(word.bytes, bytes, from)) return word.severity
  return 0
}

function isWord(word: Uint8Array, bytes: Uint8Array, from: number): boolean {
  for (let i = 0; i < word.length; i++) if (word[i] !== (bytes[from + i]! | 0x20)) return false
  return true
}

/** Levels of syslog and GELF, 0 the worst. */
const SYSLOG: readonly Severity[] = [fatal, ALERT, critical, error, warn, NOTICE, info, debug]

/** Syslog's number as a severity; 0 for another number. */
export function severityOfSyslog(level: number): Severity {
  return SYSLOG[level] ?? 0
}

/**
 * A number that stands under `level`: 10 to 60 as pino, bunyan and Python count, below 10 as syslog does.
 * 0 for what is neither.
 */
export function severityOfLevel(level: number): Severity {
  if (level < 10) return severityOfSyslog(level)
  if (level < 20) return trace
  if (level < 30) return debug
  if (level < 40) return info
  if (level < 50) return warn
  if (level < 60) return error
  return level < 70 ? fatal : 0
}

/** A number as OpenTelemetry counts, 1 to 24; 0 for another. */
export function severityOfOtlp(number: number): Severity {
  return number >= 1 && number <= 24 ? Math.floor(number) : 0
}
