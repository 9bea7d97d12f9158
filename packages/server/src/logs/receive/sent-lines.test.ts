import { gzipSync } from 'node:zlib'
import { packSnappy } from '@weir/wire'
import { expect, test } from 'vitest'
import type { LineParser } from '@weir/packs'
import type { TokenQuota } from '../../access/tokens/token-quota.ts'
import { NOON_MS, stand } from '../testing/kept-lines.ts'
import type { LogOutcome } from './log-request.ts'

const NS = `${NOON_MS - 1000}000001`
const TIME = '2026-11-28T11:59:59.000000001Z'
const JSON_TYPE = 'application/json'

interface Pushed {
  readonly labels?: Readonly<Record<string, string>>
  readonly line?: string
  readonly metadata?: Readonly<Record<string, string>>
}

/** One line by a push to Loki. */
function push({ labels = { job: 'j' }, line = 'x', metadata = {} }: Pushed): string {
  return JSON.stringify({ streams: [{ stream: labels, values: [[NS, line, metadata]] }] })
}

async function pushed(what: Pushed, parsers: readonly LineParser[] = []): Promise<object> {
  const { take, kept } = stand({}, parsers)
  await take({ protocol: 'loki', contentType: JSON_TYPE, text: push(what) })
  return kept[0]!
}

const J = { job: 'j', service_name: 'j' }

test.each<[string, Pushed, object]>([
  ['the service by its labels', {}, { labels: J, level: 'unknown' }],
  [
    'app goes before job',
    { labels: { job: 'j', app: 'a' } },
    { labels: { job: 'j', app: 'a', service_name: 'a' } },
  ],
  [
    'nothing says which service',
    { labels: { x: 'y' } },
    { labels: { x: 'y', service_name: 'unknown_service' } },
  ],
  [
    'a label says the level',
    { labels: { job: 'j', level: 'WARN' }, line: 'ERROR' },
    { level: 'warn' },
  ],
  ['metadata does', { metadata: { severity: 'debug' }, line: 'ERROR' }, { level: 'debug' }],
  ['the line does', { line: 'ERROR x' }, { level: 'error' }],
  ['a JSON line does', { line: '{"lvl":"fatal","time":1}' }, { level: 'fatal', labels: J }],
  [
    'a JSON line adds its pipeline',
    { line: '{"pipeline":"p","context":{"stage":"s"},"service":"q"}' },
    { labels: { ...J, pipeline: 'p', stage: 's' } },
  ],
  [
    'unless the sender told one',
    { labels: { job: 'j', pipeline: 'q' }, line: '{"pipeline":"p"}' },
    { labels: { ...J, pipeline: 'q' } },
  ],
  [
    'metadata by names that LogQL can write; half a character becomes U+FFFD',
    { metadata: { 'a.b': '1', '2c': '\ud800', empty: '' } },
    { metadata: { a_b: '1', _2c: '\ufffd' } },
  ],
])('Loki: %s', async (_name, what, want) => {
  expect(await pushed(what)).toMatchObject({ time: TIME, line: what.line ?? 'x', ...want })
})

const PARSER: LineParser = {
  system: 'airflow',
  isMeant: (bytes, from) => bytes[from] === 0x5b,
  parse: (line, labels) =>
    line.startsWith('[task]')
      ? { severity: 17, logger: 'l', pipeline: `${labels('job')}-p`, metadata: { try: '2' } }
      : undefined,
}

test('a parser of a pack says level, logger and where a line of text comes from', async () => {
  expect(await pushed({ line: '[task] INFO', metadata: { m: '1' } }, [PARSER])).toMatchObject({
    level: 'error',
    labels: { ...J, system: 'airflow', pipeline: 'j-p' },
    metadata: { m: '1', logger: 'l', try: '2' },
  })
  expect(await pushed({ line: '[other] INFO' }, [PARSER])).toMatchObject({
    level: 'info',
    labels: J,
  })
})

test('Loki: what is refused costs nothing beside it', async () => {
  const { take, kept } = stand({ max_labels: 2, max_streams: 3, max_line_bytes: 1024 })
  const streams = [
    [{}, NS, 'no labels'],
    [{ a: '1', b: '2' }, NS, 'too many with the service'],
    [{ job: 'x'.repeat(3000) }, NS, 'too long'],
    [{ job: 'j' }, '1', 'too old'],
    [{ job: 'j' }, '9223372036854775807', 'too new'],
    [{ job: 'j' }, NS, 'y'.repeat(2000)],
    [{ job: 'j' }, NS, 'kept'],
    [{ job: 'k' }, NS, 'kept'],
    [{ job: 'l' }, NS, 'one stream too many'],
  ].map(([stream, ns, line]) => ({ stream, values: [[ns, line]] }))
  const text = JSON.stringify({ streams })
  const outcome = await take({ protocol: 'loki', contentType: JSON_TYPE, text })
  expect(outcome).toMatchObject({
    lines: 2,
    rejected: {
      bad_labels: 3,
      too_old: 1,
      too_far_in_future: 1,
      line_too_long: 1,
      stream_limit: 1,
    },
    example: 'bad_labels: no labels',
  })
  expect(kept.map(({ line }) => line)).toEqual(['kept', 'kept'])
})

