import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { stand } from '../testing/kept-lines.ts'
import { NO_FIELDS } from './log-request.ts'

const NOON = '2026-11-28T12:00:00.000Z'
const UNKNOWN = { service_name: 'unknown_service' }

/** What becomes of one line. */
async function one(text: string, keys: object = {}): Promise<object> {
  const { take, kept } = stand(keys)
  const { lines, rejected, mended } = await take({ text })
  const { line, ...rest } = kept[0] ?? { line: undefined }
  const done = Object.entries(mended).filter(([, count]) => count > 0)
  return {
    ...rest,
    ...(line === text ? {} : { line }),
    ...(lines === 1 ? {} : { lines }),
    ...(Object.keys(rejected).length > 0 ? { rejected } : {}),
    ...(done.length > 0 ? { mended: Object.fromEntries(done) } : {}),
  }
}

test.each<[string, string, object]>([
  [
    'the record of the SDK',
    '{"timestamp":"2026-11-28T11:59:58.250Z","level":"ERROR","logger":"a.b","message":"m","service":"shop","pipeline":"orders","stage":"sink","thread":{"id":1,"name":"main"},"context":{"kafka_topic":"t"}}',
    {
      time: '2026-11-28T11:59:58.250Z',
      level: 'error',
      labels: { service_name: 'shop', pipeline: 'orders', stage: 'sink' },
    },
  ],
  [
    'context may say the pipeline',
    '{"timestamp":"2026-11-28T11:59:58Z","level":"CRITICAL","message":"m","context":{"pipeline":"p","stage":"s"}}',
    {
      time: '2026-11-28T11:59:58.000Z',
      level: 'critical',
      labels: { ...UNKNOWN, pipeline: 'p', stage: 's' },
    },
  ],
  [
    'ECS with dots',
    '{"@timestamp":"2026-11-28T11:00:00.000Z","log.level":"warn","message":"m","service.name":"s","ecs.version":"8"}',
    { time: '2026-11-28T11:00:00.000Z', level: 'warn', labels: { service_name: 's' } },
  ],
  [
    'ECS with objects',
    '{"@timestamp":"2026-11-28T11:00:00Z","log":{"level":"debug","logger":"l"},"service":{"name":"s"}}',
    { time: '2026-11-28T11:00:00.000Z', level: 'debug', labels: { service_name: 's' } },
  ],
  [
    'pino',
    '{"level":30,"time":1795867199123,"pid":1,"hostname":"h","name":"n","msg":"m"}',
    { time: '2026-11-28T11:59:59.123Z', level: 'info', labels: UNKNOWN },
  ],
  [
    'bunyan',
    '{"name":"n","hostname":"h","pid":1,"level":50,"msg":"m","time":"2026-11-28T11:59:59.123Z","v":0}',
    { time: '2026-11-28T11:59:59.123Z', level: 'error', labels: UNKNOWN },
  ],
  [
    'winston has no time',
    '{"level":"verbose","message":"m"}',
    { time: NOON, level: 'debug', labels: UNKNOWN },
  ],
  [
    'zap',
    '{"level":"dpanic","ts":1795867199.25,"caller":"a.go:1","msg":"m"}',
    { time: '2026-11-28T11:59:59.250Z', level: 'critical', labels: UNKNOWN },
  ],
  [
    'log4j',
    '{"timeMillis":1795867199000,"thread":"main","level":"FATAL","loggerName":"l","message":"m"}',
    { time: '2026-11-28T11:59:59.000Z', level: 'fatal', labels: UNKNOWN },
  ],
  [
    'OTLP as a line',
    '{"Timestamp":"1795867199000000001","SeverityNumber":18,"SeverityText":"info","Body":"m"}',
    { time: '2026-11-28T11:59:59.000000001Z', level: 'critical', labels: UNKNOWN },
  ],
  [
    'GELF',
    '{"version":"1.1","host":"h","short_message":"m","timestamp":1795867199.5,"level":3}',
    { time: '2026-11-28T11:59:59.500Z', level: 'error', labels: UNKNOWN },
  ],
  [
    'journald',
    '{"PRIORITY":"4","MESSAGE":"m","_time":"0"}',
    { time: NOON, level: 'warn', labels: UNKNOWN },
  ],
  [
    "Fluent Bit's kubernetes filter",
    '{"date":1795867199.5,"log":"x","kubernetes":{"namespace_name":"n","container_name":"c"}}',
    {
      time: '2026-11-28T11:59:59.500Z',
      level: 'unknown',
      labels: { service_name: 'c', namespace: 'n' },
    },
  ],
  [
    'a level in the text of an object',
    '{"log":"2026 [ERROR] x"}',
    { time: NOON, level: 'error', labels: UNKNOWN },
  ],
  [
    'names are read with their escapes',
    '{"service":"caf\\u00e9 \\"a\\"","level":"info"}',
    { time: NOON, level: 'info', labels: { service_name: 'café "a"' } },
  ],
  [
    'an empty or strange service is none',
    '{"service":"","app":null,"application":[1],"pipeline":7}',
    { time: NOON, level: 'unknown', labels: { ...UNKNOWN, pipeline: '7' } },
  ],
  [
    'a time that is none',
    '{"time":"soon","level":"info"}',
    { time: NOON, level: 'info', labels: UNKNOWN, mended: { time: 1 } },
  ],
  [
    'text',
    '2026-11-28 11:00:00,000 WARNING x',
    { time: '2026-11-28T11:00:00.000Z', level: 'warn', labels: UNKNOWN, mended: { text: 1 } },
  ],
  [
    'text whose time cannot be',
    '2027-11-28 11:00:00,000 WARNING x',
    { time: NOON, level: 'warn', labels: UNKNOWN, mended: { text: 1 } },
  ],
  [
    'an object that does not end',
    '{"level":"info","a":{"b":1}',
    { time: NOON, level: 'info', labels: UNKNOWN, mended: { text: 1 } },
  ],
  [
    'words behind an object',
    '{"level":"info"} x',
    { time: NOON, level: 'info', labels: UNKNOWN, mended: { text: 1 } },
  ],
  ['too old', '{"time":"2025-01-01T00:00:00Z"}', { lines: 0, rejected: { too_old: 1 } }],
  [
    'too far ahead',
    '{"time":"2026-11-28T12:11:00Z"}',
    { lines: 0, rejected: { too_far_in_future: 1 } },
  ],
  ['nothing', ' \r\n\t\n', { lines: 0 }],
])('%s', async (_name, text, want) => expect(await one(text)).toEqual(want))

