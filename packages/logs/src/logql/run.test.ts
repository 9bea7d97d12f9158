import { Labels, LogBatchBuilder, type LogBatch } from '@weir/model'
import { expect, test } from 'vitest'
import { MemorySource } from '../memory-source.ts'
import type { LogQueryRequest } from './request.ts'
import { groupEntries } from './result.ts'
import { runLogQuery } from './run.ts'
import { tailFilter } from './tail.ts'

const SECOND = 1_000_000_000n

interface Line {
  readonly app?: string
  readonly at: number
  readonly line: string
  readonly severity?: number
  readonly metadata?: Readonly<Record<string, string>>
  readonly labels?: Readonly<Record<string, string>>
}

function batch(lines: readonly Line[]): LogBatch {
  const builder = new LogBatchBuilder()
  for (const { app = 'a', at, line, severity = 9, metadata, labels } of lines) {
    const stream = builder.stream(Labels.of({ app, ...labels }))
    const beside = metadata === undefined ? '' : JSON.stringify(metadata)
    builder.add(stream, BigInt(at) * SECOND, severity, line, beside)
  }
  return builder.finish()
}

function sourceOf(lines: readonly Line[]): MemorySource {
  const source = new MemorySource()
  source.append(batch(lines))
  return source
}

const RANGE = {
  kind: 'range',
  startNs: 0n,
  endNs: 100n * SECOND,
  stepNs: 10n * SECOND,
  direction: 'forward',
  limit: 100,
} as const

async function lines(
  source: MemorySource,
  query: string,
  more: Partial<LogQueryRequest> = {},
): Promise<string[]> {
  const { value } = await runLogQuery(source, { ...RANGE, query, ...more } as LogQueryRequest)
  return value.kind === 'streams' ? value.entries.map(({ line }) => line) : [value.kind]
}

test('direction and limit choose the lines, the end is not in the range', async () => {
  const source = sourceOf([
    { at: 0, line: 'one' },
    { at: 1, line: 'two' },
    { at: 2, line: 'three' },
    { at: 100, line: 'too late' },
  ])
  expect(await lines(source, '{app="a"}')).toEqual(['one', 'two', 'three'])
  expect(await lines(source, '{app="a"}', { direction: 'backward', limit: 2 })).toEqual([
    'three',
    'two',
  ])
  expect(await lines(source, '{app="a"}', { limit: 2 })).toEqual(['one', 'two'])
  expect(await lines(source, '{app="a"}', { limit: 0 })).toEqual([])
  expect(await lines(source, '{app="a"}', { intervalNs: 2n * SECOND })).toEqual(['one', 'three'])
})

test('level chooses lines by severity, and streams that have such a label by that', async () => {
  const source = sourceOf([
    { at: 1, line: 'bad', severity: 17 },
    { at: 2, line: 'fine', severity: 9 },
    { at: 3, line: 'labelled', severity: 9, labels: { level: 'error' } },
    { at: 4, line: '{"level":"error"}', severity: 9 },
  ])
  expect(await lines(source, '{level="error"}')).toEqual(['bad', 'labelled'])
  expect(await lines(source, '{app="a", level!="error"}')).toEqual(['fine', '{"level":"error"}'])
  expect(await lines(source, '{app="a"} | json | level="error"')).toContain('{"level":"error"}')
  expect(await lines(source, '{detected_level="error"}')).toEqual(['bad'])
})

test('fields of JSON lines are known without a parser, and are no labels until one makes them such', async () => {
  const source = sourceOf([
    { at: 1, line: '{"user":{"id":7},"ms":12}' },
    { at: 2, line: '{"user":{"id":8},"ms":30}' },
    { at: 3, line: 'plain' },
  ])
  expect(await lines(source, '{app="a"} | user_id="7"')).toEqual(['{"user":{"id":7},"ms":12}'])
  expect(await lines(source, '{app="a"} | ms > 20')).toEqual(['{"user":{"id":8},"ms":30}'])
  expect(await lines(source, '{app="a"} | line_format "{{.user_id}}"')).toEqual(['7', '8', ''])
  const { value } = await runLogQuery(source, { ...RANGE, query: '{app="a"} | user_id="7"' })
  expect(value.kind === 'streams' && value.entries[0]!.parsed.size).toBe(0)
  const counted = await runLogQuery(source, {
    kind: 'instant',
    timeNs: 50n * SECOND,
    query: 'sum by (user_id) (sum_over_time({app="a"} | unwrap ms [1m]))',
  })
  expect(counted.value).toMatchObject({
    kind: 'vector',
    samples: [
      { labels: Labels.of({ user_id: '7' }), value: 12 },
      { labels: Labels.of({ user_id: '8' }), value: 30 },
    ],
  })
})

test('fields can be grouped by further out too', async () => {
  const source = sourceOf([
    { at: 1, line: '{"user":"x"}' },
    { at: 2, line: '{"user":"x"}' },
    { at: 3, line: '{"user":"y"}' },
  ])
  const { value } = await runLogQuery(source, {
    kind: 'instant',
    timeNs: 50n * SECOND,
    query: 'max by (user) (count_over_time({app="a"}[1m]))',
  })
  expect(value).toMatchObject({
    samples: [
      { labels: Labels.of({ user: 'x' }), value: 2 },
      { labels: Labels.of({ user: 'y' }), value: 1 },
    ],
  })
})

