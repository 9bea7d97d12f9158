import { expect, test } from 'vitest'
import { playRule } from '../testing/rule-timeline.ts'

const HIGH = 'alert: A\nexpr: lag > 100'

test.each([
  ['data goes, and comes back high', HIGH, ['lag 200 200 _ _ 200 50'], 'F F F? F? F .'],
  ['data goes, and comes back low', HIGH, ['lag 200 _ _ 50'], 'F F? F? .'],
  ['a condition that fails is no lack of data', HIGH, ['lag 200 50 _'], 'F . .'],
  [
    'what pends has told nobody yet',
    `${HIGH}\nfor: 2m`,
    ['lag 200 200 _ 200 200 200'],
    'f f . f f F',
  ],
  ['each element for itself', HIGH, ['lag{t="a"} 200 _ 50', 'lag{t="b"} 200 200 200'], 'FF FF? F'],
  [
    'without a filter, the series is the condition',
    'alert: A\nexpr: failed',
    ['failed 1 1 _'],
    'F F .',
  ],
  ['absent: data is what ends it', 'alert: A\nexpr: absent(lag)', ['lag _ _ 1'], 'F F .'],
  [
    'both sides must be there',
    'alert: A\nexpr: lag > limit',
    ['lag 2 2 2 2', 'limit 1 _ 1 3'],
    'F F? F .',
  ],
  ['a sum over what passes', 'alert: A\nexpr: count(up == 0) > 0', ['up 0 1 0 _'], 'F . F F?'],
  ['a rule may say resolve', `${HIGH}\nno_data: resolve`, ['lag 200 _'], 'F .'],
  ['it is held for a time only', `${HIGH}\nno_data_for: 2m`, ['lag 200 _ _ _ _'], 'F F? F? . .'],
  [
    'keep_firing_for begins with data',
    `${HIGH}\nkeep_firing_for: 2m`,
    ['lag 200 _ 50 50 50'],
    'F F? F* F* .',
  ],
  [
    'labels with the value in them',
    `${HIGH}\nlabels: {v: "{{ $value }}"}`,
    ['lag 200 300 _ _'],
    'F F F? F?',
  ],
  [
    'a target that fails has its up',
    'alert: A\nexpr: x > 1',
    ['x{job="j",instance="i"} 2 stale _', 'up{job="j",instance="i"} 1 0 0'],
    'F F? F?',
  ],
  [
    'a target that was taken away',
    'alert: A\nexpr: x > 1',
    ['x{job="j",instance="i"} 2 stale _', 'up{job="j",instance="i"} 1 stale _'],
    'F . .',
  ],
  [
    'a target that fails, then is taken away',
    'alert: A\nexpr: x > 1',
    ['x{job="j",instance="i"} 2 stale _ _', 'up{job="j",instance="i"} 1 0 stale _'],
    'F F? . .',
  ],
  ['up itself', 'alert: A\nexpr: up == 0', ['up{job="j",instance="i.example:1"} 0 stale'], 'F .'],
  [
    'another target goes',
    'alert: A\nexpr: x > 1',
    [
      'x{job="j",instance="i"} 2 _',
      'up{job="j",instance="i"} 1 0',
      'up{job="j",instance="k"} 1 stale',
    ],
    'F F?',
  ],
])('no_data keep: %s', async (_, rule, series, want) => {
  expect((await playRule(rule, series)).states).toBe(want)
})

test.each([
  ['what had data and lost it', `${HIGH}\nno_data: alert`, ['lag 50 50 _ _ 50'], '. . F? F? .'],
  ['for counts', `${HIGH}\nno_data: alert\nfor: 2m`, ['lag 50 _ _ _ 50'], '. f? f? F? .'],
  ['nothing at all', `${HIGH}\nno_data: alert`, ['other 1 1', 'lag _ _ 50'], 'F? F? .'],
  ['one of two', `${HIGH}\nno_data: alert`, ['lag{t="a"} 50 _', 'lag{t="b"} 50 50'], '. F?'],
  ['a firing one stays the same alert', `${HIGH}\nno_data: alert`, ['lag 200 _ 200'], 'F F? F'],
  [
    'for a time only',
    `${HIGH}\nno_data: alert\nno_data_for: 2m`,
    ['lag{t="a"} 50 _ _ _', 'lag{t="b"} 1 1 1 1'],
    '. F? . .',
  ],
])('no_data alert: %s', async (_, rule, series, want) => {
  expect((await playRule(rule, series)).states).toBe(want)
})

test('no_data alert knows after a start what had data within the hour', async () => {
  const series = ['lag{t="a"} 50 50 _ _ _', 'lag{t="b"} 1 1 1 1 1']
  const rule = `${HIGH}\nno_data: alert`
  expect((await playRule(rule, series, { restartAt: 3 })).states).toBe('. . F? F? F?')
})

test('under resolve nothing is asked but the rule itself, as in Prometheus', async () => {
  const noData = { mode: 'resolve', forMs: 0 } as const
  const { states, asked } = await playRule(HIGH, ['lag 200 _ 50'], { noData })
  expect(states).toBe('F . .')
  expect(asked).toEqual(['lag > 100', 'lag > 100', 'lag > 100'])
})

test('while nothing is missing, nothing more is asked', async () => {
  const { asked } = await playRule(HIGH, ['lag 50 200 200'])
  expect(asked).toHaveLength(3)
})

test('what is handed on says since when there is no data, and why it ended', async () => {
  const { sent } = await playRule(`${HIGH}\nno_data_for: 2m`, ['lag 200 _ _ _'])
  expect(sent.map(({ annotations, endsAtMs }) => [annotations.get('weir_note'), endsAtMs])).toEqual(
    [
      ['', 240_000],
      ['no data since 1970-01-01T00:01:00Z', 300_000],
      ['no data since 1970-01-01T00:01:00Z', 360_000],
      ['no data for 2m', 180_000],
    ],
  )
})

test('the mark survives a restart', async () => {
  const series = ['lag 200 _ _ _ _']
  const played = await playRule(`${HIGH}\nno_data_for: 3m`, series, { restartAt: 2 })
  expect(played.states).toBe('F F? F? F? .')
})
