import type { LogContextView } from '@weir/packs'
import { MOCK_NOW_MS, randomFrom } from './mock-data.ts'

interface MockLine {
  readonly atMs: number
  readonly level: string
  readonly labels: Readonly<Record<string, string>>
  readonly text: string
}

const STREAMS = [
  {
    service_name: 'orders',
    system: 'custom',
    pipeline: 'orders_daily',
    stage: 'source',
    host: 'etl-1',
  },
  {
    service_name: 'orders',
    system: 'custom',
    pipeline: 'orders_daily',
    stage: 'sink',
    host: 'etl-2',
  },
  {
    service_name: 'airflow',
    system: 'airflow',
    pipeline: 'orders_daily',
    stage: 'task',
    host: 'air-1',
  },
  { service_name: 'checkout-api', host: 'web-1' },
] as const

const SAYINGS = [
  ['debug', 'Polled 500 records', { kafka_topic: 'orders', kafka_partition: 3 }],
  ['info', 'Batch stored', { rows: 1200, duration_ms: 84, table: 'orders_fact' }],
  ['info', 'Validated record', { order_id: 'A-1093', currency: 'EUR' }],
  ['info', 'GET /checkout 200', { route: '/checkout', duration_ms: 12 }],
  ['warn', 'Retrying after a timeout', { attempt: 2, broker: 'kafka-2:9092' }],
  [
    'error',
    'Cannot reach the broker: connection refused',
    { broker: 'kafka-2:9092', code: 'ECONNREFUSED' },
  ],
] as const

/** What strangers may write: markup, terminal escapes, writing turned round, much text, deep JSON. */
const HOSTILE: readonly string[] = [
  '<img src=x onerror="document.title=\'owned\'"><script>document.title="owned"</script>',
  '\u001b[31mred\u001b[0m \u001b[2J\u001b]0;owned\u0007 end',
  JSON.stringify({
    level: 'error',
    message: '<b>bold</b> [link](javascript:alert(1))',
    '<i>key</i>': '</script>',
    constructor: 'a name that every object of the language answers to',
  }),
  'invoice\u202efdp.exe',
  `{"message":"${'long '.repeat(3000)}"}`,
  `${'{"a":'.repeat(40)}1${'}'.repeat(40)}`,
  '{"message":"cut off',
  '',
]

function madeLines(count: number): MockLine[] {
  const random = randomFrom(11)
  return Array.from({ length: count }, (_, i): MockLine => {
    const labels = STREAMS[Math.floor(random() * STREAMS.length)]!
    const [level, message, context] = SAYINGS[Math.floor(random() ** 1.6 * SAYINGS.length)]!
    const atMs = MOCK_NOW_MS - Math.floor((i * 3_500_000) / count) - Math.floor(random() * 900)
    const isTask = labels.service_name === 'airflow'
    const text = isTask
      ? `[${new Date(atMs).toISOString()}] {taskinstance.py:1157} ${level.toUpperCase()} - ${message}`
      : JSON.stringify({
          timestamp: new Date(atMs).toISOString(),
          level: level.toUpperCase(),
          logger: `orders.${level === 'debug' ? 'kafka_source' : 'iceberg_sink'}`,
          message,
          thread: { id: 1, name: 'main' },
          source: { file: 'src/sink.ts', line: 40 + (i % 60), function: 'write' },
          process: { id: 4711, name: 'node' },
          context,
          ...(level === 'error'
            ? {
                error: {
                  type: 'ConnectError',
                  stack:
                    'ConnectError: refused\n    at Socket.connect (net.ts:12)\n    at write (sink.ts:44)',
                },
              }
            : {}),
        })
    return { atMs, level, labels, text }
  }).toSorted((a, b) => b.atMs - a.atMs)
}

const HOSTILE_LINES = HOSTILE.map((text, i) => ({
  atMs: MOCK_NOW_MS - 1000 * (i + 1),
  level: i === 2 ? 'error' : 'unknown',
  labels: { service_name: 'stranger', pod: '<b>x</b>' },
  text,
}))

const kept = new Map<number, MockLine[]>()

function linesOf(count: number, query: string): readonly MockLine[] {
  if (count === 0 || query.includes('nothing')) return []
  if (query.includes('stranger')) return HOSTILE_LINES
  const size = count === 1000 ? 2600 : 180
  if (!kept.has(size)) kept.set(size, madeLines(size))
  const stage = /stage="(\w+)"/.exec(query)?.[1]
  const level = /detected_level=~?"([\w|]+)"/.exec(query)?.[1]?.split('|')
  return kept
    .get(size)!
    .filter(({ labels }) => stage === undefined || ('stage' in labels && labels['stage'] === stage))
    .filter((line) => level === undefined || level.includes(line.level))
}

