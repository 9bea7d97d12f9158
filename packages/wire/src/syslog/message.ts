/**
 * A line of syslog, as RFC 5424 or the older RFC 3164 has it:
 *
 *     <165>1 2003-10-11T22:14:15.003Z host app 42 ID47 [sd@1 a="b"] text
 *     <34>Oct 11 22:14:15 host su[42]: text
 *     <34>2003-10-11T22:14:15.003+02:00 host su[42]: text      as rsyslog forwards
 *
 * The older one is a custom more than a standard: parts may be missing, and what cannot be understood stays
 * in the text.
 *
 * @see https://www.rfc-editor.org/rfc/rfc5424 and https://www.rfc-editor.org/rfc/rfc3164
 */
export interface SyslogMessage {
  /** 0 kernel … 23 local7; {@link FACILITIES} names them. */
  readonly facility: number
  /** 0 emergency … 7 debug. */
  readonly severity: number
  /** Nanoseconds since 1970; undefined when it says none that could be read. */
  readonly timeNs: bigint | undefined
  /** '' where there was none, as all texts here. */
  readonly host: string
  readonly app: string
  readonly procId: string
  readonly msgId: string
  /** `id, name, value, …` of structured data, as they came. */
  readonly data: readonly string[]
  readonly text: string
}

export const FACILITIES = [
  'kern',
  'user',
  'mail',
  'daemon',
  'auth',
  'syslog',
  'lpr',
  'news',
  'uucp',
  'cron',
  'authpriv',
  'ftp',
  'ntp',
  'audit',
  'alert',
  'clock',
  'local0',
  'local1',
  'local2',
  'local3',
  'local4',
  'local5',
  'local6',
  'local7',
] as const

/** Milliseconds since 1970 of a wall clock's reading that names no zone. */
export type WallClock = (
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
) => number

export interface SyslogOptions {
  /** Now, to know the year that RFC 3164 leaves out. */
  readonly nowMs: number
  /** How times without a zone are read. */
  readonly wallClock: WallClock
}

/** What a line without a priority has: user, notice. */
const PRIORITY_UNTOLD = 13
const PRIORITY_MAX = 191

/** Reads one message, without its frame. */
export function readSyslog(message: string, options: SyslogOptions): SyslogMessage {
  const line = message.replace(/[\0\r\n]+$/, '')
  const { priority, at } = readPriority(line)
  const head = { facility: priority >> 3, severity: priority & 7 }
  const isNew = line.startsWith('1 ', at) && at > 0
  const rest = (isNew ? readNew(line, at + 2) : undefined) ?? readOld(line, at, options)
  return { ...head, ...rest }
}

function readPriority(line: string): { readonly priority: number; readonly at: number } {
  const end = line.startsWith('<') ? line.indexOf('>', 1) : -1
  if (end < 2 || end > 4) return { priority: PRIORITY_UNTOLD, at: 0 }
  const priority = Number(line.slice(1, end))
  const isOne = /^\d+$/.test(line.slice(1, end)) && priority <= PRIORITY_MAX
  return isOne ? { priority, at: end + 1 } : { priority: PRIORITY_UNTOLD, at: 0 }
}

type Rest = Omit<SyslogMessage, 'facility' | 'severity'>

/** RFC 5424 from its time on; undefined when it is not built so. */
function readNew(line: string, from: number): Rest | undefined {
  const words: string[] = []
  let at = from
  for (let i = 0; i < 5; i++) {
    const end = line.indexOf(' ', at)
    if (end <= at) return undefined
    const word = line.slice(at, end)
    words.push(word === '-' ? '' : word)
    at = end + 1
  }
  const [time, host, app, procId, msgId] = words as [string, string, string, string, string]
  const timeNs = readIsoTime(time)
  if (time !== '' && timeNs === undefined) return undefined
  const { data, end } = readData(line, at)
  const text = line
    .slice(end)
    .replace(/^ /, '')
    .replace(/^\uFEFF/, '')
  return { timeNs, host, app, procId, msgId, data, text }
}

/** `[id name="value" …][…]`, or `-`; what is not built so is part of the text. */
function readData(line: string, from: number): { readonly data: string[]; readonly end: number } {
  const data: string[] = []
  let at = from
  if (line[at] === '-' && (line[at + 1] === ' ' || at + 1 === line.length)) {
    return { data, end: at + 1 }
  }
  while (line[at] === '[') {
    const element = readElement(line, at)
    if (element === undefined) break
    data.push(...element.data)
    at = element.end
  }
  return { data, end: at }
}

const SD_NAME = /[^\s=\]"]+/y
const SD_VALUE = /="((?:[^"\\\]]|\\[\s\S])*)"/y

