import { Labels } from '@weir/model'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { pipelineNotes } from './config.ts'
import { globFits, notesBook } from './notes.ts'
import { withTeams } from './team-label.ts'

test.each([
  ['orders', 'orders', true],
  ['orders', 'orders2', false],
  ['orders_*', 'orders_daily', true],
  ['*_daily', 'orders_daily', true],
  ['o*d*y', 'orders_daily', true],
  ['o*x*y', 'orders_daily', false],
  ['*', '', true],
  ['**', 'a', true],
  ['', '', true],
  ['a.c', 'abc', false],
])('%j and %j: %j', (pattern, text, want) => expect(globFits(pattern, text)).toBe(want))

test('a pattern fits as the regular expression that it stands for', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*') })
  fc.assert(
    fc.property(letters, fc.string({ unit: fc.constantFrom('a', 'b') }), (pattern, text) => {
      const slow = new RegExp(`^${pattern.replaceAll('*', '.*')}$`)
      expect(globFits(pattern, text)).toBe(slow.test(text))
    }),
  )
})

const book = notesBook(
  pipelineNotes.parse([
    { system: 'airflow', pipeline: 'orders', title: 'Orders', critical: true, fresh_within: '10m' },
    { system: 'airflow', pipeline: 'orders*', team: 'shop', url: 'https://x.example/' },
    { pipeline: '*', team: 'data', runbook: 'https://x.example/r' },
  ]),
)

test('of several entries the first that sets a key counts for it', () => {
  expect(book.of('airflow', 'orders')).toEqual({
    team: 'shop',
    title: 'Orders',
    description: '',
    url: 'https://x.example/',
    runbookUrl: 'https://x.example/r',
    isCritical: true,
  })
  expect(book.of('flink', 'orders')).toMatchObject({ team: 'data', title: '', isCritical: false })
  expect(book.freshWithin('airflow', 'orders')).toBe(600)
  expect(book.freshWithin('flink', 'orders')).toBeUndefined()
  expect(book.expected).toMatchObject([{ system: 'airflow', pipeline: 'orders' }])
})

test.each([
  [{ team: 'x' }, /pipeline/],
  [{ pipeline: '' }, /pipeline/],
  [{ pipeline: 'a', url: 'javascript:alert(1)' }, /http or https/],
  [{ pipeline: 'a', fresh_within: 0 }, /more than 0/],
  [{ pipeline: 'a', teams: 'x' }, /teams/],
])('%j is refused', (entry, why) => {
  expect(() => pipelineNotes.parse([entry])).toThrow(why)
})

describe('the label team', () => {
  const relabel = withTeams(book, (labels) => (labels.get('drop') === 'yes' ? undefined : labels))
  test.each<[string, Record<string, string>, Record<string, string> | undefined]>([
    [
      'an alert of a pipeline gets it',
      { alertname: 'A', system: 'airflow', pipeline: 'orders' },
      { alertname: 'A', system: 'airflow', pipeline: 'orders', team: 'shop' },
    ],
    [
      'one that its rule gives stays',
      { pipeline: 'x', team: 'mine' },
      { pipeline: 'x', team: 'mine' },
    ],
    ['one of no pipeline has none', { alertname: 'A' }, { alertname: 'A' }],
    ['what relabelling drops is dropped', { pipeline: 'x', drop: 'yes' }, undefined],
  ])('%s', (_what, given, want) => {
    const made = relabel(Labels.of(given))
    expect(made === undefined ? undefined : Object.fromEntries(made)).toEqual(want)
  })
})
