import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { KEY_SLACK } from '../keys/byte-keys.ts'
import { lineFault } from './fault.ts'
import { LineBatch } from './line-batch.ts'
import { LineReader } from './line-reader.ts'
import { anyBody, compare, read } from './testing/bodies.ts'
import type { Precision } from './timestamp.ts'

const NOW = 1_700_000_000_123

/** A body as `measurement{tags} field value @time` a sample, and its bad lines with the reason. */
function told(text: string, precision: Precision = 'ns'): string[] {
  const { samples, faults } = read(new LineReader(OPTIONS), text, precision, NOW)
  return [
    ...samples.map(({ measurement, tags, field, value, timeMs }) => {
      const time = timeMs === NOW ? 'now' : String(timeMs)
      return `${measurement}|${tags.join('|')} ${field} ${value} @${time}`
    }),
    ...faults.map((line) => `${line}: ${lineFault(Buffer.from(line, 'latin1'), precision)}`),
  ]
}

const OPTIONS = { seed: 7, numbersInStrings: false, tellSingle: false }

describe('a line', () => {
  test.each<[string, string[]]>([
    ['cpu value=1', ['cpu| value 1 @now']],
    ['cpu,host=a value=1i 1700000000000000000', ['cpu|host|a value 1 @1700000000000']],
    [String.raw`my\ cpu,ho\,st=a\=b v\ 1=t`, ['my cpu|ho,st|a=b v 1 1 @now']],
    [String.raw`m,t=a"b f="x \"y\" \\ z, k=v"`, []],
    [String.raw`m,path=C:\dir f=1`, [String.raw`m|path|C:\dir f 1 @now`]],
    [String.raw`m,t=a\\ f=1`, [String.raw`m,t=a\\ f=1: invalid tag format`]],
    [String.raw`x\=y\,z,t\=1=v\ 2 f\=1=3`, ['x=y,z|t=1|v 2 f=1 3 @now']],
    ['m f="two\nlines",g=1\nn f=2', ['m| g 1 @now', 'n| f 2 @now']],
    ['m f=1u,g=18446744073709551615u', ['m| f 1 @now', 'm| g 18446744073709552000 @now']],
    [
      'm a=T,b=True,c=TRUE,d=f,e=false,f=FALSE',
      ['a 1', 'b 1', 'c 1', 'd 0', 'e 0', 'f 0'].map((v) => `m| ${v} @now`),
    ],
    [
      'm a=1.,b=.5,c=-1.5e-3,d=1E7',
      ['a 1', 'b 0.5', 'c -0.0015', 'd 10000000'].map((v) => `m| ${v} @now`),
    ],
    ['  m f=1   -5000000  ', ['m| f 1 @-5']],
    ['m f=1\r\nn f=2\r\n\r\n', ['m| f 1 @now', 'n| f 2 @now']],
    ['m f=1 1700000000000000000\r', ['m| f 1 @1700000000000']],
    ['# note "\n#\r\n\n \t\nm f=1', ['m| f 1 @now']],
    ['m f=1\nm f=\nn f=2', ['m| f 1 @now', 'n| f 2 @now', 'm f=: missing field value']],
    ['m f="abc\nok f=1', ['ok| f 1 @now', 'm f="abc: unbalanced quotes']],
    ['m f="a"b\nok f=1', ['ok| f 1 @now', 'm f="a"b: invalid field format']],
    ['m f="a\nb" x\nok f=1', ['ok| f 1 @now', 'm f="a\nb" x: bad timestamp']],
    ['m,t=a\\\nok f=1', ['ok| f 1 @now', 'm,t=a\\: missing fields']],
    ['é,ß=ü ö=1', ['é|ß|ü ö 1 @now']],
  ])('%j', (text, want) => {
    expect(told(Buffer.from(text).toString('latin1'))).toEqual(want)
  })
})

// As InfluxDB 1.6.7 answers each of them.
test.each([
  ['m', 'missing fields'],
  ['m ', 'invalid field format'],
  [',t=a f=1', 'missing measurement'],
  ['m f=', 'missing field value'],
  ['m f=,g=1', 'missing field value'],
  ['m,t= f=1', 'missing tag value'],
  ['m,t=,u=1 f=1', 'missing tag value'],
  ['m,=a f=1', 'missing tag key'],
  ['m, f=1', 'missing tag key'],
  ['m,t f=1', 'missing tag value'],
  ['m,t=a', 'missing fields'],
  ['m,a=1,a=2 f=1', 'duplicate tags'],
  ['m,a=1,a=2', 'missing fields'],
  ['m,a=1,b=2,a=2 f=1', 'duplicate tags'],
  ['m f=NaN', 'invalid number'],
  ['m f=1.2.3', 'invalid number'],
  ['m f=1i.5', 'invalid number'],
  ['m f=-', 'invalid number'],
  ['m f=.', 'invalid number'],
  ['m f=+1', 'invalid boolean'],
  ['m f=inf', 'invalid boolean'],
  ['m f=yes', 'invalid boolean'],
  ['m f=tru', 'invalid boolean'],
  ['m f=1e400', 'invalid float'],
  ['m f=1e', 'invalid float'],
  ['m f=1i2', 'invalid number'],
  ['m f=-1u', 'invalid number'],
  ['m,t=a=b f=1', 'invalid tag format'],
  ['m f="abc', 'unbalanced quotes'],
  ['m a=1,b', 'invalid field format'],
  ['m a,b=1', 'invalid field format'],
  ['m =1', 'missing field key'],
  ['m a=1,=2', 'missing field key'],
  ['m f=1\tg=2', 'invalid number'],
  ['m f=1 12.5', 'bad timestamp'],
  ['m f=1 abc', 'bad timestamp'],
  ['m f=1 -', 'strconv.ParseInt: parsing "-": invalid syntax'],
  ['m f=1 123 x', 'point is invalid'],
  [
    'm f=9223372036854775808i',
    'unable to parse integer 9223372036854775808: strconv.ParseInt: parsing "9223372036854775808": value out of range',
  ],
  [
    'm f=1 9223372036854775808',
    'strconv.ParseInt: parsing "9223372036854775808": value out of range',
  ],
  ['m f=1 9223372036854775807', 'time outside range -9223372036854775806 - 9223372036854775806'],
])('%j is refused: %s', (line, reason) => {
  expect(told(`${line}\nok f=1`)).toEqual(['ok| f 1 @now', `${line}: ${reason}`])
})

