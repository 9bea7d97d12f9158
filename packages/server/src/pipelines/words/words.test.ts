import { describe, expect, test } from 'vitest'
import type { StageLines, StageSeries } from '../stage-table.ts'
import type { JudgedStage } from './remark.ts'
import { amount, pace, spell, spellSeconds } from './spell.ts'
import { aboutStage, remarksOn } from './words.ts'

const STEP_MS = 30_000
const STEPS = 121
const START = Date.parse('2026-11-28T13:00:00Z')
const GRID = { startMs: START, stepMs: STEP_MS, stepCount: STEPS }
const _ = Number.NaN

const UNITS = {
  throughput: 'records/s',
  errors: 'errors/s',
  latency: 's',
  backlog: 'records',
  freshness: 's',
}

/** `[count, value]` repeated, then single values; filled from the left with what is unknown. */
type Course = readonly (number | readonly [count: number, value: number])[]

function valuesOf(course: Course): Float64Array {
  const flat = course.flatMap((part) =>
    typeof part === 'number' ? [part] : new Array<number>(part[0]).fill(part[1]),
  )
  const values = new Float64Array(STEPS).fill(Number.NaN)
  values.set(flat.slice(-STEPS), Math.max(0, STEPS - flat.length))
  return values
}

/** From a value to another in equal steps. */
const ramp = (count: number, from: number, to: number): number[] =>
  Array.from({ length: count }, (_unused, k) => from + ((to - from) * k) / (count - 1))

function stageOf(
  courses: Readonly<Partial<Record<StageSeries, Course>>>,
  more: Partial<JudgedStage> = {},
): JudgedStage {
  const line = (kind: StageSeries): StageLines['backlog'] =>
    courses[kind] === undefined ? [] : [{ values: valuesOf(courses[kind]), quantile: '0.95' }]
  const lines = {
    throughput: line('throughput'),
    errors: line('errors'),
    errorRatio: line('errorRatio'),
    latency: line('latency'),
    backlog: line('backlog'),
    freshness: line('freshness'),
  }
  return { stage: 'sink', lines, units: UNITS, ...more }
}

/** Tone and sentence of each remark, and when it began. */
function told(stage: JudgedStage): string[] {
  return remarksOn([stage], GRID).map((remark) => {
    const since =
      remark.sinceMs === null
        ? ''
        : `, since ${new Date(remark.sinceMs).toISOString().slice(11, 16)}`
    return `${remark.tone}: ${aboutStage(remark)}${since}`
  })
}

describe('what waits', () => {
  const cases: [string, Parameters<typeof stageOf>, string[]][] = [
    [
      'it grows',
      [{ throughput: [[60, 60]], backlog: ramp(60, 10_000, 10_000 + 59 * 3600) }],
      ['bad: sink 62 min behind and falling back at 120 records/s'],
    ],
    [
      'it shrinks',
      [{ throughput: [[60, 100]], backlog: ramp(60, 59 * 1500 + 18_000, 18_000) }],
      ['good: sink 3 min behind, catching up: done in about 6 min'],
    ],
    [
      'it stays',
      [{ throughput: [[60, 100]], backlog: [[60, 84_000]] }],
      ['notice: sink 14 min behind'],
    ],
    [
      'less than a minute of work is no backlog',
      [{ throughput: [[9, 100]], backlog: [[9, 5900]] }],
      [],
    ],
    [
      'it grows while nothing passes',
      [{ throughput: [[60, 0]], backlog: ramp(60, 0, 59 * 300) }],
      ['bad: sink handles nothing while 18k records wait, and 10 records/s more'],
    ],
    ['nothing passes and nothing comes', [{ throughput: [[60, 0]], backlog: [[60, 500]] }], []],
    [
      'two values are no trend',
      [{ throughput: [60, 60], backlog: [18_000, 19_000] }],
      ['notice: sink 5 min behind'],
    ],
    [
      'a lag that is told in seconds',
      [{ backlog: ramp(60, 60, 59 * 15) }, { units: { ...UNITS, backlog: 's' } }],
      ['bad: sink 15 min behind and falling back'],
    ],
    [
      'tasks beside runs: only its own past tells',
      [
        { throughput: [[121, 0.1]], backlog: [[100, 4], ...ramp(21, 4, 40)] },
        { units: { ...UNITS, throughput: 'runs/s', backlog: 'tasks' } },
      ],
      ['notice: sink 40 tasks wait and growing, usual 4'],
    ],
    ['no value at the end says nothing', [{ throughput: [[60, 5]], backlog: [[60, 9e9], _] }], []],
  ]
  test.each(cases)('%s', (_what, stage, want) => expect(told(stageOf(...stage))).toEqual(want))
})