test('an answer is grouped by all labels of a line, or by those of its stream', async () => {
  const source = sourceOf([
    { at: 1, line: 'a=1', metadata: { trace: 'x' } },
    { at: 2, line: 'a=2' },
  ])
  const { value } = await runLogQuery(source, { ...RANGE, query: '{app="a"} | logfmt' })
  if (value.kind !== 'streams') throw new Error(value.kind)
  expect(groupEntries(value.entries, true).map(({ labels }) => labels.toJSON())).toEqual([
    { app: 'a' },
  ])
  expect(groupEntries(value.entries, false).map(({ labels }) => labels.toJSON())).toEqual([
    { a: '1', app: 'a', detected_level: 'info', trace: 'x' },
    { a: '2', app: 'a', detected_level: 'info' },
  ])
})

const MANY = Array.from({ length: 2000 }, (_, i) => ({ at: i % 100, line: `n=${i}` }))

test.each([
  ['{app="a"}', { limit: 5001 }, 'LOGQL_TOO_MANY_ENTRIES'],
  ['{app="a"}', { limits: { answerCharsMax: 500 } }, 'LOGQL_TOO_MANY_ENTRIES'],
  ['count_over_time({app="a"} | logfmt [1m])', {}, 'LOGQL_TOO_MANY_SERIES'],
  ['{app="a"} | n="x"', { limits: { linesMax: 1000 } }, 'LOGQL_TOO_MANY_LINES'],
  ['sum(count_over_time({app="a"}[1m]))', { stepNs: 1n }, 'LOGQL_TOO_MANY_STEPS'],
  ['sum(count_over_time({app="a"}[1m]))', { stepNs: 0n }, 'LOGQL_PARSE'],
  [
    'sum by (n) (sum_over_time({app="a"} | logfmt | unwrap n [1m]))',
    { limits: { samplesMax: 1000 } },
    'LOGQL_TOO_MANY_SAMPLES',
  ],
  ['{app="a"}', { signal: AbortSignal.abort() }, 'LOGQL_CANCELED'],
  ['{app="a"} |= "none"', { deadline: { atMonotonicMs: 2 } }, 'LOGQL_TIMEOUT'],
  ['sum(rate({app="a"} | logfmt | line_format "{{ div 1 0 }}" [1m]))', {}, 'LOGQL_EXECUTION'],
  [
    'sum by (app) (rate({app="a"}[1m])) / on (x) sum by (app, n) (rate({app="a"} | logfmt | n < 5 [1m]))',
    {},
    'LOGQL_EXECUTION',
  ],
])('%s is refused (%#)', async (query, more, code) => {
  let nowMs = 0
  const clock = { now: () => 0, monotonicMs: () => nowMs++ }
  const deadline = 'deadline' in more ? { deadline: { clock, ...more.deadline } } : {}
  const asked = { ...RANGE, query, ...more, ...deadline } as LogQueryRequest
  await expect(runLogQuery(sourceOf(MANY), asked)).rejects.toMatchObject({ code })
})

test('a label that stages double again and again stops growing; the line says so', async () => {
  const source = sourceOf([{ at: 1, line: 'x' }])
  const doubled = ' | label_format a=`{{.a}}{{.a}}`'.repeat(40)
  const { value } = await runLogQuery(source, {
    ...RANGE,
    query: `{app="a"} | label_format a=\`0123456789\`${doubled} | label_format a=\`\``,
  })
  if (value.kind !== 'streams') throw new Error(value.kind)
  expect(value.entries[0]!.parsed.get('__error__')).toBe('TemplateFormatErr')
})

test('a query for lines has no one moment, and one for numbers has no tail', async () => {
  await expect(
    runLogQuery(sourceOf([]), { kind: 'instant', timeNs: 0n, query: '{app="a"}' }),
  ).rejects.toThrow('log queries are not supported as an instant query type')
  expect(() => tailFilter('rate({app="a"}[1m])')).toThrow('want a query for lines')
})

test('a tail gives what the query would answer of each batch', () => {
  const filter = tailFilter(
    '{app="a", level="error"} |= "x" | logfmt | n > 1 | line_format "{{.n}}!"',
  )
  const entries = filter(
    batch([
      { at: 1, line: 'x n=1', severity: 17 },
      { at: 2, line: 'x n=2', severity: 17 },
      { at: 3, line: 'x n=3', severity: 9 },
      { at: 4, line: 'x n=4', severity: 17, app: 'b' },
      { at: 5, line: 'x n=5', severity: 17, metadata: { trace: 't' } },
    ]),
  )
  expect(entries.map(({ line, timeNs }) => [line, timeNs / SECOND])).toEqual([
    ['2!', 2n],
    ['5!', 5n],
  ])
  expect(entries[1]!.metadata.toJSON()).toEqual({ detected_level: 'error', trace: 't' })
  expect(filter(batch([{ app: 'b', at: 1, line: 'x' }]))).toEqual([])
})

test('approx_topk is exact', async () => {
  const source = sourceOf(['a', 'a', 'b', 'c', 'c', 'c'].map((app, at) => ({ app, at, line: '' })))
  const { value } = await runLogQuery(source, {
    kind: 'instant',
    timeNs: 50n * SECOND,
    query: 'approx_topk(2, sum by (app) (count_over_time({app=~".+"}[1m])))',
  })
  expect(value).toMatchObject({ samples: [{ value: 2 }, { value: 3 }] })
})

test('stats tell what was read and what was counted', async () => {
  const source = sourceOf(MANY)
  const read = await runLogQuery(source, { ...RANGE, query: '{app="a"} |= "n=1999"' })
  expect(read.stats).toMatchObject({ linesRead: 2000, linesCounted: 0, streams: 1 })
  const counted = await runLogQuery(source, {
    ...RANGE,
    query: 'sum(count_over_time({app="a"}[10s]))',
  })
  expect(counted.stats).toMatchObject({ linesRead: 0, streams: 1 })
  expect(counted.stats.linesCounted).toBeGreaterThan(1900)
})
