import * as fc from 'fast-check'
import { Labels, type MetricFamily } from '@weir/model'
import { describe, expect, test } from 'vitest'
import { formatFloat } from './float.ts'
import { ExpositionPage } from './page.ts'
import { parseOpenMetrics } from './parse-openmetrics.ts'
import { parseText } from './parse-text.ts'
import { SeriesTable } from './series-table.ts'
import { exposition } from './write.ts'

type Parse = typeof parseText

/** Each sample as `labels value time`, or the fault as `line: reason`. */
function read(
  parse: Parse,
  text: string | Uint8Array,
  table = new SeriesTable(),
): string[] | string {
  const bytes = Buffer.from(text)
  const page = new ExpositionPage()
  const fault = parse(bytes, table, page)
  if (fault !== undefined) return `${fault.line}: ${fault.reason}`
  return rows(page, table)
}

function rows(page: ExpositionPage, table: SeriesTable): string[] {
  return Array.from({ length: page.length }, (_, i) => {
    const time = page.times[i]!
    const labels = Labels.fromFlat(table.pairs(page.series[i]!))
    const own = page.exemplars.filter(({ sample }) => sample === i)
    const exemplars = own.map(({ pairs, value, timeMs }) => {
      return ` # ${Labels.fromFlat(pairs).toString()} ${value}${at(timeMs)}`
    })
    return `${labels.toString()} ${page.values[i]!}${at(time)}${exemplars.join('')}`
  })
}

function at(timeMs: number): string {
  return Number.isNaN(timeMs) ? '' : ` @${timeMs}`
}

describe('Prometheus text', () => {
  test.each([
    ['a 1\n', ['a 1']],
    ['a 1', ['a 1']],
    ['', []],
    ['\n\n  \n', []],
    ['  a   1   \n', ['a 1']],
    ['a\t1\t1395066363000\n', ['a 1 @1395066363000']],
    ['a 1 -5\n', ['a 1 @-5']],
    ['a{} 1\n', ['a 1']],
    ['a{b="c"} 1\n', ['a{b="c"} 1']],
    ['a { b = "c" , d="e" , } 1\n', ['a{b="c", d="e"} 1']],
    ['a{b="\\"\\\\\\n\\x"} 1\n', ['a{b="\\"\\\\\\n\\\\x"} 1']],
    ['a{b="}",c="{"}2\n', ['a{b="}", c="{"} 2']],
    ['a{b="a line\nbreak"} 1\n', ['a{b="a line\\nbreak"} 1']],
    ['a{b=""} 1\n', ['a 1']],
    ['a{b="c"d="e"} 1\n', ['a{b="c", d="e"} 1']],
    ['{"a.b"} 1\n', ['{"a.b"} 1']],
    ['{"a.b",c="d","e f"="g"} 1\n', ['{"a.b", c="d", "e f"="g"} 1']],
    ['{c="d","a.b"} 1\n', ['{"a.b", c="d"} 1']],
    ['a:b 1\n', ['a:b 1']],
    ['a{b="é日本"} 1\n', ['a{b="é日本"} 1']],
    [
      'a NaN\nb nan\nc +Inf\nd -inf\ne Infinity\nf 1e3\ng .5\n',
      ['a NaN', 'b NaN', 'c Infinity', 'd -Infinity', 'e Infinity', 'f 1000', 'g 0.5'],
    ],
    ['# nothing\n#HELP a\n# HELP\n# TYPES a b\na 1\n', ['a 1']],
    [
      '# HELP a x\n# TYPE a histogram\na_bucket{le="1"} 2\na_bucket{le="1000000"} 2\na_bucket{le="+Inf"} 2\n',
      ['a_bucket{le="1.0"} 2', 'a_bucket{le="1e+06"} 2', 'a_bucket{le="+Inf"} 2'],
    ],
    [
      '# TYPE a summary\na{quantile="0"} 2\na{quantile="0.5"} 2\n',
      ['a{quantile="0.0"} 2', 'a{quantile="0.5"} 2'],
    ],
    ['a{le="1"} 2\n', ['a{le="1"} 2']],
  ])('%j gives %j', (text, want) => expect(read(parseText, text)).toEqual(want))

  test.each([
    ['a\n', '1: there is no value'],
    ['a 1\nb x\n', '2: want a number as the value, got "x"'],
    ['a 0x1p4\n', '1: want a number as the value, got "0x1p4"'],
    ['a 1_000\n', '1: want a number as the value, got "1_000"'],
    ['a 1 1.5\n', '1: want whole milliseconds as the timestamp'],
    ['a 1 -\n', '1: want whole milliseconds as the timestamp'],
    ['a 1 2 3\n', '1: there is something after the timestamp'],
    ['a 1\r\n', '1: want a number as the value, got "1\\r"'],
    ['1a 1\n', '1: want a metric name or {'],
    ['<html>\n', '1: want a metric name or {'],
    ['{"a":1}\n', '1: want = after the label name'],
    ['a{b} 1\n', '1: want = after the label name'],
    ['a{b=c} 1\n', '1: want a quoted label value'],
    ['a{b="c} 1\n', '1: a quoted string does not end'],
    ['a{b="c"\n', '1: want a label name or } inside the braces'],
    ['a{b="c",,} 1\n', '1: want a label name or } inside the braces'],
    ['a{"b"} 1\n', '1: the metric name is given twice'],
    ['{a="b"} 1\n', '1: there is no metric name'],
    ['a{b="c",b="d"} 1\n', '1: label "b" is given twice'],
    [`a{${'b="c",'.repeat(200_000)}} 1\n`, '1: label "b" is given twice'],
    [
      `a{${Array.from({ length: 100_000 }, (_, i) => `l${i}="${i}",`).join('')}l77777=""} 1\n`,
      '1: label "l77777" is given twice',
    ],
    ['a{__name__="b"} 1\n', '1: label "__name__" is given twice'],
    ['# TYPE a info\n', '1: want a metric type such as counter, got "info"'],
    ['# TYPE a  counter\n', '1: want a metric type such as counter, got " counter"'],
    ['# TYPE 1 counter\n', '1: want a metric name after TYPE, HELP or UNIT'],
    ['\0', '1: want a metric name or {'],
  ])('%j is refused: %s', (text, want) => expect(read(parseText, text)).toBe(want))

  test('bytes that are not UTF-8 are refused in labels and help, and passed over in comments', () => {
    const bad = Buffer.from([0xff])
    const line = (before: string, after: string): Uint8Array =>
      Buffer.concat([Buffer.from(before), bad, Buffer.from(after)])
    expect(read(parseText, line('a{b="', '"} 1\n'))).toBe('1: a name or label value is not UTF-8')
    expect(read(parseText, line('# HELP a ', '\n'))).toBe('1: the help text is not UTF-8')
    expect(read(parseText, line('# ', '\na 1\n'))).toEqual(['a 1'])
  })
})