test.each([
  ['a line each', '{"a":1}\n{"a":2}\r\n\n  {"a":3}'],
  ['behind each other', '{"a":1}{"a":2} {"a":3}'],
  ['a list', ' [{"a":1},\n {"a":2} ,{"a":3}]\n'],
])('%s', async (_name, text) => {
  const { take, kept } = stand()
  expect(await take({ text })).toMatchObject({ lines: 3, rejected: {} })
  expect(kept.map(({ line }) => line)).toEqual(['{"a":1}', '{"a":2}', '{"a":3}'])
})

test.each(['[{"a":1},{"a":2}', '[{"a":1},3]', '[{"a":1}] x', '[1]'])(
  'what is no list of objects is text: %s',
  async (text) => {
    const { take, kept } = stand()
    expect(await take({ text })).toMatchObject({ lines: 1, mended: { text: 1 } })
    expect(kept[0]).toMatchObject({ line: text })
  },
)

test('an empty list is nothing', async () => {
  expect(await stand().take({ text: ' [ ] ' })).toMatchObject({ lines: 0, rejected: {} })
})

test('packed by gzip', async () => {
  const { take, kept } = stand()
  await take({ text: gzipSync('{"a":1}'), contentEncoding: 'gzip' })
  expect(kept).toHaveLength(1)
})