describe('what fails', () => {
  const cases: [string, Parameters<typeof stageOf>, string[]][] = [
    [
      'a share of all, since a while',
      [
        {
          errorRatio: [
            [61, 0],
            [60, 0.032],
          ],
        },
      ],
      ['notice: 3.2 % of records fail in sink, since 13:30'],
    ],
    ['much', [{ errorRatio: [[121, 0.31]] }], ['bad: 31 % of records fail in sink']],
    [
      'one good step between bad ones is no new beginning',
      [{ errorRatio: [[61, 0], [20, 0.1], 0, [39, 0.1]] }],
      ['bad: 10 % of records fail in sink, since 13:30'],
    ],
    ['little', [{ errorRatio: [[121, 0.009]] }], []],
    [
      'no share was recorded: both rates tell',
      [{ errors: [[121, 5]], throughput: [[121, 45]] }],
      ['bad: 10 % of records fail in sink'],
    ],
    ['nothing passes and nothing fails', [{ errors: [[121, 0]], throughput: [[121, 0]] }], []],
    [
      'only failures are counted',
      [
        {
          errors: [
            [101, 0],
            [20, 0.1],
          ],
        },
      ],
      ['notice: 6 errors/min in sink, since 13:50'],
    ],
  ]
  test.each(cases)('%s', (_what, stage, want) => expect(told(stageOf(...stage))).toEqual(want))
})

describe('how old the newest result is', () => {
  const tenMinutes = Array.from({ length: 4 }, () => ramp(20, 30, 600)).flat()
  const cases: [string, Parameters<typeof stageOf>, string[]][] = [
    [
      'successes came every ten minutes, and then none',
      [{ freshness: [...tenMinutes, ...ramp(41, 600, 10_800)] }],
      ['bad: no success for 3 h, usual 10 min in sink, since 13:40'],
    ],
    ['it is as old as ever', [{ freshness: [...tenMinutes, ...ramp(20, 30, 600)] }], []],
    ['no success was seen: nobody knows what is usual', [{ freshness: ramp(121, 1, 90_000) }], []],
    [
      'seconds instead of one second are nobody’s trouble',
      [{ freshness: [...Array.from({ length: 40 }, () => [1, 2, 0]).flat(), 30] }],
      [],
    ],
    [
      'somebody said how old it may be',
      [{ freshness: [[121, 700]] }, { freshWithin: 600 }],
      ['bad: no success for 12 min, wanted within 10 min in sink'],
    ],
    [
      'that counts more than what is usual',
      [{ freshness: [...tenMinutes, ...ramp(41, 600, 10_800)] }, { freshWithin: 86_400 }],
      [],
    ],
  ]
  test.each(cases)('%s', (_what, stage, want) => expect(told(stageOf(...stage))).toEqual(want))
})