test.each<[Precision, string, number]>([
  ['ns', '1700000000123999999', 1_700_000_000_123],
  ['ns', '-1', 0],
  ['ns', '9223372036854775806', 9_223_372_036_854],
  ['us', '1700000000123999', 1_700_000_000_123],
  ['ms', '1700000000123', 1_700_000_000_123],
  ['s', '1700000000', 1_700_000_000_000],
  ['m', '28333333', 1_699_999_980_000],
  ['h', '472222', 1_699_999_200_000],
  ['auto', '1700000000123456789', 1_700_000_000_123],
  ['auto', '1700000000123456', 1_700_000_000_123],
  ['auto', '1700000000123', 1_700_000_000_123],
  ['auto', '1700000000', 1_700_000_000_000],
  ['auto', '0000000001700000000', 1_700_000_000_000],
])('%s: %s is %d ms', (precision, stamp, timeMs) => {
  const { samples } = read(new LineReader(OPTIONS), `m f=1 ${stamp}`, precision, NOW)
  expect(samples.map((sample) => sample.timeMs)).toEqual([timeMs])
})

test.each<[Precision, number]>([
  ['ns', NOW],
  ['s', 1_700_000_000_000],
  ['m', 1_699_999_980_000],
  ['h', 1_699_999_200_000],
])('%s: a line without a timestamp gets the present, cut to the unit', (precision, timeMs) => {
  const { samples } = read(new LineReader(OPTIONS), 'm f=1', precision, NOW)
  expect(samples[0]?.timeMs).toBe(timeMs)
})

test('numbers in strings are read when they are asked for', () => {
  const reader = new LineReader({ ...OPTIONS, numbersInStrings: true })
  const { samples, strings } = read(reader, 'm a="1.5",b="x",c="",d="12i"', 'ns', NOW)
  expect(samples.map(({ field, value }) => [field, value])).toEqual([['a', 1.5]])
  expect(strings).toBe(3)
})

test('a field that is alone in its line can be told from the same one in company', () => {
  const reader = new LineReader({ ...OPTIONS, tellSingle: true })
  const { batch } = read(reader, 'm f=1\nm f=2,g=3\nm f=4\nm f="x"', 'ns', NOW)
  const single = [...batch.fields.subarray(0, 4)].map((n) => reader.nameOf(n)?.isSingle)
  expect(single).toEqual([true, false, false, true])
  expect([...batch.values.subarray(0, 4)]).toEqual([1, 2, 3, 4])
})

test('names that are no UTF-8 have none, and are lines all the same', () => {
  const reader = new LineReader(OPTIONS)
  const { batch } = read(reader, 'm,t=\xff f=1\nm \xff=2\n\xff f=1', 'ns', NOW)
  expect(batch.length).toBe(3)
  for (let i = 0; i < 3; i++) expect(reader.nameOf(batch.fields[i]!)).toBeUndefined()
})

test('names beyond 65,535 bytes are refused', () => {
  const long = 'x'.repeat(65_535)
  expect(told(`${long} f=1`)[0]).toContain('max key length exceeded: 65540 > 65535')
  expect(told(`${long}x f=1`)[0]).toContain('max key length exceeded: 65536 > 65535')
  expect(told(`${long.slice(5)} f=1`)).toHaveLength(1)
})

test('reading stops one sample after the most that are allowed, even within a line', () => {
  const bytes = Buffer.concat([
    Buffer.from(`m ${'f=1,'.repeat(1000)}f=1\n`),
    Buffer.alloc(KEY_SLACK),
  ])
  const batch = new LineBatch(100)
  new LineReader(OPTIONS).read(
    bytes,
    bytes.length - KEY_SLACK,
    { precision: 'ns', nowMs: NOW },
    batch,
  )
  expect(batch.isOverfull).toBe(true)
  expect(batch.fields.length).toBeLessThan(2000)
})

test('many bad lines are counted, and the first of them are shown', () => {
  const { batch } = read(new LineReader(OPTIONS), 'bad\n'.repeat(1000), 'ns', NOW)
  expect([batch.faultCount, batch.faults.length, batch.length]).toEqual([1000, 20, 0])
})

test('whatever comes is read as the slow twin reads it, by a reader that has seen other things', () => {
  let reader = new LineReader(OPTIONS)
  let runs = 0
  fc.assert(
    fc.property(anyBody, fc.constantFrom('ns', 'auto', 's'), (text, precision) => {
      if (++runs % 50 === 0) reader = new LineReader(OPTIONS)
      expect(compare(reader, text, precision, NOW)).toBeUndefined()
    }),
    { numRuns: 3000 },
  )
})