/** What Loki's API says of made-up lines; text is a refusal. */
export function lokiAnswer(count: number, url: URL): object | string {
  const path = url.pathname.slice('/loki/api/v1/'.length)
  const query = url.searchParams.get('query') ?? ''
  const ok = (data: unknown): object => ({ status: 'success', data })
  if (query.includes('|= |')) {
    return 'parse error at line 1, col 16: syntax error: unexpected |, expecting STRING'
  }
  if (path === 'labels') {
    return ok(count === 0 ? [] : ['host', 'pipeline', 'service_name', 'stage', 'system'])
  }
  const values = /^label\/(.+)\/values$/.exec(path)?.[1]
  if (values !== undefined) {
    const found = STREAMS.flatMap((labels) => Object.entries(labels))
      .filter(([name]) => name === values)
      .map(([, value]) => value)
    return ok(count === 0 ? [] : [...new Set(found)].toSorted())
  }
  if (path === 'detected_fields') {
    const names = [
      'context_duration_ms',
      'context_rows',
      'context_broker',
      'logger',
      'message',
      'error_type',
      ...(query.includes('stranger') ? ['constructor'] : []),
    ]
    return {
      fields: names.map((label) => ({ label, type: 'string', cardinality: 4, parsers: ['json'] })),
      limit: 1000,
    }
  }
  const lines = linesOf(count, query)
  if (path === 'query') return ok({ resultType: 'vector', result: topOf(lines, query) })
  if (/count_over_time|rate\(/.test(query)) {
    return ok({ resultType: 'matrix', result: countsOf(lines, url) })
  }
  return ok({
    resultType: 'streams',
    result: streamsOf(lines, url),
    stats: { summary: { totalLinesProcessed: 41_200 } },
  })
}

function valueOf(line: MockLine, name: string): string {
  if (name === 'detected_level') return line.level
  const own = (line.labels as Record<string, string>)[name]
  if (own !== undefined) return own
  return new RegExp(`"${name.split('_').at(-1)!}":"?([^",}]*)`).exec(line.text)?.[1] ?? ''
}

function topOf(lines: readonly MockLine[], query: string): unknown[] {
  const name = /by \(([\w]+)\)/.exec(query)?.[1] ?? ''
  const counts = new Map<string, number>()
  for (const line of lines) {
    const value = valueOf(line, name)
    counts.set(value, (counts.get(value) ?? 0) + 1)
  }
  return [...counts].map(([value, count]) => ({
    metric: value === '' ? {} : { [name]: value },
    value: [MOCK_NOW_MS / 1000, String(count)],
  }))
}

function countsOf(lines: readonly MockLine[], url: URL): unknown[] {
  const name = /by \(([\w]+)\)/.exec(url.searchParams.get('query') ?? '')?.[1] ?? 'detected_level'
  const step = Number.parseFloat(url.searchParams.get('step') ?? '60')
  const series = new Map<string, Map<number, number>>()
  for (const line of lines) {
    const at = Math.ceil(line.atMs / 1000 / step) * step
    const counts = series.get(valueOf(line, name)) ?? new Map<number, number>()
    counts.set(at, (counts.get(at) ?? 0) + 1)
    series.set(valueOf(line, name), counts)
  }
  return [...series].map(([value, counts]) => ({
    metric: { [name]: value },
    values: [...counts].toSorted(([a], [b]) => a - b).map(([at, n]) => [at, String(n)]),
  }))
}

function streamsOf(lines: readonly MockLine[], url: URL): unknown[] {
  const end = BigInt(url.searchParams.get('end') ?? '0')
  const start = BigInt(url.searchParams.get('start') ?? '0')
  const limit = Number(url.searchParams.get('limit') ?? 100)
  const isForward = url.searchParams.get('direction') === 'forward'
  const within = lines.filter(({ atMs }) => {
    const ns = BigInt(atMs) * 1_000_000n
    return ns >= start && ns < end
  })
  const wanted = (isForward ? within.toReversed() : within).slice(0, limit)
  const streams = new Map<string, { stream: unknown; values: unknown[] }>()
  for (const { atMs, labels, text, level } of wanted) {
    const key = JSON.stringify(labels)
    const stream = streams.get(key) ?? { stream: labels, values: [] }
    stream.values.push([`${atMs}000000`, text, { structuredMetadata: { detected_level: level } }])
    streams.set(key, stream)
  }
  return [...streams.values()]
}

/** What Weir's own API says of the lines around a line. */
export function contextAnswer(count: number, url: URL): LogContextView {
  const { searchParams } = url
  const labels = searchParams.get('labels') ?? '{}'
  const own = linesOf(count, labels).filter((line) => JSON.stringify(line.labels) === labels)
  const at = own.findIndex(({ atMs }) => `${atMs}000000` === searchParams.get('time'))
  const view = ({ atMs, level, text }: MockLine): LogContextView['before'][number] => ({
    timeNs: `${atMs}000000`,
    level,
    line: text,
    metadata: {},
  })
  const older = own.slice(at + 1, at + 1 + Number(searchParams.get('before')))
  const newer = own.slice(Math.max(0, at - Number(searchParams.get('after'))), at)
  return {
    before: older.toReversed().map(view),
    line: view(own[at]!),
    after: newer.toReversed().map(view),
  }
}
