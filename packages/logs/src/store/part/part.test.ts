import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MessageChannel } from 'node:worker_threads'
import { type Clock, Labels, LogBatchBuilder, type Millis } from '@weir/model'
import * as fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { allTests, lineValue } from '../../line-test.ts'
import { MemorySource } from '../../memory-source.ts'
import type { LineCondition, LogSource } from '../../source.ts'
import { openLogReader } from '../log-reader.ts'
import { openLogStore } from '../log-store.ts'

const NOW = Date.UTC(2026, 10, 28, 10) as Millis
const CLOCK: Clock = { ...({} as Clock), now: () => NOW, monotonicMs: () => 0 }
const ALL = { fromNs: -(2n ** 62n), toNs: 2n ** 62n }
const MEMORY = 256 * 2 ** 20
let home = ''

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'weir-parts-'))
})
afterEach(() => rmSync(home, { recursive: true }))

interface Line {
  readonly service: string
  readonly timeNs: bigint
  readonly severity: number
  readonly text: string
  readonly metadata: string
}

async function sealed(lines: readonly Line[]) {
  const folder = mkdtempSync(join(home, 'case-'))
  const store = await openLogStore({
    folder,
    clock: CLOCK,
    reserveBytes: 0,
    queuedBytesMax: 2 ** 30,
    recentBytes: 2 ** 30,
    recentAgeMs: 600_000,
    ageMaxMs: 0,
    futureMaxMs: 1e14,
    streamsMax: 1000,
    diskBytesMax: 0,
    memoryBytes: MEMORY,
    onProblem: (error) => {
      throw error
    },
  })
  const memory = new MemorySource()
  const builder = new LogBatchBuilder()
  for (const { service, timeNs, severity, text, metadata } of lines) {
    builder.add(builder.stream(Labels.of({ service })), timeNs, severity, text, metadata)
  }
  const batch = builder.finish()
  await store.append(batch)
  memory.append(batch)
  const { port1, port2 } = new MessageChannel()
  store.connectReader(port2)
  const reader = await openLogReader(port1, { folder, threads: 1, memoryBytes: MEMORY })
  await store.seal()
  return {
    folder,
    store,
    memory,
    reader,
    async [Symbol.asyncDispose]() {
      reader[Symbol.dispose]()
      await store[Symbol.asyncDispose]()
    },
  }
}

/** Everything that is known of the lines that meet conditions, in the order of their times. */
async function answer(
  source: LogSource,
  conditions: readonly LineCondition[],
  names: readonly string[],
  order: 'forward' | 'backward' | 'any' = 'forward',
): Promise<unknown[]> {
  const streams = source.streams([], ALL)
  const request = { streams, range: ALL, order, conditions, needsText: true }
  const test = allTests(conditions)
  const found: { readonly timeNs: bigint; readonly known: unknown }[] = []
  for await (const lines of source.lines(request)) {
    for (let i = 0; i < lines.count; i++) {
      if (!test(lines, i)) continue
      const known = [
        String(lines.timeNs(i)),
        lines.severity(i),
        lines.stream(i).labels.get('service'),
        lines.line(i),
        lines.metadata(i),
        names.map((name) => lineValue(lines, i, name)),
      ]
      found.push({ timeNs: lines.timeNs(i), known })
    }
  }
  // Lines of one moment may come in any order.
  const key = ({ timeNs, known }: (typeof found)[number]): string =>
    String(timeNs + 2n ** 63n).padStart(21, '0') + JSON.stringify(known)
  return found.toSorted((a, b) => (key(a) < key(b) ? -1 : 1)).map(({ known }) => known)
}