describe('OpenMetrics', () => {
  test.each([
    ['# EOF\n', []],
    ['# EOF', []],
    [
      '# TYPE a counter\n# UNIT a_seconds seconds\na_total 1\na_created 1.5\n# EOF\n',
      ['a_total 1', 'a_created 1.5'],
    ],
    ['a 1 1.5\n# EOF\n', ['a 1 @1500']],
    ['a 1 -0.001\n# EOF\n', ['a 1 @-1']],
    ['a{b="c"} 1 # {t="x"} 0.5\n# EOF\n', ['a{b="c"} 1 # {t="x"} 0.5']],
    ['a 1 2 # {} 0.5 1.5\n# EOF\n', ['a 1 @2000 # {} 0.5 @1500']],
    [
      'a 1 # {t="x",s="\\"y"} -0.5 -1\nb 2\nb{c="d"} 3 # {t="z"} +Inf\n# EOF\n',
      ['a 1 # {s="\\"y", t="x"} -0.5 @-1000', 'b 2', 'b{c="d"} 3 # {t="z"} Infinity'],
    ],
    ['{"a.b",c="d"} 1\n# EOF\n', ['{"a.b", c="d"} 1']],
    ['# TYPE a stateset\na{a="x"} 1\n# EOF\n', ['a{a="x"} 1']],
  ])('%j gives %j', (text, want) => expect(read(parseOpenMetrics, text)).toEqual(want))

  test.each([
    ['', '1: the page does not end with # EOF'],
    ['a 1\n', '2: the page does not end with # EOF'],
    ['a 1', '1: the page does not end with # EOF'],
    ['# EOF\na 1\n', '1: there is something after # EOF'],
    ['# EOF\n\n', '1: there is something after # EOF'],
    ['\n# EOF\n', '1: want a metric name or {'],
    ['a{b="c"d="e"} 1\n# EOF\n', '1: want , or } after the label value'],
    ['# hello\n# EOF\n', '1: want # TYPE, # HELP, # UNIT or # EOF; other comments are not allowed'],
    ['a  1\n# EOF\n', '1: want a number as the value, got ""'],
    ['a{b="c", d="e"} 1\n# EOF\n', '1: want a label name or } inside the braces'],
    ['# UNIT a_meters seconds\n# EOF\n', '1: want the unit "seconds" as the suffix of "a_meters"'],
    ['# TYPE a untyped\n# EOF\n', '1: want a metric type such as counter, got "untyped"'],
    ['a 1 NaN\n# EOF\n', '1: want finite seconds as the timestamp'],
    ['a 1 # {"t"} 1\n# EOF\n', '1: in the exemplar, want = after the label name'],
    ['a 1 # {t="x"}\n# EOF\n', '1: want one space and the value of the exemplar'],
  ])('%j is refused: %s', (text, want) => expect(read(parseOpenMetrics, text)).toBe(want))
})

