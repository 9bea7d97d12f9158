import * as fc from 'fast-check'
import { KEY_SLACK } from '../../keys/byte-keys.ts'
import { LineBatch } from '../line-batch.ts'
import type { LineReader } from '../line-reader.ts'
import type { Precision } from '../timestamp.ts'
import { type TwinResult, type TwinSample, nameOf, twin } from './twin.ts'

/** Bodies of line protocol, good and bad, and how to compare what is read with what the twin reads. */

const name = fc.constantFrom(
  'cpu',
  'm',
  'usage_idle',
  'a b',
  'a,b',
  'a=b',
  'a"b',
  'C:\\dir',
  'é',
  '0',
  'true',
  '#x',
  'a\tb',
)
const escaped = (text: string, special: RegExp): string => text.replaceAll(special, '\\$&')
const number = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.maxSafeInteger().map((n) => `${n}i`),
  fc.bigInt(0n, 2n ** 64n).map((n) => `${n}u`),
  fc.constantFrom('1', '0', '-0.5', '1.', '.5', '1e3', '-9223372036854775808i', '1e999', '-', '.'),
)
const text = fc
  .array(fc.constantFrom('x', ' ', ',', '=', '\n', '\\\\', '\\"', 'é', '1'), { maxLength: 6 })
  .map((parts) => `"${parts.join('')}"`)
const value = fc.oneof(
  { weight: 6, arbitrary: number },
  { weight: 1, arbitrary: text },
  { weight: 1, arbitrary: fc.constantFrom('t', 'F', 'True', 'false', 'FALSE', 'tRUE') },
)
const tag = fc.tuple(name, name).map(([key, of]) => {
  return `,${escaped(key, /[,= ]/g)}=${escaped(of, /[,= ]/g)}`
})
const field = fc.tuple(name, value).map(([key, of]) => `${escaped(key, /[,= ]/g)}=${of}`)
const stamp = fc.oneof(
  fc.constant(''),
  fc.bigInt(-(2n ** 63n), 2n ** 63n).map((n) => ` ${n}`),
  fc.constantFrom(' 1700000000000000000', ' 1700000000', ' 0', '  17', ' x', ' ', ' -'),
)

/** A line as a well-meaning sender writes it. */
const goodishLine = fc
  .tuple(
    name,
    fc.array(tag, { maxLength: 3 }),
    fc.array(field, { minLength: 1, maxLength: 4 }),
    stamp,
  )
  .map(([measurement, tags, fields, at]) => {
    return `${escaped(measurement, /[, ]/g)}${tags.join('')} ${fields.join(',')}${at}`
  })

const junk = fc
  .array(
    fc.constantFrom(
      'm',
      ',',
      '=',
      ' ',
      '"',
      '\\',
      '\n',
      '\r',
      '1',
      'i',
      't',
      '#',
      '\0',
      '\t',
      '\xff',
    ),
    { maxLength: 30 },
  )
  .map((parts) => parts.join(''))

/** A line in which a piece was taken out, or something put in. */
const damaged = fc.tuple(goodishLine, fc.nat(60), fc.nat(3), junk).map(([line, at, cut, add]) => {
  return line.slice(0, at) + add.slice(0, 2) + line.slice(at + cut)
})

const end = fc.constantFrom('\n', '\n', '\n', '\r\n', '\n\n', '')

/** With a character a byte. */
export const anyBody = fc
  .array(
    fc.tuple(
      fc.oneof(
        { weight: 4, arbitrary: goodishLine },
        { weight: 3, arbitrary: damaged },
        { weight: 1, arbitrary: junk },
      ),
      end,
    ),
    { maxLength: 6 },
  )
  .map((lines) => Buffer.from(lines.flat().join('')).toString('latin1'))

/** Reads a text with a character a byte; samples with their names. */
export function read(
  reader: LineReader,
  text: string,
  precision: Precision,
  nowMs: number,
): TwinResult & { readonly batch: LineBatch } {
  const bytes = Buffer.concat([Buffer.from(text, 'latin1'), Buffer.alloc(KEY_SLACK, 0x31)])
  const batch = new LineBatch(100_000)
  reader.read(bytes, bytes.length - KEY_SLACK, { precision, nowMs }, batch)
  const samples = Array.from({ length: batch.length }, (_, i): TwinSample => {
    const known = reader.nameOf(batch.fields[i]!)
    return { ...nameOf(known, known?.field), timeMs: batch.times[i]!, value: batch.values[i]! }
  })
  const faults = batch.faults.map(({ from, to }) => text.slice(from, to))
  return { samples, faults, strings: batch.strings, lines: batch.lines, batch }
}

/** What the reader reads otherwise than the twin; undefined when nothing. */
export function compare(
  reader: LineReader,
  text: string,
  precision: Precision,
  nowMs: number,
): string | undefined {
  const { batch: _, ...got } = read(reader, text, precision, nowMs)
  const want = twin(text, precision, nowMs)
  const shown = (result: TwinResult): string =>
    JSON.stringify(
      [result.samples, result.strings, result.lines, result.faults.slice(0, 20)],
      undefined,
      1,
    )
  return shown(got) === shown(want) ? undefined : `got ${shown(got)}\nwant ${shown(want)}`
}
