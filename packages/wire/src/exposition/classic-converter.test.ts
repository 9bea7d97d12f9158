import * as fc from 'fast-check'
import { Labels, bucketRanges } from '@weir/model'
import { describe, expect, test } from 'vitest'
import { ClassicConverter } from './classic-converter.ts'
import { formatFloat } from './float.ts'
import { ExpositionPage } from './page.ts'
import { parseOpenMetrics } from './parse-openmetrics.ts'
import { parseText } from './parse-text.ts'
import { SeriesTable } from './series-table.ts'

class Reader {
  readonly #table = new SeriesTable()
  readonly #page = new ExpositionPage()
  readonly converter = new ClassicConverter(this.#table)

  /** Samples as `labels value`, histograms as `labels {count sum: buckets}`, exemplars behind ` # `. */
  read(text: string, keepsClassic = false): string[] {
    const bytes = Buffer.from(text)
    const parse = text.endsWith('# EOF\n') ? parseOpenMetrics : parseText
    expect(parse(bytes, this.#table, this.#page)).toBeUndefined()
    this.converter.convert(this.#page, bytes, keepsClassic)
    const { page } = this.converter
    return Array.from({ length: page.length }, (_, i) => {
      const labels = Labels.fromFlat(this.converter.pairs(page.series[i]!)).toString()
      const native = page.histograms.find(({ sample }) => sample === i)?.histogram
      const buckets = native === undefined ? [] : bucketRanges(native)
      const shown = buckets.map(([, , upper, count]) => `${upper} ${count}`).join(' | ')
      const value =
        native === undefined
          ? String(page.values[i])
          : `${native.isFloat ? 'float ' : ''}{${native.count} ${native.sum}: ${shown}}`
      const time = Number.isNaN(page.times[i]!) ? '' : ` @${page.times[i]}`
      const exemplars = page.exemplars
        .filter(({ sample }) => sample === i)
        .map(({ pairs, timeMs }) => ` # ${pairs.join('=')}@${timeMs}`)
      return `${labels} ${value}${time}${exemplars.join('')}`
    })
  }
}

const read = (text: string, keepsClassic = false): string[] => new Reader().read(text, keepsClassic)

const TYPE = '# TYPE h histogram\n'
const LINES = 'h_bucket{le="1"} 1\nh_bucket{le="+Inf"} 4\nh_sum 7.5\nh_count 4\n'

describe('the lines of a histogram', () => {
  test.each<[string, string, string[]]>([
    ['become one', TYPE + LINES, ['h {4 7.5: 1 1 | Infinity 3}']],
    [
      'in any order, with others before and behind',
      `a 1\n${TYPE}h_count 4\nh_bucket{le="2"} 3\nh_bucket{le="1"} 1\n# TYPE b gauge\nb 2\n`,
      ['a 1', 'h {4 0: 1 1 | 2 2 | Infinity 1}', 'b 2'],
    ],
    [
      'one for each set of labels',
      `${TYPE}h_bucket{le="1",x="1"} 1\nh_bucket{x="1",le="+Inf"} 1\nh_bucket{le="+Inf",x="2"} 3 5\n`,
      ['h{x="1"} {1 0: 1 1}', 'h{x="2"} {3 0: Infinity 3} @5'],
    ],
    [
      'of fractions',
      `${TYPE}h_bucket{le="1"} 1.5\nh_bucket{le="+Inf"} 2\n`,
      ['h float {2 0: 1 1.5 | Infinity 0.5}'],
    ],
    ['without buckets', `${TYPE}h_count 4\n`, ['h {4 0: Infinity 4}']],
    [
      'that do not stand together become several',
      `${TYPE}h_bucket{le="+Inf"} 1\na 1\nh_count 2\n`,
      ['h {1 0: Infinity 1}', 'a 1', 'h {2 0: Infinity 2}'],
    ],
    ['without a type stay', LINES, LINES.trim().replaceAll('="1"', '="1"').split('\n')],
    [
      'of which one has no bound: that one stays',
      `${TYPE}h_bucket 1\nh_bucket{le="x"} 2\nh_count 0\n`,
      ['h_bucket 1', 'h_bucket{le="x"} 2', 'h {0 0: }'],
    ],
    [
      'whose counts fall stay as they are',
      `${TYPE}h_bucket{le="1"} 5\nh_bucket{le="2"} 3\nh_count 5\na 1\n`,
      ['h_bucket{le="1.0"} 5', 'h_bucket{le="2.0"} 3', 'h_count 5', 'a 1'],
    ],
    [
      'whose last bucket is not all stay as they are',
      `${TYPE}h_bucket{le="+Inf"} 5\nh_count 6\n`,
      ['h_bucket{le="+Inf"} 5', 'h_count 6'],
    ],
    [
      'give their exemplars that have a time',
      `${TYPE}h_bucket{le="1"} 1 # {t="a"} 0.5 5\nh_bucket{le="+Inf"} 1 # {t="b"} 2\nh_count 1\na 1 # {t="c"} 1\n# EOF\n`,
      ['h {1 0: 1 1} # t=a@5000', 'a 1 # t=c@NaN'],
    ],
  ])('%s', (_, page, want) => expect(read(page)).toEqual(want))

  test('stay beside it where that is wanted', () => {
    expect(read(`${TYPE}${LINES}a 1\n`, true)).toEqual([
      'h {4 7.5: 1 1 | Infinity 3}',
      'h_bucket{le="1.0"} 1',
      'h_bucket{le="+Inf"} 4',
      'h_sum 7.5',
      'h_count 4',
      'a 1',
    ])
  })

  test('are looked at anew when a type changes', () => {
    const reader = new Reader()
    expect(reader.read(`# TYPE h gauge\n${LINES}`)).toHaveLength(4)
    expect(reader.read(TYPE + LINES)).toHaveLength(1)
    expect(reader.read(`# TYPE h gauge\n${LINES}`)).toHaveLength(4)
  })
})

const name = fc.constantFrom('h', 'g', 'k')
const labels = fc.constantFrom('', 'x="1"', 'x="2"')
const bounds = fc.uniqueArray(fc.constantFrom(0.5, 1, 2, 1e6), { maxLength: 3 })
const histogram = fc.tuple(name, labels, bounds, fc.nat(9), fc.boolean())
const page = fc.array(histogram, { maxLength: 5 }).map((all) => all.map(textOf).join(''))

function textOf([own, label, list, more, hasInf]: readonly [
  string,
  string,
  readonly number[],
  number,
  boolean,
]): string {
  const braces = (le: string): string => `{${[label, le].filter((part) => part !== '').join(',')}}`
  const buckets = list.map(
    (bound, i) => `${own}_bucket${braces(`le="${formatFloat(bound)}"`)} ${i + 1}\n`,
  )
  const inf = hasInf ? `${own}_bucket${braces('le="+Inf"')} ${list.length + more}\n` : ''
  const count = `${own}_count${braces('')} ${list.length + more}\n`
  return `# TYPE ${own} ${own === 'g' ? 'gauge' : 'histogram'}\n${buckets.join('')}${inf}${count}plain${braces('')} 1\n`
}

test('a page is read the same whatever came before, and after some of it was forgotten', () => {
  fc.assert(
    fc.property(
      fc.array(page, { maxLength: 3 }),
      page,
      fc.infiniteStream(fc.boolean()),
      fc.boolean(),
      (before, last, keeps, classic) => {
        const reader = new Reader()
        for (const one of before) reader.read(one, classic)
        expect(reader.read(last, classic)).toEqual(read(last, classic))
        const { converter } = reader
        const used = new Set(converter.page.series.subarray(0, converter.page.length))
        const isKept = Uint8Array.from({ length: converter.size }, (_, n) =>
          used.has(n) && keeps.next().value === true ? 1 : 0,
        )
        const names = [...used].map((n) => [n, converter.pairs(n).join(' ')] as const)
        const moved = converter.retain(isKept)
        for (const [n, shown] of names) {
          if (isKept[n] === 1) expect(converter.pairs(moved[n]!).join(' ')).toBe(shown)
          else expect(moved[n]).toBe(-1)
        }
        expect(reader.read(last, classic)).toEqual(read(last, classic))
      },
    ),
  )
})
