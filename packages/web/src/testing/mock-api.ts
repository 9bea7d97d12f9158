import type { OverrideView, PipelineDetail } from '@weir/packs'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { groupPath } from '../pushed/group-path.ts'
import {
  MAINTENANCE,
  RECEIVERS,
  FAILING,
  RECEIVER_TEST,
  SILENCES,
  TIMELINE,
  firingGroups,
} from './mock-alerts.ts'
import { MockAccess } from './mock-access.ts'
import { boardLines, boardsAnswer } from './mock-boards.ts'
import { eventPage } from './mock-events.ts'
import { contextAnswer, lokiAnswer } from './mock-logs.ts'
import { MOCK_NOW_MS, overview, pipelines, randomFrom, signals } from './mock-data.ts'
import { loggersView, overrideOf, overridesOf } from './mock-loggers.ts'
import { pushGroups } from './mock-pushed.ts'
import { backtestAnswer } from './mock-backtest.ts'
import {
  BACKFILLS,
  CARDINALITY,
  INTAKES,
  NOTIFICATIONS,
  PACK,
  QUERIES,
  RULE_CHANGES,
  RULE_GROUPS,
  RULE_PREVIEW,
  RULE_ROWS,
  PEERS,
  LOGS_ENGINE,
  SENT_ON,
  STATUS,
  TSDB,
} from './mock-status.ts'
import {
  DROPPED_TARGETS,
  relabelSteps,
  scrapeJobs,
  scrapedSamples,
  targets,
} from './mock-targets.ts'

/** What the mock plays: a number of pipelines, refusal of everything, or answers that never come. */
export type Scene = number | 'errors' | 'never'

