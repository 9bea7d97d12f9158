import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Labels } from '@weir/model'
import { expect, test } from 'vitest'
import { formatLogQL } from './format/format.ts'
import { parseLogQL } from './parse/parse.ts'
import type { LogQueryValue } from './result.ts'
import { groupEntries } from './result.ts'
import { runLogQuery } from './run.ts'
import { corpus, corpusSource } from './testing/corpus.ts'
import { RANGE_NS, STEP_S, type Recorded } from './testing/record.ts'

const recorded = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../../fixtures/loki/answers.json'), 'utf8'),
) as Recorded
const startNs = BigInt(recorded.startNs)
const source = corpusSource(corpus(startNs))

interface LokiStreams {
  readonly result: readonly {
    readonly stream: Readonly<Record<string, string>>
    readonly values: readonly [
      string,
      string,
      { structuredMetadata?: Record<string, string>; parsed?: Record<string, string> }?,
    ][]
  }[]
}

/** Lines as texts to compare: by time and stream, whatever their order in the answer. */
function lokiLines(answer: unknown): string[] {
  return (answer as LokiStreams).result
    .flatMap(({ stream, values }) =>
      values.map(([ns, line, beside]) =>
        show(ns, line, stream, beside?.structuredMetadata ?? {}, beside?.parsed ?? {}),
      ),
    )
    .sort()
}

function ourLines(value: LogQueryValue): string[] {
  if (value.kind !== 'streams') return [value.kind]
  return groupEntries(value.entries, true)
    .flatMap(({ labels, entries }) =>
      entries.map(({ timeNs, line, metadata, parsed }) =>
        show(String(timeNs), line, labels.toJSON(), metadata.toJSON(), parsed.toJSON()),
      ),
    )
    .sort()
}

function show(ns: string, line: string, ...labels: Readonly<Record<string, string>>[]): string {
  return [ns, line, ...labels.map((some) => Labels.of(some).toString())].join(' ')
}

/** Loki tests a filter behind `label_format` while it parses, by the value that the label had before. */
const LOKI_FAULT = '| label_format status="x" | status="x"'

test.each(recorded.lines.filter(({ query }) => !query.includes(LOKI_FAULT)))(
  'lines of $query',
  async ({ query, answer }) => {
    const { value } = await runLogQuery(source, {
      kind: 'range',
      query,
      startNs,
      endNs: startNs + RANGE_NS,
      stepNs: BigInt(STEP_S) * 1_000_000_000n,
      direction: 'forward',
      limit: 1000,
    })
    expect(ourLines(value)).toEqual(lokiLines(answer))
  },
)

interface LokiNumbers {
  readonly resultType: 'matrix' | 'vector' | 'scalar'
  readonly result: unknown
}
type LokiSample = readonly [seconds: number, value: string]

/** `labels time value` of each sample. */
function lokiNumbers(answer: unknown): string[] {
  const { resultType, result } = answer as LokiNumbers
  if (resultType === 'scalar') return [`scalar ${rounded(Number((result as LokiSample)[1]))}`]
  const series = result as {
    metric: Record<string, string>
    value?: LokiSample
    values?: LokiSample[]
  }[]
  return series.flatMap(({ metric, value, values = [value!] }) =>
    values.map(([s, v]) => `${Labels.of(metric).toString()} ${s} ${rounded(numberOf(v))}`),
  )
}

function ourNumbers(value: LogQueryValue): string[] {
  switch (value.kind) {
    case 'matrix':
      return value.series.flatMap(({ labels, timesMs, values }) =>
        [...timesMs].map((ms, i) => `${labels.toString()} ${ms / 1000} ${rounded(values[i]!)}`),
      )
    case 'vector':
      return value.samples.map(
        (one) => `${one.labels.toString()} ${one.timeMs / 1000} ${rounded(one.value)}`,
      )
    case 'scalar':
      return [`scalar ${rounded(value.value)}`]
    case 'streams':
      return ['streams']
    default:
      return value satisfies never
  }
}

function numberOf(text: string): number {
  return text === '+Inf' ? Infinity : text === '-Inf' ? -Infinity : Number(text)
}

/** Few digits, since Loki extrapolates counters by a millionth. */
const rounded = (value: number): string => value.toPrecision(5)

test.each(recorded.ranges)('numbers of $query', async ({ query, status, answer }) => {
  const asked = runLogQuery(source, {
    kind: 'range',
    query,
    startNs,
    endNs: startNs + RANGE_NS,
    stepNs: BigInt(STEP_S) * 1_000_000_000n,
    direction: 'forward',
    limit: 100,
  })
  if (status === 200)
    expect(ourNumbers((await asked).value).sort()).toEqual(lokiNumbers(answer).sort())
  else await expect(asked).rejects.toThrow((answer as string).slice(0, 40))
})

// Loki answers approx_topk only where that is switched on.
const instants = recorded.instants.filter(({ query }) => !query.startsWith('approx_topk'))

test.each(instants)('number of $query', async ({ query, status, answer }) => {
  const timeNs = startNs + 5n * 60_000_000_000n
  const asked = runLogQuery(source, { kind: 'instant', query, timeNs })
  if (status === 200) expect(ourNumbers((await asked).value)).toEqual(lokiNumbers(answer))
  else await expect(asked).rejects.toThrow((answer as string).slice(0, 40))
})

test.each(recorded.formatted)('neatly $query', ({ query, status, answer }) => {
  if (status !== 200) {
    expect(() => formatLogQL(query)).toThrow('parse error')
    return
  }
  const neat = formatLogQL(query)
  // Loki leaves out one indent.
  expect(neat).toBe((answer as string).replace('\n| decolorize', '\n  | decolorize'))
  expect(formatLogQL(neat)).toBe(neat)
})

/** Refused here before any line is looked at; by Loki only when a stream is there. */
const refused = recorded.wrong.map(({ query }) => query)

test.each(refused)('refuses %s', (query) => {
  expect(() => parseLogQL(query)).toThrow(/^parse error at line \d+, col \d+: /)
})