const TIME = BigInt(NOW) * 1_000_000n
const LINES: readonly string[] = [
  'a nul \0 inside',
  '{"timestamp":"2026-11-28T10:00:00.000Z","level":"ERROR","logger":"a.b","message":"batch 424242001 failed","n":5}',
  '{"timestamp":"2026-11-28T10:00:00.000Z","level":"INFO","logger":"a.b","message":"batch 7 done","n":-12}',
  '{"timestamp":"2026-11-28T10:00:00.000000+00:00","level":"INFO","n":1.50,"ok":true,"none":null,"s":"","o":{},"l":[]}',
  '{"ts":"2026-11-28T10:00:00.000000000Z","tags":["x","y"],"deep":{"er":{"x_y":"1"},"z":"ü \\u00fc \\"q\\" \\n"}}',
  '{ "spaced" : "a, b" , "n" : 17 , "message":"batch 424242"}',
  '{"n":123456789012345678901234567890,"e":1e5,"Level":"x","level":"y"}',
  '{"a.b":"1","a_b":"2"}',
  '{"half":"\\ud800 x","n":1.0}',
  '{"a":1,"a":2}',
  '{"broken":',
  '{"a":01}',
  '{"a":"\ttab"}',
  '  {"led":"in"}  ',
  'plain text with batch 424242 in it',
  'two\nlines\twith\rcontrols \u001e\u001f\u0000 end',
  '',
  ' ',
  '[1,2]',
  "it's \\ 'quoted' -- ; DROP TABLE logs",
  '{"it\'s":"; DROP TABLE \'x\'","\\"":"k"}',
  `{"long":"${'é'.repeat(3000)}"}`,
  JSON.stringify({ x: { '2': 'digit', ' b ': 'blank' } }),
]
const NAMES = [
  'level',
  'n',
  'message',
  'timestamp',
  'ts',
  'deep_er_x_y',
  'deep_z',
  'a',
  'a_b',
  'meta',
  'x_2',
  'half',
  'Level',
]

const CONDITIONS: readonly LineCondition[] = [
  { kind: 'contains', text: 'batch 424242' },
  { kind: 'contains', text: 'atch 4242' },
  { kind: 'contains', text: ' batch 424242 ' },
  { kind: 'contains', text: '"level":"ERROR"' },
  { kind: 'contains', text: '10:00:00.000' },
  { kind: 'contains', text: 'T10' },
  { kind: 'contains', text: '-12' },
  { kind: 'contains', text: '12' },
  { kind: 'contains', text: 'message' },
  { kind: 'contains', text: "'" },
  { kind: 'contains', text: 'nul \0 in' },
  { kind: 'matches', regex: 'l \0 [a-z]' },
  { kind: 'value', name: 'service', operator: '!=', value: 'a\0b' },
  { kind: 'contains', text: '\\"q' },
  { kind: 'contains', text: 'a, b' },
  { kind: 'contains', text: '\n' },
  { kind: 'contains', text: ' ' },
  { kind: 'contains', text: 'ü' },
  { kind: 'matches', regex: 'batch \\d+ (failed|done)' },
  { kind: 'matches', regex: 'batch.*in' },
  { kind: 'matches', regex: '^plain' },
  { kind: 'matches', regex: '(?i)BATCH' },
  { kind: 'matches', regex: '"n":-?[0-9]{2}' },
  { kind: 'matches', regex: 'x?y+' },
  { kind: 'value', name: 'level', operator: '=', value: 'ERROR' },
  { kind: 'value', name: 'level', operator: '=', value: 'error' },
  { kind: 'value', name: 'level', operator: '!=', value: 'INFO' },
  { kind: 'value', name: 'level', operator: '=~', value: 'E.*|info' },
  { kind: 'value', name: 'detected_level', operator: '=', value: 'warn' },
  { kind: 'value', name: 'level', operator: '=', value: 'ERROR', isOwn: true },
  { kind: 'value', name: 'level', operator: '!=', value: 'ERROR', isOwn: true },
  { kind: 'value', name: 'service', operator: '=', value: 'b', isOwn: true },
  { kind: 'value', name: 'level', operator: '=~', value: 'ERR.*|', isOwn: true },
  { kind: 'value', name: 'detected_level', operator: '=~', value: 'warn|error' },
  { kind: 'value', name: 'message', operator: '=', value: 'batch 7 done' },
  { kind: 'value', name: 'message', operator: '=', value: '' },
  { kind: 'value', name: 'message', operator: '!=', value: '' },
  { kind: 'value', name: 'n', operator: '=', value: '5' },
  { kind: 'value', name: 'n', operator: '=', value: '05' },
  { kind: 'value', name: 'n', operator: '=', value: '1.50' },
  { kind: 'value', name: 'n', operator: '=', value: '1' },
  { kind: 'value', name: 'half', operator: '=', value: '' },
  { kind: 'value', name: 'deep_z', operator: '=', value: 'ü ü "q" \n' },
  { kind: 'value', name: 'timestamp', operator: '=', value: '2026-11-28T10:00:00.000Z' },
  { kind: 'value', name: 'meta', operator: '=', value: 'said "so"' },
  { kind: 'value', name: 'meta', operator: '=', value: 'plain' },
  { kind: 'value', name: 'service', operator: '=', value: 'b' },
  { kind: 'value', name: 'nowhere', operator: '=', value: 'x' },
  { kind: 'value', name: 'nowhere', operator: '=', value: '' },
  { kind: 'number', name: 'n', operator: '>', value: 4 },
  { kind: 'not', of: { kind: 'contains', text: 'batch' } },
  { kind: 'not', of: { kind: 'value', name: 'n', operator: '=', value: '5' } },
  {
    kind: 'any',
    of: [
      { kind: 'contains', text: 'DROP' },
      { kind: 'value', name: 'service', operator: '=', value: 'b' },
    ],
  },
]