function readElement(
  line: string,
  from: number,
): { readonly data: string[]; readonly end: number } | undefined {
  const id = matchAt(SD_NAME, line, from + 1)
  if (id === undefined) return undefined
  const data: string[] = []
  let at = from + 1 + id[0].length
  while (line[at] === ' ') {
    const name = matchAt(SD_NAME, line, at + 1)
    const value = name === undefined ? undefined : matchAt(SD_VALUE, line, at + 1 + name[0].length)
    if (name === undefined || value === undefined) return undefined
    data.push(id[0], name[0], value[1]!.replaceAll(/\\(["\\\]])/g, '$1'))
    at += 1 + name[0].length + value[0].length
  }
  return line[at] === ']' ? { data, end: at + 1 } : undefined
}

function matchAt(pattern: RegExp, line: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at
  return pattern.exec(line) ?? undefined
}

const ISO_TIME =
  /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9})\d*)?(Z|[+-]\d\d:?\d\d)$/

/** RFC 3339, to the nanosecond. */
function readIsoTime(text: string): bigint | undefined {
  const parts = ISO_TIME.exec(text)
  if (parts === null) return undefined
  const [, year, month, day, hour, minute, second, fraction = '', zone] = parts
  const numbers = [year, Number(month) - 1, day, hour, minute, second].map(Number)
  const ms = Date.UTC(...(numbers as [number, number]))
  const ns = BigInt(ms - offsetMs(zone!)) * 1_000_000n + BigInt(fraction.padEnd(9, '0'))
  return ns > 0n ? ns : undefined
}

function offsetMs(zone: string): number {
  if (zone === 'Z') return 0
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2))
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
/** Cisco's machines send a count and a star before it, and a year in it. */
const OLD_TIME =
  /(?:\d{1,10}: )?[*.]?(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) ([ \d]\d|\d)(?: (\d{4}))? (\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?: [A-Z]{3,4})?:? ?/y
const NEW_TIME = /(\d{4}-\d\d-\d\dT\S{8,29})(?: |$)/y
/** `su[42]:`, `docker/web[42]:`, `su:`. */
const TAG = /([\w./@%+()-]{1,64})(?:\[([^\]\s]{0,64})\]: ?|:(?: |$))/y
const HOST = /([\w.:%-]{1,255}) /y

function readOld(line: string, from: number, options: SyslogOptions): Rest {
  let at = from
  let timeNs: bigint | undefined
  const iso = matchAt(NEW_TIME, line, at)
  const old = iso === undefined ? matchAt(OLD_TIME, line, at) : undefined
  if (iso !== undefined) timeNs = readIsoTime(iso[1]!)
  else if (old !== undefined) timeNs = readOldTime(old, options)
  const hasTime = timeNs !== undefined
  if (hasTime) at += (iso ?? old)![0].length
  // Where the host is missing, the tag comes first; where there is not even a priority, all is text.
  const isTagNext = (hasTime || at > 0) && matchAt(TAG, line, at) !== undefined
  const host = hasTime && !isTagNext ? matchAt(HOST, line, at) : undefined
  if (host !== undefined) at += host[0].length
  const tag = hasTime || isTagNext ? matchAt(TAG, line, at) : undefined
  if (tag !== undefined) at += tag[0].length
  return {
    timeNs,
    host: host?.[1] ?? '',
    app: tag?.[1] ?? '',
    procId: tag?.[2] ?? '',
    msgId: '',
    data: [],
    text: line.slice(at),
  }
}

/** A clock that is a little ahead of ours must not make a message a year old. */
const AHEAD_MS_MAX = 2 * 86_400_000

function readOldTime(parts: RegExpExecArray, { nowMs, wallClock }: SyslogOptions): bigint {
  const [, month, day, year, hour, minute, second, fraction = ''] = parts
  const rest = [Number(day), Number(hour), Number(minute), Number(second)] as const
  const inYear = (y: number): number => wallClock(y, MONTHS.indexOf(month!), ...rest)
  const ms = year === undefined ? youngest(inYear, nowMs) : inYear(Number(year))
  return BigInt(ms) * 1_000_000n + BigInt(fraction.padEnd(9, '0'))
}

/** The youngest that is not ahead: a line of December that comes in January is last year's. */
function youngest(inYear: (year: number) => number, nowMs: number): number {
  const thisYear = new Date(nowMs).getUTCFullYear()
  const years = [thisYear + 1, thisYear].map(inYear)
  return years.find((ms) => ms <= nowMs + AHEAD_MS_MAX) ?? inYear(thisYear - 1)
}