export interface MockServer extends AsyncDisposable {
  readonly url: string
  scene: Scene
  readonly access: MockAccess
  /** Compressed bytes of each file that was served since the last time it was emptied. */
  readonly served: Map<string, number>
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

// The policy that Weir serves the page under.
const POLICY =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"

/** Serves the built page and a made-up Weir behind it, on a port of its own. */
export async function startMock(dist: string, scene: Scene): Promise<MockServer> {
  const served = new Map<string, number>()
  const mock: Mock = { scene, deleted: new Set(), levels: [] }
  const access = new MockAccess()
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://mock')
    response.sendDate = false
    response.setHeader('date', new Date(MOCK_NOW_MS).toUTCString())
    response.setHeader('content-security-policy', POLICY)
    if (url.pathname.startsWith('/api/') && access.refuses(url, request.method, response)) return
    if (request.method === 'DELETE') {
      const why = 'Cannot write to the store: want a writable disk, got "full"'
      response.setHeader('content-type', 'text/plain')
      if (url.pathname.includes('/nightly/')) response.writeHead(503).end(`${why}\n`)
      else {
        mock.deleted.add(url.pathname)
        response.writeHead(202).end()
      }
      return
    }
    if (!/^\/(loki\/)?api\//.test(url.pathname)) {
      served.set(url.pathname, sendFile(dist, url.pathname, response))
      return
    }
    let body = ''
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString()
    })
    request.on('end', () => {
      if (request.method === 'POST' && url.pathname.endsWith('/loggers/overrides')) {
        mock.levels.unshift(overrideOf(body))
      }
      if (url.pathname === '/api/weir/v1/boards/query' && typeof mock.scene === 'number') {
        response.writeHead(200, { 'content-type': 'application/x-ndjson' }).end(boardLines(body))
        return
      }
      if (access.answers(url, request.method, { body, response })) return
      for (const [key, value] of new URLSearchParams(body)) url.searchParams.set(key, value)
      answer(mock, url, response, request.method)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    served,
    access,
    get scene() {
      return mock.scene
    },
    set scene(next: Scene) {
      mock.scene = next
      access.reset()
      mock.deleted.clear()
      mock.levels.length = 0
    },
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function sendFile(dist: string, path: string, response: ServerResponse): number {
  const file = join(dist, path)
  const found = !path.includes('..') && existsSync(file) && statSync(file).isFile()
  const bytes = readFileSync(found ? file : join(dist, 'index.html'))
  const type = TYPES[found ? extname(file) : '.html'] ?? 'application/octet-stream'
  response
    .writeHead(200, {
      'content-type': type,
      ...(path.startsWith('/assets/') ? { 'cache-control': 'max-age=3600' } : {}),
    })
    .end(bytes)
  return type.startsWith('font') ? bytes.length : gzipSync(bytes).length
}

interface Mock {
  scene: Scene
  /** Paths of pushed groups. */
  readonly deleted: Set<string>
  /** Levels that were changed, newest first. */
  readonly levels: OverrideView[]
}

function answer(
  { scene, deleted, levels }: Mock,
  url: URL,
  response: ServerResponse,
  method: string | undefined,
): void {
  const send = (status: number, body: unknown): void => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }
  if (scene === 'never') return
  if (scene === 'errors') {
    send(503, {
      status: 'error',
      errorType: 'unavailable',
      error: 'Cannot read the store: want a writable disk, got "full"',
    })
    return
  }
  if (url.pathname.startsWith('/loki/')) {
    const told = lokiAnswer(scene, url)
    if (typeof told === 'string')
      response.writeHead(400, { 'content-type': 'text/plain' }).end(told)
    else send(200, told)
    return
  }
  const weir = /^\/api\/weir\/v1\/(.*)$/.exec(url.pathname)?.[1]
  if (weir === 'backtests') {
    send(200, backtestAnswer(scene, [weir], method === 'POST'))
    return
  }
  if (weir === 'loggers') {
    send(200, loggersView(scene))
    return
  }
  if (weir?.startsWith('loggers/')) {
    send(200, overridesOf(scene, weir.split('/')[1], levels, deleted))
    return
  }
  if (weir !== undefined) {
    const found = weirAnswer(scene, weir, url, deleted)
    send(found === undefined ? 404 : 200, found ?? { error: `Cannot find "${url.pathname}"` })
    return
  }
  if (url.pathname === '/api/v2/silences') {
    send(200, scene === 0 ? [] : SILENCES)
    return
  }
  const reply = prometheusAnswer(scene, url)
  send('error' in reply ? 400 : 200, reply)
}

function weirAnswer(count: number, path: string, url: URL, deleted: ReadonlySet<string>): unknown {
  const parts = path.split('/').map(decodeURIComponent)
  switch (parts[0]) {
    case 'overview':
      return overview(count)
    case 'pipelines':
      return detail(count, parts[2]!)
    case 'intakes':
      return INTAKES
    case 'scrape_jobs':
      return scrapeJobs(count)
    case 'push-groups':
      return pushGroups(count).filter(({ labels }) => !deleted.has(groupPath(labels)))
    case 'statsd':
      return count === 0 ? { ...CARDINALITY, series: 0, metrics: [], names: [] } : CARDINALITY
    case 'peers':
      return PEERS
    case 'remote-write':
      return SENT_ON
    case 'alerts':
      return parts[1] === 'history' ? TIMELINE : parts[1] === 'groups' ? firingGroups(count) : []
    case 'silences':
      return { alerts: 6, of: 8, examples: [{ alertname: 'AirflowDagLate', pipeline: 'orders' }] }
    case 'maintenance':
      return count === 0 ? { windows: [], times: [] } : MAINTENANCE
    case 'receivers':
      if (parts[1] === 'failing') return count === 0 ? [] : FAILING
      return parts.length > 1 ? RECEIVER_TEST : count === 0 ? [] : RECEIVERS
    case 'notifications':
      return count === 0 ? [] : NOTIFICATIONS
    case 'events':
      return count === 0 ? { events: [], total: 0, next: null } : eventPage(url)
    case 'logs':
      return parts[1] === 'engine' ? LOGS_ENGINE : contextAnswer(count, url)
    case 'queries':
      return QUERIES
    case 'status':
      return STATUS
    case 'backtests':
      return backtestAnswer(count, parts, false)
    case 'backfills':
      return count === 0 ? [] : parts.length > 1 ? BACKFILLS[0] : BACKFILLS
    case 'rules':
      return parts[1] === 'changes'
        ? RULE_CHANGES
        : parts[1] === 'preview'
          ? RULE_PREVIEW
          : count === 0
            ? []
            : parts.length > 1
              ? {}
              : RULE_ROWS
    case 'dashboards':
      return boardsAnswer(parts[1])
    case 'packs':
      return parts.length > 1 ? PACK : [PACK]
    default:
      return undefined
  }
}

function detail(count: number, name: string): PipelineDetail | undefined {
  const summary = pipelines(count).find(({ pipeline }) => pipeline === name)
  if (summary === undefined) return undefined
  return {
    atMs: MOCK_NOW_MS,
    windowMs: 3_600_000,
    stepMs: 60_000,
    summary,
    stages: summary.stages.map((stage, i) => ({
      stage,
      order: i,
      health: i === 2 ? summary.health : ('healthy' as const),
      remarks:
        i === 2 && summary.health === 'failing'
          ? [
              {
                kind: 'backlog' as const,
                stage,
                tone: 'bad' as const,
                text: '14 min behind and falling back at 120 runs/s',
                sinceMs: MOCK_NOW_MS - 840_000,
              },
            ]
          : [],
      metrics: PACK.metrics.slice(0, 2).map(({ name }) => name),
      title: stage[0]!.toUpperCase() + stage.slice(1),
      signals: signals(i + 7, summary.health, name),
    })),
    edges: summary.stages.slice(1).map((to, i) => ({ from: summary.stages[i]!, to })),
  }
}

function prometheusAnswer(count: number, url: URL): Readonly<Record<string, unknown>> {
  const ok = (data: unknown): Readonly<Record<string, unknown>> => ({ status: 'success', data })
  const query = url.searchParams.get('query') ?? ''
  if (query === 'latency_seconds') return histogramAnswer(url)
  if (query === 'sum(up') {
    const error = 'invalid parameter "query": 1:4: parse error: unclosed left parenthesis'
    return { status: 'error', errorType: 'bad_data', error }
  }
  switch (url.pathname.slice('/api/v1/'.length)) {
    case 'query_range':
      return ok({ resultType: 'matrix', result: matrix(query, url) })
    case 'query':
      if (query === 'scrape_samples_scraped') return ok(scrapedSamples(count))
      return ok({
        resultType: 'vector',
        result: matrix(query, url).map(({ metric }, i) => ({ metric, value: [0, String(i)] })),
      })
    case 'query_exemplars':
      return ok([])
    case 'rules':
      return ok({ groups: count === 0 ? [] : RULE_GROUPS })
    case 'targets':
      return ok(
        url.searchParams.get('state') === 'dropped'
          ? { droppedTargets: DROPPED_TARGETS }
          : { activeTargets: targets(count) },
      )
    case 'targets/relabel_steps':
      return ok({ steps: relabelSteps(url.searchParams.get('labels') ?? '{}') })
    case 'status/tsdb':
      return ok(TSDB)
    case 'status/runtimeinfo':
      return ok({ storageRetention: '15d' })
    case 'status/config':
      return ok({ yaml: 'global:\n  scrape_interval: 15s\nstatsd:\n  listen: 127.0.0.1:8125\n' })
    case 'status/flags':
      return ok({ 'config.file': 'weir.yml', 'storage.path': './weir-data' })
    case 'status/buildinfo':
      return ok({ version: '3.5.0', revision: 'unknown' })
    case 'metadata':
      return ok({ up: [{ type: 'gauge', help: 'Whether the last scrape worked', unit: '' }] })
    case 'labels':
      return ok(['__name__', 'job'])
    case 'parse_query':
      return ok({ type: 'vectorSelector', name: query, matchers: [] })
    case 'series':
      return ok([{ __name__: 'up', job: 'weir' }])
    default:
      return ok(['up', 'weir_stage_throughput'])
  }
}

function exemplarsAnswer(url: URL): unknown {
  const end = Number(url.searchParams.get('end'))
  const exemplars = Array.from({ length: 12 }, (_, i) => ({
    labels: { trace_id: `4bf92f3577b34da6a3ce929d0e0e47${36 + i}` },
    value: String(0.05 * 1.5 ** i),
    timestamp: end - 200 * i - 40.5,
  }))
  return [{ seriesLabels: { __name__: 'latency_seconds', stage: 'sink' }, exemplars }]
}

/** A native histogram whose values drift upwards, with everything that may stand beside an answer. */
function histogramAnswer(url: URL): Readonly<Record<string, unknown>> {
  if (url.pathname.endsWith('query_exemplars'))
    return { status: 'success', data: exemplarsAnswer(url) }
  const isRange = url.pathname.endsWith('query_range')
  const start = Number(url.searchParams.get('start') ?? MOCK_NOW_MS / 1000)
  const end = Number(url.searchParams.get('end') ?? start)
  const step = Number(url.searchParams.get('step') ?? 60)
  const metric = { __name__: 'latency_seconds', stage: 'sink', pipeline: 'orders' }
  const random = randomFrom(5)
  const histograms: [number, unknown][] = []
  for (let at = start; at <= end; at += step) {
    const middle = 20 + 8 * Math.sin(at / 900)
    const buckets = Array.from({ length: 40 }, (_, i): [number, string, string, string] => {
      const count = 400 * Math.exp(-((i - middle) ** 2) / 18) + (i === 36 ? random() * 4 : 0)
      const bound = (n: number): string => String(0.001 * 2 ** (n / 3))
      return [0, bound(i), bound(i + 1), String(Math.round(count))]
    }).filter(([, , , count]) => count !== '0')
    const count = buckets.reduce((sum, [, , , each]) => sum + Number(each), 0)
    const sum = (count * 0.001 * 2 ** (middle / 3)).toFixed(3)
    histograms.push([at, { count: String(count), sum, buckets }])
  }
  return {
    status: 'success',
    warnings: [
      'PromQL warning: encountered a mix of histograms and floats for metric name "latency_seconds" (1:1)',
    ],
    infos: ['PromQL info: metric might not be a counter, name does not end in _total (1:6)'],
    data: {
      resultType: isRange ? 'matrix' : 'vector',
      result: isRange ? [{ metric, histograms }] : [{ metric, histogram: histograms[0] }],
      stats: {
        timings: { evalTotalTime: 0.0213, execQueueTime: 0.31 },
        samples: { samplesRead: 14_400, seriesRead: 60, peakBytes: 3_400_000 },
      },
    },
  }
}

/** `many` has 1,200 series, `nothing` none, anything else three. */
function matrix(
  query: string,
  url: URL,
): { readonly metric: Record<string, string>; readonly values: [number, string][] }[] {
  const count = query === 'many' ? 1200 : query === 'nothing' ? 0 : 3
  const start = Number(url.searchParams.get('start') ?? 0)
  const end = Number(url.searchParams.get('end') ?? 0)
  const step = Number(url.searchParams.get('step') ?? 60)
  return Array.from({ length: count }, (_, i) => {
    const random = randomFrom(i + 1)
    const values: [number, string][] = []
    for (let at = start; at <= end; at += step) {
      values.push([at, String(i + 1 + Math.sin(at / 600 + i) + random() * 0.3)])
    }
    return { metric: { __name__: query, job: 'weir', instance: `host-${i}` }, values }
  })
}
