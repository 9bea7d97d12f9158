import { LogBatchBuilder, Labels, type Matcher } from '@weir/model'
import { expect, test } from 'vitest'
import { selectedStreams } from '../logql/selection.ts'
import { MemorySource } from '../memory-source.ts'
import type { LogSource } from '../source.ts'
import { countStreams } from './stream-counts.ts'

const RANGE = { fromNs: 0n, toNs: 100n }
const ERROR = 17
const INFO = 9

/** A stream that says its level, and one whose lines do. */
function memory(): MemorySource {
  const builder = new LogBatchBuilder()
  const own = builder.stream(Labels.of({ app: 'own', level: 'error' }))
  const lines = builder.stream(Labels.of({ app: 'lines' }))
  builder.add(own, 1n, INFO, 'one')
  builder.add(lines, 2n, ERROR, 'two')
  builder.add(lines, 3n, INFO, 'three')
  const source = new MemorySource()
  source.append(builder.finish())
  return source
}

/** As a source that can count nothing. */
function uncounted(source: MemorySource): LogSource {
  return {
    streams: (matchers, range) => source.streams(matchers, range),
    lines: (request) => source.lines(request),
  }
}

test.each<[name: string, operator: Matcher['operator'], value: string, want: string]>([
  ['level', '=', 'error', 'lines 1, own 1'],
  ['level', '=', 'info', 'lines 1'],
  ['level', '!=', 'error', 'lines 1'],
  ['detected_level', '=', 'error', 'lines 1'],
  ['detected_level', '=', 'info', 'lines 1, own 1'],
  ['app', '=', 'own', 'own 1'],
])('%s%s%s counts %s', async (name, operator, value, want) => {
  const source = memory()
  for (const asked of [source, uncounted(source)]) {
    const chosen = selectedStreams(asked, [{ name, operator, value }], RANGE)
    const rows = await countStreams(asked, {
      ...chosen,
      range: RANGE,
      stepNs: 100n,
      signal: AbortSignal.timeout(60_000),
    })
    const told = rows.map(({ stream, lines }) => `${stream.labels.get('app')} ${lines}`)
    expect(told.toSorted().join(', ')).toBe(want)
  }
})

test('streams without the label may have such lines, others are chosen by it', () => {
  const apps = (value: string): string[] =>
    selectedStreams(memory(), [{ name: 'level', operator: '=', value }], RANGE).streams.map(
      ({ labels }) => labels.get('app'),
    )
  expect([apps('error'), apps('info')]).toEqual([['own', 'lines'], ['lines']])
})
