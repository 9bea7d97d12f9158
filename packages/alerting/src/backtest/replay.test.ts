import { Labels, STALE_MARKER, SampleColumns } from '@weir/model'
import { MemoryQueryable, instantQuery, rangeQuery } from '@weir/promql'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type AlertingRuleSpec,
  type RuleGroup,
  checkRules,
  parseRuleFile,
} from '../rules/config.ts'
import { LiveGroup } from '../rules/group.ts'
import { DEFAULT_NO_DATA } from '../rules/no-data.ts'
import { AlertingEvents } from '../telemetry.ts'
import { ManualClock } from '../testing/manual-clock.ts'
import { MemoryStore, RecordingAppender, recordingTelemetry } from '../testing/memory-rooms.ts'
import { type AnswerColumns, RuleReplay } from './replay.ts'
import { thresholdOf } from './threshold.ts'

const STEP_MS = 60_000
const STEPS = 40

/** What a series is at each minute; undefined is a gap. */
type Course = readonly (number | undefined)[]

const course = fc.array(fc.option(fc.integer({ min: 0, max: 9 }), { nil: undefined, freq: 4 }), {
  minLength: STEPS,
  maxLength: STEPS,
})
/** Values that stay for a while, as most do. */
const calmCourse = fc
  .array(fc.tuple(fc.option(fc.integer({ min: 0, max: 9 }), { nil: undefined }), fc.nat(12)), {
    minLength: 1,
    maxLength: 12,
  })
  .map((runs) => runs.flatMap(([value, times]) => Array<number | undefined>(times + 1).fill(value)))
  .map((values) => Array.from({ length: STEPS }, (_, i) => values[i % values.length]))

const minutes = fc.nat(6).map((count) => `${count}m`)
const rule = fc.record({
  expr: fc.constantFrom(
    'x > 5',
    '3 > x',
    'x != 4',
    'x > 5 and on (i) y < 4',
    'sum(x) > 12',
    'x',
    'x / (x < 4)',
    'absent(x > 7)',
    'max by (i) ({__name__=~"x|y"}) > 6',
    '{__name__=~"x|y"} > 6', // two series that may become one alert
  ),
  for: minutes,
  keep_firing_for: minutes,
  label: fc.constantFrom('', 'plain', '{{ $labels.i }}', '{{ $value }}'),
  limit: fc.constantFrom(0, 0, 0, 2),
  no_data: fc.constantFrom('keep', 'resolve', 'alert'),
  more: fc.constantFrom(
    {},
    {},
    {},
    { flapping: { high: 0.4, low: 0.2 } },
    { levels: { warning: '> 3', critical: { when: '> 6', reset: '< 5', for: '2m' } } },
    { reset: '< 3' },
  ),
})

function storeOf(series: Readonly<Record<string, Course>>): MemoryQueryable {
  const store = new MemoryQueryable()
  for (const [key, values] of Object.entries(series)) {
    const columns = new SampleColumns(STEPS)
    values.forEach((value, k) => columns.push(k * STEP_MS, value ?? STALE_MARKER))
    store.add(Labels.of({ __name__: key[0]!, i: key.slice(1) }), columns)
  }
  return store
}

/** `labels from-to`, minutes; an alert that still fires has no end. */
async function lived(spec: RuleGroup, store: MemoryQueryable): Promise<string[]> {
  const firings: { labels: string; from: number; to: number | undefined }[] = []
  let nowMs = 0
  const group = new LiveGroup(spec, {
    query: async (expr, timeMs) => {
      const { value } = instantQuery(store, { expr, timeMs })
      return value.kind === 'vector' ? value.series : []
    },
    appender: new RecordingAppender(),
    store: new MemoryStore(),
    clock: new ManualClock(0),
    sink: {
      receive: async (alerts) => {
        for (const { labels, startsAtMs, endsAtMs } of alerts) {
          const text = labels.toString()
          const open = firings.find((one) => one.labels === text && one.to === undefined)
          // One that fires anew before it ended goes on: nobody was told that it had.
          if (open !== undefined) open.to = endsAtMs <= nowMs ? endsAtMs / STEP_MS : undefined
          else firings.push({ labels: text, from: startsAtMs / STEP_MS, to: undefined })
        }
      },
    },
    events: new AlertingEvents(recordingTelemetry().telemetry),
    externalUrl: '',
    externalLabels: Labels.EMPTY,
    evaluationIntervalMs: STEP_MS,
    queryOffsetMs: 0,
    resendDelayMs: Number.POSITIVE_INFINITY,
    noData: DEFAULT_NO_DATA,
  })
  for (let k = 0; k < STEPS; k++) {
    nowMs = k * STEP_MS
    await group.evaluate(nowMs)
    if (group.view().rules[0]!.lastError?.startsWith('exceeded') === true) {
      for (const open of firings) open.to ??= k
    }
  }
  return firings.map(({ labels, from, to = '' }) => `${labels} ${from}-${to}`).toSorted()
}

