import type { PictureSource } from '@weir/alerting'
import { Labels } from '@weir/model'
import { expect, test } from 'vitest'
import { pictureRoutes } from '../http/picture-routes.ts'
import type { HttpDeps } from '../http/deps.ts'
import type { Call } from '../http/route.ts'
import type { MatrixColumns } from '../query/job.ts'
import type { Telemetry } from '../telemetry/log.ts'
import { type PictureOptions, alertPictures } from './alert-pictures.ts'
import { PictureShelf } from './shelf.ts'

const NOW = Date.UTC(2026, 10, 28, 14, 0)
type Facts = Parameters<PictureSource>[0]

function facts(startsAtMs: number): Facts {
  return {
    receiver: 'page',
    groupKey: '{}',
    groupLabels: Labels.EMPTY,
    routeLabels: Labels.EMPTY,
    reason: '',
    externalUrl: 'https://weir.example',
    alerts: [
      {
        status: 'firing',
        labels: Labels.of({ alertname: 'Slow', instance: 'b' }),
        annotations: Labels.EMPTY,
        startsAtMs,
        endsAtMs: null,
        generatorUrl: '',
        fingerprint: '0',
        evidence: {
          expr: 'lag_seconds > 60',
          value: 90,
          threshold: { operator: '>', value: 60 },
          unit: 'seconds',
        },
      },
    ],
  }
}

function columns(range: Parameters<PictureOptions['query']>[1]): MatrixColumns {
  const stepCount = Math.floor((range.endMs - range.startMs) / range.stepMs) + 1
  const values = new Float64Array(2 * stepCount).fill(30)
  return {
    kind: 'matrix',
    ...range,
    stepCount,
    labels: [
      ['instance', 'a'],
      ['instance', 'b'],
    ],
    values,
    histograms: new Map(),
  }
}

function source(query: PictureOptions['query']): {
  draw: PictureSource
  shelf: PictureShelf
  outcomes: string[]
  pass: (ms: number) => void
} {
  const outcomes: string[] = []
  const shelf = new PictureShelf({ bytesMax: 1_000_000, ageMaxMs: 1000 })
  const counter = { inc: (labels: { readonly outcome: string }) => outcomes.push(labels.outcome) }
  const telemetry = {
    registry: { counter: () => counter },
    log: { warn: () => undefined },
  } as unknown as Telemetry
  let elapsedMs = 0
  const clock = { now: () => NOW, monotonicMs: () => elapsedMs } as PictureOptions['clock']
  return {
    draw: alertPictures({
      query,
      clock,
      shelf,
      telemetry,
      perMinute: 20,
      externalUrl: () => 'https://weir.example/x/',
    }),
    shelf,
    outcomes,
    pass: (ms) => {
      elapsedMs += ms
    },
  }
}

const calm = new AbortController().signal

test('the compared series is asked from an hour before it fired, and the picture can be fetched', async () => {
  const asked: unknown[] = []
  const { draw, shelf } = source(async (expr, range) => {
    asked.push(expr, range)
    return columns(range)
  })
  const picture = await draw(facts(NOW - 600_000), calm)
  expect(asked).toEqual(['lag_seconds', { startMs: NOW - 4_200_000, endMs: NOW, stepMs: 12_000 }])
  expect(picture?.alt).toBe('Slow: 1.5 m, limit > 1 m; 2 series over time')
  const file = /^https:\/\/weir\.example\/x\/api\/weir\/v1\/pictures\/([\da-f]{32}\.png)$/.exec(
    picture!.url,
  )![1]!
  const [route] = pictureRoutes({ picture: (id: string) => shelf.get(id, NOW) } as HttpDeps)
  const answer = await route!.handle({ path: { file } } as unknown as Call)
  expect(answer).toMatchObject({ status: 200, body: picture!.png })
  expect(() => route!.handle({ path: { file: '../etc' } } as unknown as Call)).toThrow(
    'Cannot find',
  )
})

test('a rule that has fired for a month shows its last week', async () => {
  let startMs = 0
  const { draw } = source(async (_, range) => {
    startMs = range.startMs
    return columns(range)
  })
  await draw(facts(NOW - 30 * 86_400_000), calm)
  expect(startMs).toBe(NOW - 7 * 86_400_000)
})

test('without evidence, with a query that fails and in a storm there is none, and nothing is thrown', async () => {
  const failing = source(() => Promise.reject(new Error('too many samples')))
  const [bare] = facts(NOW).alerts
  const { evidence: _, ...outside } = bare!
  expect(await failing.draw({ ...facts(NOW), alerts: [outside] }, calm)).toBeUndefined()
  expect(await failing.draw(facts(NOW), calm)).toBeUndefined()
  expect(failing.outcomes).toEqual(['failed'])

  const stop = new AbortController()
  const slow = source(
    (_, __, signal) =>
      new Promise((_resolve, reject) =>
        signal.addEventListener('abort', () => reject(new Error('gone'))),
      ),
  )
  const waiting = Array.from({ length: 6 }, () => slow.draw(facts(NOW), stop.signal))
  expect(slow.outcomes).toEqual(['busy', 'busy'])
  stop.abort()
  expect(await Promise.all(waiting)).toEqual(Array.from({ length: 6 }, () => undefined))
})

test('in a minute so many are drawn, and what a minute left over does not add up', async () => {
  const failing = source(() => Promise.reject(new Error('no')))
  failing.pass(3_600_000)
  for (let i = 0; i < 25; i++) await failing.draw(facts(NOW), calm)
  expect(failing.outcomes.filter((one) => one === 'busy')).toHaveLength(5)
  failing.pass(6000)
  for (let i = 0; i < 3; i++) await failing.draw(facts(NOW), calm)
  expect(failing.outcomes.slice(25)).toEqual(['failed', 'failed', 'busy'])
})

test('the shelf holds so many bytes for so long', () => {
  const shelf = new PictureShelf({ bytesMax: 25, ageMaxMs: 100 })
  const ids = [0, 1, 2].map((at) => shelf.put(new Uint8Array(10), at))
  expect(ids.map((id) => shelf.get(id, 3) !== undefined)).toEqual([false, true, true])
  expect(shelf.bytes).toBe(20)
  expect(shelf.get(ids[2]!, 102)).toBeUndefined()
  expect(shelf.bytes).toBe(10)
})
