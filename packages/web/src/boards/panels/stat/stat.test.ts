import type { Field, Frame } from '@weir/boards'
import { expect, test } from 'vitest'
import { fieldLinks } from '../links/field-links.ts'
import { statOptionsOf } from './stat-options.ts'
import { trendOf } from './trend.ts'

function frame(values: readonly number[], links?: readonly unknown[]): Frame {
  const time: Field = { name: 'Time', type: 'time', values: values.map((_, at) => at), config: {} }
  const config = links === undefined ? {} : { links: links as never }
  const labels = { job: 'a b' }
  return {
    refId: 'A',
    length: values.length,
    fields: [time, { name: 'v', type: 'number', values, config, labels }],
  }
}

const BOX = { width: 100, height: 20 }

test.each([
  [[0, 10], 'M0.0 20.0L100.0 0.0'],
  [[5, 5], 'M0.0 10.0L100.0 10.0'],
  [[0, NaN, 10, 5], 'M0.0 20.0M66.7 0.0L100.0 10.0'],
])('the trend of %j', (values, line) => {
  const one = frame(values)
  expect(trendOf({ field: one.fields[1]!, frame: one }, BOX)!.line).toBe(line)
})

test.each([[[]], [[1]], [[NaN, NaN, 3]]])('there is no trend in %j', (values) => {
  const one = frame(values)
  expect(trendOf({ field: one.fields[1]!, frame: one }, BOX)).toBeUndefined()
})

test('ten thousand values make a line no longer than its pixels need', () => {
  const one = frame(Array.from({ length: 10_000 }, (_, at) => at))
  expect(
    trendOf({ field: one.fields[1]!, frame: one }, BOX)!.line.match(/[ML]/g)!.length,
  ).toBeLessThan(400)
})

test.each([
  [{}, { withValue: true, withName: 'auto', withGraph: true, colorMode: 'value' }],
  [{ textMode: 'name' }, { withValue: false, withNameOnly: true }],
  [
    { textMode: 'value_and_name', graphMode: 'none' },
    { withName: true, withGraph: false },
  ],
  [{ text: { valueSize: 3000, titleSize: 14 } }, { valueSize: undefined, titleSize: 14 }],
  [{ colorMode: 7 }, { colorMode: 'value' }],
])('options %j', (options, want) => expect(statOptionsOf(options)).toMatchObject(want))

test('links are filled in, and only those that a page may offer', () => {
  const one = frame(
    [7],
    [
      {
        title: 'Job ${__field.labels.job}',
        url: '/d/x?var-job=${__field.labels.job:percentencode}&v=${__value.raw}',
        targetBlank: true,
      },
      { title: 'Bad', url: 'javascript:alert(1)' },
      { title: 'None' },
    ],
  )
  expect(fieldLinks({ field: one.fields[1]!, frame: one, rowIndex: 0 }, (text) => text)).toEqual([
    { title: 'Job a b', href: '/d/x?var-job=a%20b&v=7', isBlank: true },
  ])
})
