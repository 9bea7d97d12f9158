import { mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { type Clock, systemClock } from '@weir/model'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Log } from '../telemetry/log.ts'
import { Registry } from '../telemetry/registry.ts'
import type { QueryCost } from './cost.ts'
import type { QueryOrigin, Question } from './question.ts'
import { QueryWatch } from './watch.ts'

const COST: QueryCost = {
  queuedMs: 250,
  preparedMs: 1.5,
  evaluatedMs: 20.25,
  sortedMs: 0.125,
  samplesQueried: 600,
  samplesRead: 400,
  seriesRead: 4,
  peakSamples: 100,
  peakBytes: 5000,
  partsHelped: 0,
}
const RANGE: Question = {
  expr: 'rate(up[1m])',
  startMs: Date.parse('2024-05-01T11:00:00Z'),
  endMs: Date.parse('2024-05-01T12:00:00Z'),
  stepMs: 15_000,
  isEvaluated: true,
}
const HTTP: QueryOrigin = {
  kind: 'http',
  clientIp: '127.0.0.1',
  method: 'GET',
  path: '/api/v1/query_range',
}
const RULE: QueryOrigin = { kind: 'rule', file: 'a.yml', name: 'first' }

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'weir-query-log-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

interface Stand extends Disposable {
  readonly watch: QueryWatch
  readonly registry: Registry
  /** What Weir's own log says. */
  readonly said: Record<string, unknown>[]
  /** How long each query takes by the clock. */
  tookMs: number
}

function stand(slowMs: number): Stand {
  const registry = new Registry()
  const said: Record<string, unknown>[] = []
  const sink = new Writable({
    write: (line: Buffer, _encoding, done) => {
      said.push(JSON.parse(line.toString()) as Record<string, unknown>)
      done()
    },
  })
  let now = 0
  const clock: Clock = { ...systemClock, monotonicMs: () => (now += own.tookMs) }
  const watch = new QueryWatch({ registry, log: new Log(pino(sink)) }, clock, slowMs)
  const own: Stand = {
    watch,
    registry,
    said,
    tookMs: 1,
    [Symbol.dispose]: () => watch[Symbol.dispose](),
  }
  return own
}

function run(watch: QueryWatch, question: Question, origin: QueryOrigin, error?: string): void {
  const query = watch.begin(question, origin)
  watch.started(query)
  watch.ended(query, {
    cost: error === undefined ? COST : undefined,
    error: error === undefined ? undefined : { code: 'QUERY_TIMEOUT', message: error },
  })
}

function lines(file: string): Record<string, unknown>[] {
  return readFileSync(join(folder, file), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}

test('the query log has the fields of Prometheus', () => {
  using own = stand(0)
  const { watch } = own
  watch.log.open(join(folder, 'q.log'))
  expect(watch.countsSteps).toBe(true)
  run(watch, RANGE, HTTP)
  run(watch, { ...RANGE, startMs: RANGE.endMs, stepMs: 0 }, RULE)
  run(watch, RANGE, RULE, 'query timed out in expression evaluation')
  run(watch, { ...RANGE, isEvaluated: false }, HTTP)
  const [range, instant, failed, ...more] = lines('q.log')
  expect(more).toEqual([])
  expect(range).toEqual({
    time: expect.stringMatching(/^\d{4}-.*Z$/) as string,
    level: 'INFO',
    msg: 'promql query logged',
    params: {
      end: '2024-05-01T12:00:00.000Z',
      query: 'rate(up[1m])',
      start: '2024-05-01T11:00:00.000Z',
      step: 15,
    },
    stats: {
      timings: {
        evalTotalTime: 0.021875,
        resultSortTime: 0.000125,
        queryPreparationTime: 0.0015,
        innerEvalTime: 0.02025,
        execQueueTime: 0.25,
        execTotalTime: 0.271875,
      },
      samples: { totalQueryableSamples: 600, peakSamples: 100 },
    },
    httpRequest: { clientIP: '127.0.0.1', method: 'GET', path: '/api/v1/query_range' },
  })
  expect(instant).toMatchObject({
    params: { start: '2024-05-01T12:00:00.000Z', step: 0 },
    ruleGroup: { file: 'a.yml', name: 'first' },
  })
  expect(failed).toMatchObject({ error: 'query timed out in expression evaluation' })
})

test('the query log is opened anew, so that it can be rotated; a bad name leaves the old one', () => {
  using own = stand(0)
  const { watch } = own
  const file = join(folder, 'q.log')
  watch.log.open(file)
  run(watch, RANGE, HTTP)
  renameSync(file, `${file}.1`)
  watch.log.open(file)
  run(watch, RANGE, HTTP)
  expect([lines('q.log').length, lines('q.log.1').length]).toEqual([1, 1])
  expect(() => watch.log.open(join(folder, 'none/q.log'))).toThrow(/global.query_log_file.*ENOENT/)
  run(watch, RANGE, HTTP)
  expect(lines('q.log')).toHaveLength(2)
  watch.log.open('')
  run(watch, RANGE, HTTP)
  expect(lines('q.log')).toHaveLength(2)
  expect(watch.countsSteps).toBe(false)
})

test('a full disk loses lines of the query log, says so, and nothing else', () => {
  using own = stand(0)
  own.watch.log.open('/dev/full')
  run(own.watch, RANGE, HTTP)
  expect(own.said).toMatchObject([
    { msg: 'Query log line lost', why: expect.stringContaining('ENOSPC') as string },
  ])
  const lost = own.registry.collect().find(({ name }) => name.startsWith('weir_query_log_dropped'))
  expect(lost?.samples[0]?.value).toBeGreaterThan(0)
})

test('slow queries are told with what they cost', () => {
  using own = stand(1000)
  run(own.watch, RANGE, HTTP)
  expect(own.said).toEqual([])
  own.tookMs = 600
  run(own.watch, RANGE, RULE)
  expect(own.said).toMatchObject([
    {
      msg: 'Slow query',
      query: 'rate(up[1m])',
      ruleGroup: { name: 'first' },
      stats: { samples: { samplesRead: 400, peakBytes: 5000 } },
    },
  ])
})

test('tallies are bounded, and the costly ones stay', () => {
  using own = stand(0)
  own.tookMs = 10_000
  run(own.watch, RANGE, HTTP)
  own.tookMs = 1
  for (let i = 0; i < 2000; i++) run(own.watch, { ...RANGE, expr: `up + ${i}` }, HTTP)
  const { top } = own.watch.view()
  expect(top).toHaveLength(50)
  expect(top[0]).toMatchObject({ expr: 'rate(up[1m])', count: 1, samplesRead: 400 })
})