describe('a known page', () => {
  test('gives the same series numbers, in any order', () => {
    const table = new SeriesTable()
    const first = 'a{x="1"} 1\nb 2\nab 3\na 4\n'
    expect(read(parseText, first, table)).toEqual(['a{x="1"} 1', 'b 2', 'ab 3', 'a 4'])
    expect(read(parseText, 'a 5\nab 6\nb 7\na{x="1"} 8\n', table)).toEqual([
      'a 5',
      'ab 6',
      'b 7',
      'a{x="1"} 8',
    ])
    expect(table.size).toBe(4)
  })

  test('is not mistaken for one whose names only begin alike', () => {
    const table = new SeriesTable()
    read(parseText, 'a 1\n', table)
    expect(read(parseText, 'ab 2\n', table)).toEqual(['ab 2'])
    expect(read(parseText, 'a {b="c"} 3\n', table)).toEqual(['a{b="c"} 3'])
    expect(read(parseText, 'a{b="c"} 4\n', table)).toEqual(['a{b="c"} 4'])
  })

  test('keeps what retain is told to keep', () => {
    const table = new SeriesTable()
    read(parseText, 'a 1\nb{c="d"} 2\ne 3\n', table)
    expect([...table.retain(Uint8Array.of(0, 1, 1))]).toEqual([-1, 0, 1])
    expect(read(parseText, 'b{c="d"} 2\ne 3\na 1\n', table)).toEqual(['b{c="d"} 2', 'e 3', 'a 1'])
    expect(table.size).toBe(3)
  })

  test('is read the same whether known or not, whatever came before', () => {
    const line = fc.tuple(
      fc.constantFrom('a', 'ab', 'a:b', 'b'),
      fc.constantFrom('', '{}', '{x="1"}', '{x="2",}', '{x="1",y="}"}', ' {x="1"}', '{le="1"}'),
      fc.double({ noNaN: true }),
    )
    const page = fc
      .array(line)
      .map((lines) =>
        lines.map(([name, labels, value]) => `${name}${labels} ${formatFloat(value)}\n`).join(''),
      )
    fc.assert(
      fc.property(fc.array(page, { maxLength: 5 }), page, (before, last) => {
        const table = new SeriesTable()
        for (const one of before) read(parseText, one, table)
        expect(read(parseText, last, table)).toEqual(read(parseText, last))
      }),
    )
  })
})

test('no bytes make a parser throw', () => {
  const alphabet = fc.constantFrom(
    ...'ab{}"=,\\ \n\t#1.eE-+T'.split(''),
    '# TYPE ',
    '# EOF',
    'counter',
    '\0',
  )
  fc.assert(
    fc.property(fc.array(alphabet, { maxLength: 60 }), (parts) => {
      read(parseText, parts.join(''))
      read(parseOpenMetrics, parts.join(''))
    }),
    { numRuns: 2000 },
  )
})

test('metadata is read from the page', () => {
  const bytes = Buffer.from(
    '# TYPE a counter\n# HELP a says \\\\ and \\n\n# UNIT a_s s\n# TYPE "b.c" unknown\n# EOF\n',
  )
  const page = new ExpositionPage()
  parseOpenMetrics(bytes, new SeriesTable(), page)
  expect(page.metadata(bytes)).toEqual([
    { kind: 'type', name: 'a', text: 'counter' },
    { kind: 'help', name: 'a', text: 'says \\ and \n' },
    { kind: 'unit', name: 'a_s', text: 's' },
    { kind: 'type', name: 'b.c', text: 'unknown' },
  ])
})

test('what is written is read back, in every format, whatever the names and values', () => {
  const name = fc
    .string({ minLength: 1, maxLength: 8, unit: 'grapheme' })
    .filter((text) => !/\p{Surrogate}/u.test(text))
  const labels = fc
    .dictionary(
      name.filter((label) => label !== '__name__'),
      name,
      { maxKeys: 4 },
    )
    .map((record) => Labels.of({ ...record }))
  const sample = fc.tuple(labels, fc.double())
  const family = fc.tuple(
    name,
    fc.uniqueArray(sample, { selector: ([one]) => one.key(), minLength: 1, maxLength: 5 }),
  )
  fc.assert(
    fc.property(
      fc.uniqueArray(family, { selector: ([one]) => one, maxLength: 5 }),
      fc.boolean(),
      (given, isOpen) => {
        const families = given.map(([own, samples]): MetricFamily => ({
          name: own,
          type: 'gauge',
          help: own,
          samples: samples.map(([one, value]) => ({ name: own, labels: one, value })),
        }))
        const type = isOpen ? 'application/openmetrics-text' : 'text/plain'
        const { body, contentType } = exposition(
          families,
          `${type};version=1.0.0;escaping=allow-utf-8`,
        )
        expect(contentType).toContain(type)
        const want = families.flatMap((one) =>
          one.samples.map(
            ({ labels, value }) => `${labels.with('__name__', one.name).toString()} ${value}`,
          ),
        )
        expect(read(isOpen ? parseOpenMetrics : parseText, body)).toEqual(
          want.map((text) => text.replace(/ -0$/, ' 0')),
        )
      },
    ),
  )
})