async function replayed(
  spec: RuleGroup,
  store: MemoryQueryable,
  sliceSteps: number,
): Promise<string[]> {
  const alerting = spec.rules[0] as AlertingRuleSpec
  const site = thresholdOf(alerting.expr)
  const replay = new RuleReplay({
    spec: alerting,
    compared:
      site?.compared === undefined ? undefined : { expr: site.compared, threshold: site.threshold },
    limit: spec.limit,
    queryOffsetMs: 0,
    externalLabels: Labels.EMPTY,
    externalUrl: '',
    noData: DEFAULT_NO_DATA,
  })
  for (let from = 0; from < STEPS; from += sliceSteps) {
    const stepCount = Math.min(sliceSteps, STEPS - from)
    const startMs = from * STEP_MS
    await replay.take({
      startMs,
      stepMs: STEP_MS,
      stepCount,
      answer: async (expr) => columnsOf(store, expr, startMs, stepCount),
      breathe: () => undefined,
    })
  }
  return replay.firings
    .map(({ labels, firedMs, endedMs }) => {
      const to = endedMs === null ? '' : endedMs / STEP_MS
      return `${labels.toString()} ${firedMs / STEP_MS}-${to}`
    })
    .toSorted()
}

function columnsOf(
  store: MemoryQueryable,
  expr: string,
  startMs: number,
  stepCount: number,
): AnswerColumns {
  const endMs = startMs + (stepCount - 1) * STEP_MS
  const { value } = rangeQuery(store, { expr, startMs, endMs, stepMs: STEP_MS })
  const series = value.kind === 'matrix' ? value.series : []
  const values = new Float64Array(series.length * stepCount).fill(STALE_MARKER)
  series.forEach((one, i) => {
    one.times.forEach((timeMs, k) => {
      values[i * stepCount + (timeMs - startMs) / STEP_MS] = one.values[k]!
    })
  })
  const labels = series.map((one) => one.labels.flat)
  return { startMs, stepMs: STEP_MS, stepCount, labels, values, histograms: new Map() }
}

function groupOf(shape: {
  expr: string
  for: string
  keep_firing_for: string
  label: string
  limit: number
  no_data: string
  more: object
}): RuleGroup | undefined {
  const { limit, label, more, ...own } = shape
  const groups = [{ name: 'g', limit, rules: [{ alert: 'A', ...own, ...more, labels: { label } }] }]
  const text = JSON.stringify({ groups })
  if (checkRules(text, 'r').problems.length > 0) return undefined
  return parseRuleFile({ fileName: 'r', text })[0]
}

test('a replay tells the firings that the live group would have told', async () => {
  let firedCount = 0
  const courses = fc.oneof(course, calmCourse)
  const property = fc.asyncProperty(
    rule,
    fc.record({ xa: courses, xb: courses, ya: courses, yb: courses }),
    fc.integer({ min: 1, max: STEPS }),
    async (shape, series, sliceSteps) => {
      const group = groupOf(shape)
      fc.pre(group !== undefined) // not every key goes with every expression
      const store = storeOf(series)
      const live = await lived(group, store)
      firedCount += live.length
      expect(await replayed(group, store, sliceSteps)).toEqual(live)
    },
  )
  await fc.assert(property, { numRuns: 60 })
  expect(firedCount).toBeGreaterThan(50)
})
