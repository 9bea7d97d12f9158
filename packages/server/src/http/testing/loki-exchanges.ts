import { fileURLToPath } from 'node:url'
import { Labels, type Level, type LogBatch, LogBatchBuilder, SEVERITY_OF } from '@weir/model'

/** What Grafana, logcli and people ask of Loki's API, and the lines about which they ask. */

interface ExchangeLine {
  readonly stream: Readonly<Record<string, string>>
  /** After the base. */
  readonly seconds: number
  readonly line: string
  /** As Loki detects it. */
  readonly level: Level
  readonly metadata?: Readonly<Record<string, string>>
}

const SHOP = { app: 'shop', env: 'prod', host: 'a-1' }
const PAY = { app: 'pay', env: 'prod' }
const LAB = { app: 'pay', env: 'lab' }

export const LINES: readonly ExchangeLine[] = [
  {
    stream: SHOP,
    seconds: 0,
    line: '{"level":"info","message":"order 17 sent","took":"3ms","context":{"topic":"orders"}}',
    level: 'info',
    metadata: { trace_id: 'a1' },
  },
  {
    stream: SHOP,
    seconds: 60,
    line: '{"level":"error","message":"order 18 failed","took":"40ms","context":{"topic":"refunds"}}',
    level: 'error',
    metadata: { trace_id: 'b2' },
  },
  {
    stream: SHOP,
    seconds: 61,
    line: '{"level":"error","message":"order 19 failed","took":"2ms"}',
    level: 'error',
  },
  { stream: PAY, seconds: 30, line: 'level=warn size="12 kB" took=2s', level: 'warn' },
  { stream: PAY, seconds: 90, line: 'just words & <b>ü</b> "quoted" \\ \t.', level: 'unknown' },
  { stream: LAB, seconds: 100, line: 'level=info took=1s ok=true', level: 'info' },
  { stream: LAB, seconds: 100, line: 'level=info took=5s ok=false', level: 'info' },
]

/** The lines as Loki's push wants them. */
export function pushBody(baseNs: bigint): string {
  const streams = LINES.map(({ stream, seconds, line, metadata = {} }) => ({
    stream,
    values: [[String(at(baseNs, seconds)), line, metadata]],
  }))
  return JSON.stringify({ streams })
}

/** The same lines as the intake keeps them: Loki's `service_name` is a label. */
export function batchOf(baseNs: bigint): LogBatch {
  const builder = new LogBatchBuilder()
  for (const { stream, seconds, line, level, metadata } of LINES) {
    const labels = Labels.of({ ...stream, service_name: stream['app']! })
    const beside = metadata === undefined ? '' : JSON.stringify(metadata)
    builder.add(builder.stream(labels), at(baseNs, seconds), SEVERITY_OF[level], line, beside)
  }
  return builder.finish()
}

function at(baseNs: bigint, seconds: number): bigint {
  return baseNs + BigInt(seconds) * 1_000_000_000n
}

/** A request: its path after `/loki/api/v1/`, with `START` and `END` for times around the lines. */
export interface Exchange {
  readonly path: string
  readonly params: readonly (readonly [name: string, value: string])[]
  readonly headers?: Readonly<Record<string, string>>
}

const SPAN = [
  ['start', 'START'],
  ['end', 'END'],
] as const
const CATEGORIZE = { 'x-loki-response-encoding-flags': 'categorize-labels' }

function get(path: string, ...params: readonly (readonly [string, string])[]): Exchange {
  return { path, params: [...params, ...SPAN] }
}

