import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Labels } from '@weir/model'
import { expect, test } from 'vitest'
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

test.each(recorded.lines.filter(({ query }) => !query.includes('_format ')))(
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