const METADATA = [
  '',
  '{"meta":"said \\"so\\"","trace_id":"4b"}',
  '{"meta":"plain"}',
  '{"x.y":"1","x_y":"2"}',
]

function sample(): Line[] {
  return [...LINES, ...LINES].map((text, i) => ({
    service: i % 3 === 0 ? 'b' : 'a',
    timeNs: TIME + (i % 5 === 0 ? BigInt(i) : 0n),
    severity: [0, 1, 5, 9, 13, 17, 18, 21][i % 8]!,
    text,
    metadata: METADATA[i % METADATA.length]!,
  }))
}

test('a part gives back every line, byte for byte, and all that is known of it', async () => {
  await using all = await sealed(sample())
  expect(readdirSync(all.folder).filter((file) => file.startsWith('part-'))).toHaveLength(2)
  expect(all.store.stats()).toMatchObject({ recentLines: 0, partLines: LINES.length * 2 })
  const wanted = await answer(all.memory, [], NAMES)
  for (const order of ['forward', 'backward', 'any'] as const) {
    expect(await answer(all.reader, [], NAMES, order)).toEqual(wanted)
  }
})

test('each condition finds in a part what it finds in the lines', async () => {
  await using all = await sealed(sample())
  for (const condition of CONDITIONS) {
    const wanted = await answer(all.memory, [condition], [])
    expect({ condition, found: await answer(all.reader, [condition], []) }).toEqual({
      condition,
      found: wanted,
    })
  }
})

