import { expect, test } from 'vitest'
import { extrasOf } from './extras.ts'
import { joined, levelOf, linesOf, splitLabels, valueOf } from './line.ts'

const stream = (labels: Record<string, string>, ...values: [string, string, object?][]) => ({
  stream: labels,
  values,
})

test('lines of several streams stand in the order of time, each with a key of its own', () => {
  const streams = [
    stream({ a: '1' }, ['3000000', 'c'], ['1000000', 'a'], ['1000000', 'a']),
    stream({ a: '2' }, ['2000000', 'b', { structuredMetadata: { detected_level: 'WARN' } }]),
  ]
  const newest = linesOf(streams, 'newest')
  expect(newest.map(({ text }) => text).join('')).toBe('cbaa')
  expect(new Set(newest.map(({ key }) => key)).size).toBe(4)
  expect(newest[1]).toMatchObject({ timeMs: 2, level: 'warn', labels: { a: '2' }, message: 'b' })
  const oldest = linesOf(streams, 'oldest')
  expect(oldest.map(({ key }) => key).toSorted()).toEqual(newest.map(({ key }) => key).toSorted())
})

test('a line of nanoseconds that no double holds keeps each of them', () => {
  const [line] = linesOf([stream({}, ['1795856400123456789', ''])], 'newest')
  expect(line).toMatchObject({ timeNs: '1795856400123456789', timeMs: 1795856400123 })
})

test('a further page repeats what stands at the edge', () => {
  const page = (...values: [string, string][]) => linesOf([stream({ a: 'b' }, ...values)], 'newest')
  const all = joined(
    page(['3', 'x'], ['2', 'y'], ['2', 'z']),
    page(['2', 'y'], ['2', 'z'], ['2', 'w'], ['1', 'v']),
  )
  expect(all.map(({ text }) => text).join('')).toBe('xyzwv')
  expect(joined([], page(['1', 'v']))).toHaveLength(1)
})

test.each([
  ['{"message":"m","msg":"n"}', 'm'],
  ['{"msg":"n","level":"info"}', 'n'],
  ['{"message":{"a":1},"event":"e"}', 'e'],
  ['{"message":""}', '{"message":""}'],
  ['{broken', '{broken'],
  ['[1,2]', '[1,2]'],
  ['plain', 'plain'],
  ['level=info msg="hello there" took=5ms', 'hello there'],
  ['level=info took=5ms', 'level=info took=5ms'],
  ['', ''],
])('what %j says is %j', (text, want) => {
  expect(linesOf([stream({}, ['1', text])], 'newest')[0]!.message).toBe(want)
})

test('a name is looked up in the stream, beside the line, in the line', () => {
  const [line] = linesOf(
    [
      stream({ a: 's' }, [
        '1',
        '{"a":"f","b":{"c d":1},"9":true,"l":[1]}',
        { structuredMetadata: { b_c_d: 'm' } },
      ]),
    ],
    'newest',
  )
  expect(['a', 'b_c_d', '_9', 'l', 'x'].map((name) => valueOf(line!, name))).toEqual([
    's',
    'm',
    'true',
    undefined,
    undefined,
  ])
})

test('a line has no value that its sender did not say', () => {
  const lines = linesOf([stream({}, ['1', '{"constructor":"c"}'], ['2', 'plain'])], 'oldest')
  expect(lines.map((line) => valueOf(line, 'constructor'))).toEqual(['c', undefined])
})

test('what a tail tells in one is taken apart', () => {
  const told = stream({ app: 'x', trace_id: '4b' }, ['1', 'a'])
  expect(splitLabels(told, new Set(['app']))).toEqual(
    stream({ app: 'x' }, ['1', 'a', { structuredMetadata: { trace_id: '4b' } }]),
  )
  expect(splitLabels(told, new Set(['app', 'trace_id']))).toBe(told)
})

test('a row tells what is not told elsewhere', () => {
  const text = JSON.stringify({
    time: 1,
    level: 'info',
    message: 'stored',
    stage: 'sink',
    context: { kafka_topic: 'orders', rows: 12, note: 'x'.repeat(80) },
    source: { file: 'a.ts' },
  })
  const [line] = linesOf([stream({ stage: 'sink' }, ['1', text])], 'newest')
  expect(extrasOf(line!, [])).toEqual([
    ['kafka_topic', 'orders'],
    ['rows', '12'],
  ])
  expect(extrasOf(line!, ['context_rows'])).toEqual([['kafka_topic', 'orders']])
})

test.each([
  ['ERR', 'error'],
  ['Warning', 'warn'],
  ['notice', 'info'],
  ['loud', 'unknown'],
  ['constructor', 'unknown'],
  [undefined, 'unknown'],
])('%s is %s', (word, want) => {
  expect(levelOf(word)).toBe(want)
})