test('too much said beside a line refuses it', async () => {
  const { take } = stand({ max_metadata_bytes: '256', max_metadata_fields: 3 })
  const long = push({ metadata: { a: 'x'.repeat(300) } })
  const many = push({ metadata: { a: '1', b: '2', c: '3', d: '4' } })
  for (const text of [long, many]) {
    expect(await take({ protocol: 'loki', contentType: JSON_TYPE, text })).toMatchObject({
      rejected: { metadata_too_long: 1 },
    })
  }
})

test('a million values of a label: as many streams as may be, the rest is refused and counted', async () => {
  const { take, receiver } = stand({ max_streams: 100 })
  const streams = Array.from({ length: 20_000 }, (_, i) => ({
    stream: { user: String(i) },
    values: [[NS, 'x']],
  }))
  const text = JSON.stringify({ streams })
  const outcome = await take({ protocol: 'loki', contentType: JSON_TYPE, text })
  expect(outcome).toMatchObject({ lines: 99, rejected: { stream_limit: 19_901 } })
  expect(receiver.reader.active.count).toBe(100)
})

test('a push that cannot be read keeps nothing', async () => {
  const { take, kept } = stand()
  const cut = push({}).slice(0, -5)
  await expect(take({ protocol: 'loki', contentType: JSON_TYPE, text: cut })).rejects.toMatchObject(
    { code: 'LOGS_INVALID' },
  )
  await expect(
    take({ protocol: 'loki', text: packSnappy(Buffer.from([0xff])) }),
  ).rejects.toMatchObject({ code: 'LOGS_INVALID' })
  await expect(take({ protocol: 'loki', text: 'no snappy' })).rejects.toMatchObject({
    code: 'HTTP_BODY_BROKEN',
  })
  const text = '{"a":1}'
  expect(await take({ text })).toMatchObject({ lines: 1 })
  expect(kept.map(({ line }) => line)).toEqual([text])
})

const RESOURCE = {
  attributes: [
    { key: 'service.name', value: { stringValue: 's' } },
    { key: 'service.instance.id', value: { stringValue: 'i' } },
    { key: 'k8s.namespace.name', value: { stringValue: 'n' } },
  ],
}

function otlp(record: object, resource: object = RESOURCE): string {
  const scopeLogs = [{ scope: { name: 'l', version: '1' }, logRecords: [record] }]
  return JSON.stringify({ resourceLogs: [{ resource, scopeLogs }] })
}

const BESIDE = { logger: 'l', scope_name: 'l', scope_version: '1', service_instance_id: 'i' }

test.each<[string, object, object]>([
  [
    'a record',
    {
      timeUnixNano: NS,
      severityNumber: 17,
      severityText: 'Error',
      body: { stringValue: 'x' },
      traceId: '5b8efff798038103d269b633813fc60c',
      spanId: '0000000000000000',
      attributes: [{ key: 'http.route', value: { stringValue: '/a' } }],
    },
    {
      time: TIME,
      level: 'error',
      labels: { service_name: 's', k8s_namespace_name: 'n' },
      line: 'x',
      metadata: {
        ...BESIDE,
        trace_id: '5b8efff798038103d269b633813fc60c',
        severity_text: 'Error',
        http_route: '/a',
      },
    },
  ],
  [
    'observed when no time is told',
    { observedTimeUnixNano: NS, severityText: 'warning' },
    { time: TIME, level: 'warn', line: '' },
  ],
  [
    'arrival when none is',
    { body: { stringValue: 'FATAL x' } },
    { time: '2026-11-28T12:00:00.000Z', level: 'fatal' },
  ],
  [
    'a number goes before its text',
    { timeUnixNano: NS, severityNumber: 5, severityText: 'ERROR' },
    { level: 'debug' },
  ],
  [
    'a JSON body says pipeline and stage',
    { timeUnixNano: NS, body: { stringValue: '{"pipeline":"p","level":"info"}' } },
    { level: 'info', labels: { service_name: 's', k8s_namespace_name: 'n', pipeline: 'p' } },
  ],
])('OTLP: %s', async (_name, record, want) => {
  const { take, kept } = stand()
  const text = gzipSync(otlp(record))
  await take({ protocol: 'otlp', contentType: JSON_TYPE, contentEncoding: 'gzip', text })
  expect(kept).toMatchObject([want])
})

