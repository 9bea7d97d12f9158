import { array, assert, nat, property } from 'fast-check'
import { expect, test } from 'vitest'
import { playRule } from '../testing/rule-timeline.ts'
import { changeShare } from './flapping.ts'

const KAPACITOR = `
alert: Cpu
expr: cpu
levels:
  info: {when: '> 60', reset: '< 50'}
  warning: {when: '> 70', reset: '< 60'}
  critical: {when: '> 80', reset: '< 70'}
`

test.each([
  // Kapacitor's own example, with its own answer.
  ['resets', KAPACITOR, ['cpu 61 73 64 85 62 56 47'], 'I W W C I I .'],
  [
    'plain thresholds',
    `alert: A\nexpr: x\nlevels: {info: '> 1', critical: '> 3'}`,
    ['x 0 2 4 2 1'],
    '. I C I .',
  ],
  [
    'the way up waits',
    `alert: A\nexpr: x\nfor: 2m\nlevels: {warning: '> 1', critical: {when: '> 3', for: 1m}}`,
    ['x 2 2 2 4 4 2 0'],
    'w w W W C W .',
  ],
  [
    'at once into the highest',
    `alert: A\nexpr: x\nlevels: {info: '> 1', warning: '> 2', critical: '> 3'}`,
    ['x 9 0'],
    'C .',
  ],
  [
    'a level of its own expression',
    `alert: A\nexpr: x\nlevels: {warning: '> 1', critical: x > on (t) limit}`,
    ['x{t="a"} 2 2 2', 'limit{t="a"} 3 1 3'],
    'W C W',
  ],
  [
    'a limit that is a series',
    `alert: A\nexpr: x\nlevels: {warning: '> on (t) limit'}`,
    ['x{t="a"} 2 2', 'limit{t="a"} 3 1'],
    '. W',
  ],
  ['no data keeps the level', KAPACITOR, ['cpu 85 _ _ 47'], 'C C? C? .'],
  [
    'no data alerts at the level it had, else the lowest',
    `${KAPACITOR}no_data: alert`,
    ['cpu 85 _ 47 _'],
    'C C? . I?',
  ],
  ['what is over is forgotten', `${KAPACITOR}no_data: resolve`, ['cpu 85 _ 75'], 'C . W'],
])('levels: %s', async (_, rule, series, want) => {
  expect((await playRule(rule, series)).states).toBe(want)
})

test('a level survives a restart, and so does its way back', async () => {
  expect((await playRule(KAPACITOR, ['cpu 85 75 75 69 47'], { restartAt: 2 })).states).toBe(
    'C C C I .',
  )
})

test('a change of level is told as one alert that ends and one that begins, at once', async () => {
  const { sent } = await playRule(KAPACITOR, ['cpu 73 85 47'])
  const told = sent.map(({ labels, annotations, startsAtMs, endsAtMs, evidence }) => [
    labels.get('severity'),
    startsAtMs / 60_000,
    endsAtMs / 60_000,
    annotations.get('weir_note'),
    evidence?.threshold?.value,
  ])
  expect(told).toEqual([
    ['warning', 0, 4, '', 70],
    ['warning', 0, 1, 'now critical', 70],
    ['critical', 1, 5, '', 80],
    ['critical', 1, 2, '', 80],
  ])
})

const RESET = `alert: A\nexpr: x > 100\nreset: '< 50'`

test.each([
  ['fires until its reset holds', RESET, ['x 200 80 60 40 80'], 'F F< F< . .'],
  ['no data is no reset', RESET, ['x 200 _ 80 40'], 'F F? F< .'],
  ['unless Prometheus is wanted', `${RESET}\nno_data: resolve`, ['x 200 _'], 'F .'],
  ['pending needs none', `${RESET}\nfor: 1m`, ['x 200 80 200 200 80'], 'f . f F F<'],
  [
    'a whole expression',
    'alert: A\nexpr: x > 100 and y\nreset: x < y',
    ['x 200 80 40', 'y 50 50 50'],
    'F F< .',
  ],
])('reset: %s', async (_, rule, series, want) => {
  expect((await playRule(rule, series)).states).toBe(want)
})

const FLAPS = `alert: A\nexpr: x > 1\nflapping: {high: 0.6, low: 0.3, states: 5}`

test.each([
  // Changes weigh 0.8, 0.93, 1.07 and 1.2, of 4 possible ones: two are at most 0.57, three at least 0.7.
  ['is held until it is calm', FLAPS, ['x 2 0 2 0 2 0 0 0 0 0'], 'F . F F~ F F~ F~ F~ . .'],
  ['a single change is none', FLAPS, ['x 2 2 2 0 0'], 'F F F . .'],
  [
    'levels may rise but not fall',
    `alert: A\nexpr: x\nlevels: {info: '> 1', critical: '> 5'}\nflapping: {high: 0.5, low: 0.3, states: 5}`,
    ['x 2 6 2 6 2 2 2 2 2'],
    'I C C C C C C I I',
  ],
])('flapping: %s', async (_, rule, series, want) => {
  expect((await playRule(rule, series)).states).toBe(want)
})

test('the share of changes lies between 0 and 1, and newer changes weigh more', () => {
  assert(
    property(array(nat(3), { minLength: 2, maxLength: 40 }), (states) => {
      const share = changeShare(states)
      expect(share).toBeGreaterThanOrEqual(0)
      expect(share).toBeLessThanOrEqual(1 + 1e-12)
    }),
  )
  expect(changeShare([0, 1, 0, 1, 0])).toBeCloseTo(1)
  expect(changeShare([0, 0, 0, 1])).toBeGreaterThan(changeShare([0, 1, 1, 1]))
  expect(changeShare([0, 0, 0, 1])).toBeCloseTo(0.4)
  expect(changeShare([0, 1])).toBeCloseTo(0.8)
})

test.each([
  [
    'no sample for a while',
    'alert: A\ndeadman: {of: x, silent: 2m}',
    ['x 1 1 _ _ _ 1'],
    '. . . F F .',
  ],
  [
    'a counter that stands still',
    'alert: A\ndeadman: {of: x, still: 2m, remember: 1h}',
    ['x 1 2 3 3 3 4'],
    '. . . F F .',
  ],
  [
    'forgotten in the end',
    'alert: A\ndeadman: {of: x, silent: 1m, remember: 3m}',
    ['x 1 _ _ _ _'],
    '. F F . .',
  ],
  [
    'by label',
    'alert: A\ndeadman: {of: x, silent: 1m, by: [p]}',
    ['x{p="a",i="1"} 1 _ _', 'x{p="a",i="2"} 1 1 _', 'x{p="b",i="3"} 1 1 1'],
    '. . F',
  ],
])('deadman: %s', async (_, rule, series, want) => {
  expect((await playRule(rule, series)).states).toBe(want)
})