test("VictoriaLogs's parameters: time, labels, what is left out and what is added", async () => {
  const { take, kept } = stand()
  const fields = {
    time: ['when'],
    stream: ['host', 'k8s.pod'],
    ignored: ['secret', 'a.b'],
    extra: ['dc', 'x1'],
  }
  const text =
    '{"when":"2026-11-28T11:00:00Z","time":"2026-11-28T10:00:00Z","host":"h","k8s":{"pod":"p"},"secret":{"x":[1]},"a":{"b":1,"c":12345678901234567890},"service":"s"}'
  await take({ text, fields })
  expect(kept).toEqual([
    {
      time: '2026-11-28T11:00:00.000Z',
      level: 'unknown',
      labels: { service_name: 'unknown_service', host: 'h', k8s_pod: 'p' },
      line: '{"when":"2026-11-28T11:00:00Z","time":"2026-11-28T10:00:00Z","host":"h","k8s":{"pod":"p"},"a":{"c":12345678901234567890},"service":"s"}',
      metadata: { dc: 'x1' },
    },
  ])
  await take({ text: '{"service":"s"}', fields: NO_FIELDS })
  expect(kept[1]).toMatchObject({ labels: { service_name: 's' } })
})

test('bytes that are no UTF-8 become U+FFFD, and only theirs', async () => {
  const { take, kept } = stand()
  const bad = Buffer.concat([Buffer.from('{"a":"'), Buffer.of(0xff, 0xc3), Buffer.from('"}')])
  const text = Buffer.concat([Buffer.from('{"a":"é"}\n'), bad, Buffer.from('\nx')])
  expect(await take({ text })).toMatchObject({ lines: 3, mended: { utf8: 1, text: 1 } })
  expect(kept.map(({ line }) => line)).toEqual(['{"a":"é"}', '{"a":"\ufffd\ufffd"}', 'x'])
})

test('a line of 10 MB is refused, the lines beside it are kept', async () => {
  const { take, kept } = stand()
  const long = 'x'.repeat(10_000_000)
  const outcome = await take({ text: `{"a":1}\n{"b":"${long}"}\n${long}\n{"a":2}` })
  expect(outcome).toMatchObject({ lines: 2, rejected: { line_too_long: 2 } })
  expect(outcome.example.length).toBeLessThan(300)
  expect(kept.map(({ line }) => line)).toEqual(['{"a":1}', '{"a":2}'])
})

test('a million brackets are a text', async () => {
  const { take } = stand({ max_line_bytes: '16MiB' })
  for (const text of ['['.repeat(1_000_000), '{"a":'.repeat(1_000_000), '{"a":'.repeat(900)]) {
    expect(await take({ text })).toMatchObject({ lines: 1, mended: { text: 1 } })
  }
})

test('when there are too many streams, lines go to the one of those that say nothing', async () => {
  const { take, kept, tick } = stand({ max_streams: 3 })
  const text = Array.from({ length: 5 }, (_, i) => `{"service":"s${i}"}`).join('\n')
  expect(await take({ text })).toMatchObject({ lines: 5, rejected: {} })
  const names = (): string[] => kept.splice(0).map(({ labels }) => labels['service_name'] ?? '')
  expect(names()).toEqual(['s0', 's1', 'unknown_service', 'unknown_service', 'unknown_service'])
  tick(31 * 60_000)
  await take({ text })
  expect(names()).toEqual(['s0', 's1', 'unknown_service', 'unknown_service', 'unknown_service'])
  tick(31 * 60_000)
  await take({ text: '{"service":"s0"}' })
  tick(31 * 60_000)
  await take({ text: '{"service":"s3"}' })
  expect(names()).toEqual(['s0', 's3'])
})

test('values that are no names become no labels', async () => {
  const { take, kept } = stand()
  await take({ text: `{"service":"${'x'.repeat(300)}"}` })
  expect(kept[0]).toMatchObject({ labels: UNKNOWN })
})