test('OTLP: a resource that says nothing, and what cannot be read', async () => {
  const { take, kept } = stand()
  await take({ protocol: 'otlp', contentType: JSON_TYPE, text: otlp({ timeUnixNano: NS }, {}) })
  expect(kept).toMatchObject([{ labels: { service_name: 'unknown_service' } }])
  const deep = `${'{"arrayValue":{"values":['.repeat(12)}${']}}'.repeat(12)}`
  for (const [contentType, text] of [
    [JSON_TYPE, '{"resourceLogs":[{]'],
    [JSON_TYPE, `{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":${deep}}]}]}]}`],
    ['application/x-protobuf', '\xff'],
  ] as const) {
    await expect(take({ protocol: 'otlp', contentType, text })).rejects.toMatchObject({
      code: 'LOGS_INVALID',
    })
  }
  await expect(
    take({ protocol: 'otlp', contentType: 'text/plain', text: '' }),
  ).rejects.toMatchObject({
    code: 'HTTP_BODY_TYPE',
  })
  expect(kept).toHaveLength(1)
})

test('_bulk: an item each, in their order; only good documents are kept', async () => {
  const { take, kept } = stand({ max_line_bytes: 1024 })
  const text = [
    '{"create":{"_index":"x"}}',
    '{"@timestamp":"2026-11-28T11:59:59.000000001Z","log.level":"warn","service.name":"s"}',
    '{"create":{"_index":"x"}}',
    ' {"a":1} ',
    '{"index":{}}',
    '{"a":2}',
    '{"index":{}}',
    '{"a":',
    '{"delete":{"_id":"1"}}',
    '{"create":{}}',
    '{"@timestamp":"2025-11-28T11:59:59Z"}',
    '{"create":{}}',
    `{"a":"${'x'.repeat(2000)}"}`,
    '',
  ].join('\n')
  const outcome = await take({ protocol: 'elastic', text })
  const answer = JSON.parse(outcome.answer!) as {
    errors: boolean
    items: Record<string, { status: number; error?: { reason: string } }>[]
  }
  expect(answer.errors).toBe(true)
  const items = answer.items.flatMap((item) => Object.entries(item))
  expect(
    items.map(
      ([action, { status, error }]) => `${action} ${status} ${error?.reason.split(':')[0] ?? ''}`,
    ),
  ).toEqual([
    'create 201 ',
    'create 201 ',
    'index 201 ',
    'index 400 no_object',
    'delete 400 no_delete',
    'create 400 too_old',
    'create 400 line_too_long',
  ])
  expect(kept).toMatchObject([
    { time: TIME, level: 'warn', labels: { service_name: 's' } },
    { line: '{"a":1}' },
    { line: '{"a":2}' },
  ])
  expect(outcome.rejected).toEqual({ no_object: 1, no_delete: 1, too_old: 1, line_too_long: 1 })
})

test('_bulk: many alike, and what is no _bulk', async () => {
  const { take, kept } = stand()
  const outcome = await take({ protocol: 'elastic', text: '{"create":{}}\n{"a":1}\n'.repeat(1000) })
  expect(JSON.parse(outcome.answer!)).toMatchObject({ errors: false })
  expect((JSON.parse(outcome.answer!) as { items: unknown[] }).items).toHaveLength(1000)
  await expect(
    take({ protocol: 'elastic', text: '{"create":{}}\n{"a":1}\nwhat\n' }),
  ).rejects.toMatchObject({ code: 'LOGS_INVALID' })
  expect(kept).toHaveLength(1000)
})

test('streams beyond those of the token are refused, those it has go on, and others are not touched', async () => {
  const { take, receiver } = stand({ max_streams: 4 })
  const send = (names: readonly string[], quota?: TokenQuota): Promise<LogOutcome> => {
    const streams = names.map((job) => ({ stream: { job }, values: [[NS, 'x']] }))
    const text = JSON.stringify({ streams })
    return take({ protocol: 'loki', contentType: JSON_TYPE, text, quota })
  }
  const loader = { id: '1', name: 'loader', seriesMax: 2 }
  expect(await send(['a', 'b'], loader)).toMatchObject({ lines: 2, rejected: {} })
  expect(await send(['c', 'd', 'e', 'f', 'g', 'a'], loader)).toMatchObject({
    lines: 1,
    rejected: { token_stream_limit: 5 },
    example: 'the token "loader" may send 2 streams at a time, and does',
  })
  // What was refused took no room of others.
  expect(receiver.reader.active.count).toBe(2)
  expect(await send(['c', 'd'])).toMatchObject({ lines: 2, rejected: {} })
  expect(await send(['e'], { ...loader, id: '2', name: 'other' })).toMatchObject({
    rejected: { stream_limit: 1 },
  })
})