/** Grafana's own requests first: its health check, the explorer's, the log volume, the sample, the builder's. */
export const EXCHANGES: readonly Exchange[] = [
  {
    path: 'query',
    params: [
      ['query', 'vector(1)+vector(1)'],
      ['time', '4000000000'],
      ['direction', 'backward'],
    ],
  },
  {
    ...get(
      'query_range',
      ['query', '{env="prod"}'],
      ['direction', 'backward'],
      ['limit', '1000'],
      ['step', '15000ms'],
    ),
    headers: CATEGORIZE,
  },
  {
    ...get(
      'query_range',
      ['query', '{env="prod"} | json'],
      ['direction', 'forward'],
      ['limit', '1000'],
      ['step', '15000ms'],
    ),
    headers: CATEGORIZE,
  },
  {
    ...get(
      'query_range',
      ['query', 'sum by (level, detected_level) (count_over_time({env="prod"}[60000ms]))'],
      ['step', '60000ms'],
    ),
    headers: { ...CATEGORIZE, 'x-query-tags': 'Source=logvolhist' },
  },
  {
    ...get('query_range', ['query', '{app="shop"}'], ['limit', '10'], ['step', '15000ms']),
    headers: { 'x-query-tags': 'Source=logsample' },
  },
  get('labels'),
  get('label'),
  get('label/app/values'),
  get('label/app/values', ['query', '{env="lab"}']),
  get('series', ['match[]', '{env="prod"}']),
  get('series', ['match[]', '{app="shop"}'], ['match[]', '{env="lab"}']),
  get('series', ['match', '{app="shop"}']),
  get('series'),
  get('index/stats', ['query', '{env="prod"}']),
  get('index/volume', ['query', '{env="prod"}']),
  get('index/volume', ['query', '{env=~".+"}'], ['targetLabels', 'app'], ['limit', '1']),
  get('index/volume', ['query', '{env="prod"}'], ['aggregateBy', 'labels']),
  get('index/volume', ['query', '{}']),
  get('detected_labels'),
  get('detected_labels', ['query', '{app="pay"}']),
  get('detected_fields', ['query', '{env="prod"}']),
  get('detected_fields', ['query', '{app="shop"} | json']),
  get('detected_field/took/values', ['query', '{env=~".+"}']),
  get('detected_field/trace_id/values', ['query', '{env=~".+"}']),
  get('query_range', ['query', '{env="prod"}']),
  get(
    'query_range',
    ['query', '{env="prod"} |= "failed"'],
    ['limit', '1'],
    ['direction', 'forward'],
  ),
  get('query_range', ['query', '{env=~"prod|lab"} | logfmt | ok="true"']),
  get('query_range', ['query', '{env="prod"}'], ['interval', '1m'], ['direction', 'forward']),
  get('query_range', ['query', 'sum by (app) (count_over_time({env="prod"}[1m]))'], ['step', '60']),
  get('query_range', ['query', 'vector(2)'], ['step', '600']),
  get('query', ['query', 'sum(count_over_time({env="prod"}[1h]))'], ['time', 'END']),
  get('query', ['query', 'topk(1, sum by (app) (rate({env=~".+"} [1h])))'], ['time', 'END']),
  get('format_query', ['query', '{app="x"}|="y"|json']),
  // What is wrong.
  get('format_query', ['query', '{app=']),
  get('query', ['query', '{env="prod"}']),
  get('query_range', ['query', '']),
  get('query_range', ['query', '{env="prod"']),
  get('query_range', ['query', '{env=~".*"}']),
  get('query_range', ['query', '{env="prod"}'], ['limit', '6000']),
  get('query_range', ['query', '{env="prod"}'], ['limit', '0']),
  get('query_range', ['query', '{env="prod"}'], ['limit', 'x']),
  get('query_range', ['query', '{env="prod"}'], ['direction', 'x']),
  get('query_range', ['query', '{env="prod"}'], ['step', '0']),
  get('query_range', ['query', '{env="prod"}'], ['step', '1ms']),
  {
    path: 'query_range',
    params: [
      ['query', '{env="prod"}'],
      ['start', 'x'],
    ],
  },
  {
    path: 'query_range',
    params: [
      ['query', '{env="prod"}'],
      ['start', 'END'],
      ['end', 'START'],
    ],
  },
  get('series', ['match[]', 'x']),
  get('detected_fields', ['query', '']),
]

/** The parameters of a request about lines at this base. */
export function paramsOf({ params }: Exchange, baseNs: bigint): URLSearchParams {
  const times: Readonly<Record<string, string>> = {
    START: String(at(baseNs, -60)),
    END: String(at(baseNs, 600)),
  }
  return new URLSearchParams(
    params.map(([name, value]): [string, string] => [name, times[value] ?? value]),
  )
}

/** What a real Loki answered, in the order of {@link EXCHANGES}. */
export interface RecordedExchanges {
  readonly baseNs: string
  readonly answers: readonly { readonly status: number; readonly body: string }[]
}

export const RECORDED = fileURLToPath(
  new URL('../../../../../fixtures/loki/api.json', import.meta.url),
)

/**
 * An answer with what has no order in an order, without what cannot be the same, and as if it had come
 * earlier by `shiftNs`. Of refusals the status counts: sentences differ.
 */
export function comparable(
  { path }: Exchange,
  status: number,
  text: string,
  shiftNs = 0n,
): unknown {
  if (status !== 200) return status
  const isBare = !text.startsWith('{"status"')
  return sorted(JSON.parse(text), {
    name: '',
    isBare,
    isVolume: path.startsWith('index/'),
    shiftNs,
  })
}

interface Sorting {
  readonly name: string
  readonly isBare: boolean
  readonly isVolume: boolean
  readonly shiftNs: bigint
}

const UNORDERED: ReadonlySet<string> = new Set([
  'data',
  'fields',
  'detectedLabels',
  'parsers',
  'result',
])
/** What it took, and how Loki lays lines out. */
const OWN: ReadonlySet<string> = new Set(['stats', 'chunks', 'bytes', 'streams', 'entries'])

function sorted(value: unknown, at: Sorting): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item) => sorted(item, { ...at, name: '' }))
    const hasOrder = !UNORDERED.has(at.name) && !(at.isBare && at.name === 'values')
    return hasOrder ? items : items.toSorted((a, b) => (key(a) < key(b) ? -1 : 1))
  }
  if (typeof value === 'string' && /^\d{19}$/.test(value)) return String(BigInt(value) - at.shiftNs)
  // Bytes of a volume: Loki counts its own lay-out of lines, and estimates.
  if (typeof value === 'string' && at.isVolume && /^\d+$/.test(value)) return 'bytes'
  // Seconds of today; a question that names a moment far from lines gets that one back.
  if (typeof value === 'number' && value > 1.6e9 && value < 3e9)
    return value - Number(at.shiftNs / 1_000_000n) / 1000
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !OWN.has(name))
      .map(([name, item]) => [name, sorted(item, { ...at, name })] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  )
}

const key = (value: unknown): string => JSON.stringify(value)
