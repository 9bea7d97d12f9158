import type { Field, Frame } from '@weir/boards'
import { describe, expect, test } from 'vitest'
import { lanesOf, stateKeys } from './lanes.ts'
import { timeTicks } from './time-ticks.ts'

const MINUTE = 60_000

function frame(
  values: readonly unknown[],
  step: number | undefined,
  more: Partial<Field> = {},
): Frame {
  const time: Field = {
    name: 'Time',
    type: 'time',
    values: values.map((_, at) => at * MINUTE),
    config: step === undefined ? {} : { interval: step },
  }
  const state: Field = { name: 'state', type: 'string', values, config: {}, ...more }
  return { refId: 'A', length: values.length, fields: [time, state] }
}

function stretches(of: Frame, merge: boolean): [string, number, number][] {
  const lanes = lanesOf(
    [of],
    { merge, fromMs: 0, toMs: 5 * MINUTE },
    { dark: false, timeZone: 'utc' },
  )
  return lanes[0]!.stretches.map(({ text, fromMs, toMs }) => [text, fromMs / MINUTE, toMs / MINUTE])
}

describe('states', () => {
  test('last until the next, and equal ones are one', () => {
    expect(stretches(frame(['up', 'up', 'down', 'up', 'up'], MINUTE), true)).toEqual([
      ['up', 0, 2],
      ['down', 2, 3],
      ['up', 3, 5],
    ])
    expect(stretches(frame(['up', 'up'], MINUTE), false)).toHaveLength(2)
  })

  test('do not reach over what is missing', () => {
    const gap = frame(['up', null, null, 'up', 'up'], MINUTE)
    expect(stretches(gap, true)).toEqual([
      ['up', 0, 1],
      ['up', 3, 5],
    ])
    const late: Frame = {
      ...gap,
      length: 2,
      fields: [
        { name: 'Time', type: 'time', values: [0, 4 * MINUTE], config: { interval: MINUTE } },
        { name: 'state', type: 'string', values: ['up', 'up'], config: {} },
      ],
    }
    expect(stretches(late, true)).toEqual([
      ['up', 0, 1],
      ['up', 4, 5],
    ])
  })

  test('have a colour each, that of a mapping first', () => {
    const mappings = [
      { type: 'value' as const, options: { down: { color: '#ff0000', text: 'Down' } } },
    ]
    const lanes = lanesOf(
      [frame(['up', 'down', 'up'], MINUTE, { config: { mappings } })],
      { merge: true, fromMs: 0, toMs: 3 * MINUTE },
      { dark: false },
    )
    const keys = stateKeys(lanes)
    expect(keys.map(({ text }) => text)).toEqual(['up', 'Down'])
    expect(keys[1]!.color).toBe('#ff0000')
  })
})

test.each([
  [MINUTE * 60, 6, ['00:00', '00:10', '00:20', '00:30', '00:40', '00:50', '01:00']],
  [MINUTE, 3, ['00:00:00', '00:00:30', '00:01:00']],
  [86_400_000 * 4, 4, ['01-01', '01-02', '01-03', '01-04', '01-05']],
  [0, 4, []],
] as const)('times over %d ms, about %d', (span, count, want) => {
  const ticks = timeTicks(0, span, count, 'UTC').map(({ text }) => text)
  expect(ticks.slice(0, want.length)).toEqual(want)
})