describe('how fast it goes', () => {
  const cases: [string, Parameters<typeof stageOf>, string[]][] = [
    ['as ever', [{ throughput: [[121, 180]], latency: [[121, 2]] }], []],
    [
      'slower than its usual pace',
      [
        {
          throughput: [
            [101, 180],
            [20, 68],
          ],
        },
      ],
      ['notice: sink at 38 % of its usual 180 records/s, since 13:50'],
    ],
    [
      'it crawls',
      [
        {
          throughput: [
            [101, 180],
            [20, 9],
          ],
        },
      ],
      ['bad: sink at 5 % of its usual 180 records/s, since 13:50'],
    ],
    [
      'it stands',
      [
        {
          throughput: [
            [113, 180],
            [8, 0],
          ],
        },
      ],
      ['bad: sink stands still, usual 180 records/s, since 13:56'],
    ],
    [
      'one that is ten minutes old has a past too',
      [
        {
          throughput: [
            [16, 180],
            [4, 0],
          ],
        },
      ],
      ['bad: sink stands still, usual 180 records/s, since 13:58'],
    ],
    [
      'one that comes in batches may rest',
      [
        {
          throughput: [
            ...Array.from(
              { length: 10 },
              () =>
                [
                  [4, 50],
                  [6, 0],
                ] as const,
            ).flat(),
            [20, 0],
          ],
        },
      ],
      [],
    ],
    [
      'a flood',
      [
        {
          throughput: [
            [115, 100],
            [6, 410],
          ],
        },
      ],
      ['notice: sink takes 4.1 times its usual 100 records/s'],
    ],
    [
      'it takes longer than usual',
      [
        {
          latency: [
            [101, 0.04],
            [20, 0.24],
          ],
        },
      ],
      ['notice: sink takes 240 ms, usual 40 ms, since 13:50'],
    ],
    [
      'much longer',
      [
        {
          latency: [
            [101, 0.04],
            [20, 2.4],
          ],
        },
      ],
      ['bad: sink takes 2.4 s, usual 40 ms, since 13:50'],
    ],
    [
      'few milliseconds are nobody’s trouble',
      [
        {
          latency: [
            [101, 0.001],
            [20, 0.04],
          ],
        },
      ],
      [],
    ],
    ['nine values are no past', [{ throughput: [[11, 100], 1], latency: [[9, 1], 90] }], []],
  ]
  test.each(cases)('%s', (_what, stage, want) => expect(told(stageOf(...stage))).toEqual(want))
})

test('what is worst is said first: by tone, then what fails, is late, waits, passes, takes', () => {
  const behind: Parameters<typeof stageOf> = [
    { throughput: [[60, 60]], backlog: ramp(60, 10_000, 200_000) },
    { stage: 'sink' },
  ]
  const failing: Parameters<typeof stageOf> = [{ errorRatio: [[121, 0.5]] }, { stage: 'load' }]
  const slow: Parameters<typeof stageOf> = [
    {
      latency: [
        [101, 0.04],
        [20, 0.24],
      ],
    },
    { stage: 'in' },
  ]
  const remarks = remarksOn(
    [slow, behind, failing].map((stage) => stageOf(...stage)),
    GRID,
  )
  expect(remarks.map(({ stage, kind }) => `${stage} ${kind}`)).toEqual([
    'load errors',
    'sink backlog',
    'in latency',
  ])
})

test.each([
  [amount(0), '0'],
  [amount(0.25), '0.25'],
  [amount(9.94), '9.9'],
  [amount(999), '999'],
  [amount(999.6), '1k'],
  [amount(18_400), '18k'],
  [amount(2_340_000), '2.3M'],
  [pace(120, 'records'), '120 records/s'],
  [pace(0.5, 'runs'), '30 runs/min'],
  [pace(0.001, 'runs'), '3.6 runs/h'],
  [spell(44_000), '44 s'],
  [spell(840_000), '14 min'],
  [spell(3 * 3_600_000), '3 h'],
  [spell(3 * 86_400_000), '3 days'],
  [spell(Infinity), 'a long time'],
  [spellSeconds(0.0402), '40 ms'],
  [spellSeconds(2.44), '2.4 s'],
])('%s', (text, want) => expect(text).toBe(want))
