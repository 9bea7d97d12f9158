import { headFault, latin1 } from './head.ts'
import { type Precision, readTimestamp } from './timestamp.ts'

/** InfluxDB's bounds for measurement and tags, and for those with the key of a field. */
export const KEY_BYTES_MAX = 65_535
/** What it puts between them. */
export const KEY_SEPARATOR_BYTES = 4

/**
 * Why a line cannot be read, in InfluxDB's words. The reader only knows that it cannot; this reads the
 * line once more, slowly, in the order in which InfluxDB looks at it, because clients compare the words.
 *
 * @see influxdata/influxdb:models/points.go
 */
export function lineFault(line: Uint8Array, precision: Precision): string {
  const text = latin1(line)
  const end = freeSpace(text)
  const head = end < 0 ? text : text.slice(0, end)
  const wrong = headFault(head)
  // InfluxDB looks for tags that are there twice when it has come to their end.
  if (wrong !== undefined && (end >= 0 || wrong !== 'duplicate tags')) return wrong
  if (end < 0) return 'missing fields'
  if (head.length > KEY_BYTES_MAX) return tooLong(head.length)
  const fields = text.slice(end).replace(/^[ \t\0]+/, '')
  const read = fieldsFault(fields)
  if (typeof read === 'string') return read
  for (const key of read.keys) {
    const bytes = head.length + KEY_SEPARATOR_BYTES + key.length
    if (bytes > KEY_BYTES_MAX) return tooLong(bytes)
  }
  return timeFault(fields.slice(read.end), precision)
}

function tooLong(bytes: number): string {
  return `max key length exceeded: ${bytes} > ${KEY_BYTES_MAX}`
}

/** Where the head ends: at a space that no backslash stands before. */
function freeSpace(text: string): number {
  const found = /(?<!\\) /.exec(text)
  return found === null ? -1 : found.index
}

/** What is wrong with `key=value,…`, or where it ends and which keys it has. */
function fieldsFault(text: string): string | { end: number; keys: string[] } {
  let quoted = false
  let equals = 0
  let commas = 0
  let at = 0
  let keyFrom = 0
  const keys: string[] = []
  while (at < text.length) {
    const character = text[at]!
    if (character === '\\' && at + 1 < text.length) {
      at += 2
    } else if (character === '"' && equals > commas) {
      quoted = !quoted
      at++
    } else if (quoted) {
      at++
    } else if (character === ' ') {
      break
    } else if (character === '=') {
      equals++
      const key = text.slice(keyFrom, at)
      if (key === '') return 'missing field key'
      keys.push(key)
      const rest = text.slice(at + 1)
      if (rest === '' || rest[0] === ',' || rest[0] === ' ') return 'missing field value'
      if (rest[0] === '"') {
        at++
        continue
      }
      const value = /^[^, ]*/.exec(rest)![0]
      const wrong = /^[\d.\-Nn]/.test(value) ? numberFault(value) : booleanFault(value)
      if (wrong !== undefined) return wrong
      at += 1 + value.length
    } else {
      at++
      if (character === ',') {
        commas++
        keyFrom = at
      }
    }
  }
  if (quoted) return 'unbalanced quotes'
  return equals === 0 || commas !== equals - 1 ? 'invalid field format' : { end: at, keys }
}

function booleanFault(value: string): string | undefined {
  return /^(?:t|T|true|True|TRUE|f|F|false|False|FALSE)$/.test(value)
    ? undefined
    : 'invalid boolean'
}

function numberFault(value: string): string | undefined {
  if (/^-?\d+[iu]$/.test(value)) {
    const isSigned = value.endsWith('i')
    const digits = value.slice(0, -1)
    const whole = BigInt(digits)
    const [min, max] = isSigned ? [-(2n ** 63n), 2n ** 63n - 1n] : [0n, 2n ** 64n - 1n]
    if (whole >= min && whole <= max) return undefined
    if (digits.startsWith('-') && !isSigned) return 'invalid number'
    const kind = isSigned ? ['integer', 'Int'] : ['unsigned', 'Uint']
    const why = `strconv.Parse${kind[1]}: parsing ${JSON.stringify(digits)}: value out of range`
    return `unable to parse ${kind[0]} ${digits}: ${why}`
  }
  const isPlain = /^-?(?:\d+\.?\d*|\.\d+)$/.test(value)
  if (isPlain && Number.isFinite(Number(value))) return undefined
  if (isPlain) return 'invalid float'
  // With an exponent it is a number to the scanner; whether it is one, Go's parser says.
  const hasExponent = /^-?[\d.][\d.eE+-]*$/.test(value) && /[eE]/.test(value)
  const isShaped = hasExponent && !/[^eE][+-]/.test(value.slice(1)) && !/\..*\./.test(value)
  if (!isShaped) return 'invalid number'
  const isNumber = /^-?(?:\d+\.?\d*|\.\d+)[eE][+-]?\d+$/.test(value)
  return isNumber && Number.isFinite(Number(value)) ? undefined : 'invalid float'
}

function timeFault(text: string, precision: Precision): string {
  const rest = text.replace(/^[ \t\0]+/, '')
  const stamp = /^[^ ]*/.exec(rest)![0]
  if (!/^-?\d*$/.test(stamp)) return 'bad timestamp'
  if (stamp === '-') return 'strconv.ParseInt: parsing "-": invalid syntax'
  const digits = stamp === '' ? 0n : BigInt(stamp)
  if (digits >= 2n ** 63n || digits < -(2n ** 63n)) {
    return `strconv.ParseInt: parsing ${JSON.stringify(stamp)}: value out of range`
  }
  const bytes = Buffer.from(stamp, 'latin1')
  const isRead = stamp === '' || !Number.isNaN(readTimestamp(bytes, 0, bytes.length, precision))
  if (!isRead) return 'time outside range -9223372036854775806 - 9223372036854775806'
  // What is left are ways of writing that InfluxDB lets pass and nobody means.
  return /^ *$/.test(rest.slice(stamp.length)) ? 'invalid field format' : 'point is invalid'
}