test('counts, where columns can tell, are those of the lines', async () => {
  // Without lines whose fields are in no column.
  const telling = sample().filter(
    ({ text, metadata }) => !/^\s*\{("a|"broken| *$)|^ /.test(text) && !metadata.includes('x.y'),
  )
  await using all = await sealed(telling)
  let told = 0
  for (const condition of CONDITIONS) {
    for (const by of [[], ['detected_level'], ['service'], ['level', 'service']]) {
      const request = {
        streams: all.reader.streams([], ALL),
        range: { fromNs: TIME - 60_000_000_000n, toNs: TIME + 60_000_000_000n },
        stepNs: 20_000_000_000n,
        by,
        byStream: false,
        conditions: [condition],
        needsBytes: true,
      }
      const counts = await all.reader.counts(request)
      if (counts === undefined) continue
      told++
      const wanted = await brute(all.memory, request)
      const found = new Map(
        Array.from({ length: counts.count }, (_, i) => [
          `${counts.steps[i]} ${counts.values.map((column) => column[i]).join()}`,
          [counts.lines[i], counts.bytes[i]],
        ]),
      )
      expect({ condition, by, found }).toEqual({ condition, by, found: wanted })
    }
  }
  expect(told).toBeGreaterThan(60)
})

test('minutes are counted without reading, with their end in them', async () => {
  const minute = 60_000_000_000n
  const at = (timeNs: bigint, severity: number): Line => ({
    service: 'a',
    timeNs,
    severity,
    text: 'x',
    metadata: '',
  })
  const base = (TIME / minute) * minute
  const lines = [1n, 2n, 3n, minute, minute + 1n, 2n * minute, 2n * minute + 1n].flatMap((add) =>
    [9, 17, 9, 9, 9].map((severity) => at(base + add, severity)),
  )
  await using all = await sealed(lines)
  rmSync(join(all.folder, 'part-1-1-0.parquet')) // it is not read
  const counts = await all.reader.counts({
    streams: all.reader.streams([], ALL),
    range: { fromNs: base + 1n, toNs: base + 2n * minute + 1n },
    stepNs: minute,
    by: ['detected_level'],
    byStream: false,
    conditions: [],
  })
  expect(
    Array.from({ length: counts!.count }, (_, i) =>
      [counts!.steps[i], counts!.values[0]![i], counts!.lines[i]].join(' '),
    ).toSorted(),
  ).toEqual(['0 error 4', '0 info 16', '1 error 2', '1 info 8'])
})

async function brute(
  source: LogSource,
  request: {
    readonly range: typeof ALL
    readonly stepNs: bigint
    readonly by: readonly string[]
    readonly conditions: readonly LineCondition[]
  },
): Promise<Map<string, number[]>> {
  const test = allTests(request.conditions)
  const found = new Map<string, number[]>()
  const streams = source.streams([], request.range)
  const { range } = request
  for await (const lines of source.lines({
    streams,
    range,
    order: 'any',
    conditions: [],
    needsText: true,
  })) {
    for (let i = 0; i < lines.count; i++) {
      if (!test(lines, i)) continue
      const step = (lines.timeNs(i) - range.fromNs) / request.stepNs
      const values = request.by.map((name) => lineValue(lines, i, name))
      const key = `${step} ${values.join()}`
      const sum = found.get(key) ?? [0, 0]
      sum[0]!++
      sum[1]! += Buffer.byteLength(lines.line(i))
      found.set(key, sum)
    }
  }
  return found
}

const value: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(
    'batch 42',
    'ERROR',
    'ü',
    '"',
    '\\',
    '',
    "'",
    '2026-11-28T10:00:00.000Z',
    '\u001f',
  ),
  fc.string({ maxLength: 8 }),
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.array(fc.string({ maxLength: 3 }), { maxLength: 2 }),
)
const json = fc
  .dictionary(
    fc.constantFrom('level', 'msg', 'n', 'a b', 'x.y', 'ts', '__proto__', '1'),
    fc.oneof(value, fc.dictionary(fc.constantFrom('p', 'q', 'level'), value)),
  )
  .map((object) => JSON.stringify(object))
const text = fc.oneof(
  json,
  json,
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom(...LINES),
)
const line = fc.record({
  service: fc.constantFrom('a', 'b'),
  timeNs: fc.oneof(
    fc.bigInt({ min: TIME - 3n, max: TIME + 3n }),
    fc.bigInt({ min: -(2n ** 62n), max: 2n ** 61n }),
  ),
  severity: fc.integer({ min: 0, max: 24 }),
  text,
  metadata: fc.constantFrom(...METADATA),
})

test('whatever the lines are, a part gives them back', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 30 }), async (lines) => {
      await using all = await sealed(lines)
      expect(await answer(all.reader, [], NAMES)).toEqual(await answer(all.memory, [], NAMES))
      const chosen = Array.from(lines[0]!.text).slice(1, 9).join('') // whole characters
      const conditions = [{ kind: 'contains', text: chosen } as const]
      expect(await answer(all.reader, conditions, [])).toEqual(
        await answer(all.memory, conditions, []),
      )
    }),
    { numRuns: 12 },
  )
}, 60_000)
