import { inert } from './json-text.ts'

const COLOURS: Readonly<Record<string, string>> = {
  TRACE: '90',
  DEBUG: '36',
  INFO: '32',
  WARNING: '33',
  ERROR: '31',
  CRITICAL: '41;97',
}
const BARE = /^[\w.:/@+-]+$/

/**
 * A record's JSON line as people read it:
 *
 *   10:00:00.123 ERROR    orders.sink  Write failed  iceberg_table=orders  error_type=TimeoutError
 *     TimeoutError: no answer after 5 s
 *         at commit (/app/sink.js:10:5)
 *
 * It is made from the JSON, so that it shows no field that redaction took away, and everything that
 * came from outside is inert: no escape sequence, line break or direction mark gets through.
 */
export function prettyLine(line: string, hasColour: boolean): string {
  let record: PrettyRecord
  try {
    record = JSON.parse(line) as PrettyRecord
  } catch {
    return `${inert(line.trimEnd())}\n`
  }
  const paint = (code: string, text: string): string =>
    hasColour ? `\u001b[${code}m${text}\u001b[0m` : text
  const { timestamp = '', level = '', logger = '', message = '' } = record
  const parts = [
    `${paint('90', clockTime(timestamp))} ${paint(COLOURS[level] ?? '0', inert(level).padEnd(8))} ${paint('90', inert(logger))}`,
    inert(message),
    ...Object.entries(record.context ?? {}).map(
      ([key, value]) => `${paint('90', `${inert(key)}=`)}${valueOf(value)}`,
    ),
  ]
  if (record.source !== undefined) {
    parts.push(paint('90', `(${inert(record.source.file)}:${record.source.line})`))
  }
  return `${parts.join('  ')}\n${exceptionLines(record.exception)}`
}

interface PrettyException {
  readonly type?: string
  readonly message?: string
  readonly stacktrace?: string
  readonly cause?: PrettyException
}
interface PrettyRecord {
  readonly timestamp?: string
  readonly level?: string
  readonly logger?: string
  readonly message?: string
  readonly source?: { readonly file: string; readonly line: number }
  readonly context?: Readonly<Record<string, unknown>>
  readonly exception?: PrettyException
}

/** The time of day where the terminal is. */
function clockTime(timestamp: string): string {
  const time = new Date(timestamp)
  if (Number.isNaN(time.getTime())) return inert(timestamp)
  const two = (part: number): string => String(part).padStart(2, '0')
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`
  return `${clock}.${String(time.getMilliseconds()).padStart(3, '0')}`
}

function valueOf(value: unknown): string {
  if (typeof value === 'string' && BARE.test(value)) return value
  return inert(JSON.stringify(value))
}

function exceptionLines(exception: PrettyException | undefined): string {
  if (exception === undefined) return ''
  const { type = '', message = '', stacktrace, cause } = exception
  const own = (stacktrace ?? `${type}: ${message}`).split('\n').map((line) => `  ${inert(line)}\n`)
  const below = cause === undefined ? '' : `  caused by:\n${exceptionLines(cause)}`
  return own.join('') + below
}
