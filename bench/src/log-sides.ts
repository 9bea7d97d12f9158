/** The log stores that are compared, each started on a folder of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { delimiter, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

import type { BenchLine } from './log-lines.ts'
import { bytesOnDisk } from './process.ts'
import { startSide } from './sides.ts'

export const LOG_SIDES = ['Weir', 'VictoriaLogs', 'Loki'] as const
export type LogSideName = (typeof LOG_SIDES)[number]

interface AskedRange {
  readonly fromMs: number
  readonly toMs: number
}

export interface LogSide {
  readonly pid: number
  readonly dataDir: string
  push(lines: readonly BenchLine[]): Promise<void>
  /** Resolves when everything is on the disk and the files stand still. */
  settle(): Promise<void>
  /** The same questions on each side; what they give is a short text that can be compared. */
  searches(range: AskedRange): Readonly<Record<string, () => Promise<string>>>
  stop(): Promise<void>
}

/** Words that some lines have. */
const PHRASE = 'batch 424242'
const USER = 'user-4242'

export async function startLogSide(
  name: LogSideName,
  folder: string,
): Promise<LogSide | undefined> {
  mkdirSync(folder, { recursive: true })
  switch (name) {
    case 'Weir':
      return await startWeir(folder)
    case 'VictoriaLogs':
      return await startVictoriaLogs(folder)
    case 'Loki':
      return await startLoki(folder)
    default:
      return name satisfies never
  }
}

async function startWeir(folder: string): Promise<LogSide> {
  const side = (await startSide('Weir', folder))!
  const ask = lokiAsker(side.url)
  return {
    pid: side.pid,
    dataDir: join(side.dataDir, 'logs'),
    push: (lines) => ndjson(`${side.url}/insert/jsonline?_stream_fields=logger,thread.name`, lines),
    settle: () => standsStill(join(side.dataDir, 'logs')),
    searches: ({ fromMs, toMs }) => {
      const all = '{service_name=~".+"}'
      const span = `${(toMs - fromMs) / 1000}s`
      return {
        phrase: () => ask.count(`sum(count_over_time(${all} |= "${PHRASE}" [${span}]))`, toMs),
        'word part': () => ask.count(`sum(count_over_time(${all} |= "conflic" [${span}]))`, toMs),
        regex: () =>
          ask.count(`sum(count_over_time(${all} |~ "conflict after [34] att" [${span}]))`, toMs),
        field: () =>
          ask.count(`sum(count_over_time(${all} | context_user_id="${USER}" [${span}]))`, toMs),
        levels: () =>
          ask.series(
            `sum by (detected_level) (count_over_time(${all}[5m]))`,
            fromMs + 300_000,
            toMs,
          ),
        'newest errors': () => ask.newest(`${all} | detected_level="error"`, fromMs, toMs),
      }
    },
    stop: () => side.stop(),
  }
}

async function startVictoriaLogs(folder: string): Promise<LogSide | undefined> {
  const port = await freePort()
  const args = [`-storageDataPath=${folder}/data`, `-httpListenAddr=127.0.0.1:${port}`]
  const child = start('victoria-logs', [...args, '-retentionPeriod=100y', '-loggerLevel=ERROR'])
  if (child === undefined) return undefined
  const url = `http://127.0.0.1:${port}`
  await answers(`${url}/health`)
  const ask = async (query: string, { fromMs, toMs }: AskedRange, more = ''): Promise<string> => {
    const range = `start=${fromMs}&end=${toMs}`
    return text(`${url}/select/logsql/query?query=${encodeURIComponent(query)}&${range}${more}`)
  }
  const count = async (query: string, range: AskedRange): Promise<string> => {
    const line = await ask(`${query} | stats count() as n`, range)
    return (JSON.parse(line) as { readonly n: string }).n
  }
  return {
    pid: child.pid!,
    dataDir: `${folder}/data`,
    push: (lines) =>
      ndjson(
        `${url}/insert/jsonline?_time_field=timestamp&_msg_field=message&_stream_fields=logger,thread.name`,
        lines,
      ),
    settle: () => standsStill(`${folder}/data`),
    searches: (range) => ({
      phrase: () => count(`_msg:"${PHRASE}"`, range),
      'word part': () => count('_msg:~"conflic"', range),
      regex: () => count('_msg:~"conflict after [34] att"', range),
      field: () => count(`context.user_id:="${USER}"`, range),
      levels: async () => {
        const rows = await ask('* | stats by (_time:5m, level) count()', range)
        return `${rows.trim().split('\n').length} steps`
      },
      'newest errors': async () => {
        const rows = await ask('level:=ERROR', range, '&limit=100')
        return `${rows.trim().split('\n').length} lines`
      },
    }),
    stop: () => stop(child),
  }
}

async function startLoki(folder: string): Promise<LogSide | undefined> {
  const port = await freePort()
  const grpc = await freePort()
  const config = `${folder}/loki.yml`
  writeFileSync(config, lokiConfig(folder, port, grpc))
  const child = start('loki', [`-config.file=${config}`, '-log.level=error'])
  if (child === undefined) return undefined
  const url = `http://127.0.0.1:${port}`
  await answers(`${url}/ready`)
  const ask = lokiAsker(url)
  return {
    pid: child.pid!,
    dataDir: `${folder}/loki`,
    push: async (lines) => {
      const byStream = new Map<number, [string, string][]>()
      for (const { stream, timeMs, text: line } of lines) {
        const values = byStream.get(stream) ?? []
        if (values.length === 0) byStream.set(stream, values)
        values.push([`${timeMs}000000`, line])
      }
      const streams = [...byStream].map(([stream, values]) => ({
        stream: { service_name: 'consumer', worker: `worker-${stream}` },
        values,
      }))
      await post(`${url}/loki/api/v1/push`, JSON.stringify({ streams }), 'application/json')
    },
    settle: async () => {
      await fetch(`${url}/flush`, { method: 'POST' })
      await standsStill(`${folder}/loki`)
    },
    searches: ({ fromMs, toMs }) => {
      const all = '{service_name="consumer"}'
      const span = `${(toMs - fromMs) / 1000}s`
      return {
        phrase: () => ask.count(`sum(count_over_time(${all} |= "${PHRASE}" [${span}]))`, toMs),
        'word part': () => ask.count(`sum(count_over_time(${all} |= "conflic" [${span}]))`, toMs),
        regex: () =>
          ask.count(`sum(count_over_time(${all} |~ "conflict after [34] att" [${span}]))`, toMs),
        field: () =>
          ask.count(
            `sum(count_over_time(${all} | json | context_user_id="${USER}" [${span}]))`,
            toMs,
          ),
        levels: () =>
          ask.series(
            `sum by (detected_level) (count_over_time(${all}[5m]))`,
            fromMs + 300_000,
            toMs,
          ),
        'newest errors': () => ask.newest(`${all} | detected_level="error"`, fromMs, toMs),
      }
    },
    stop: () => stop(child),
  }
}

function lokiConfig(folder: string, port: number, grpc: number): string {
  return `
auth_enabled: false
server: {http_listen_address: 127.0.0.1, http_listen_port: ${port}, grpc_listen_address: 127.0.0.1, grpc_listen_port: ${grpc}, grpc_server_max_recv_msg_size: 104857600, grpc_server_max_send_msg_size: 104857600}
common: {instance_addr: 127.0.0.1, path_prefix: ${folder}/loki, replication_factor: 1, ring: {kvstore: {store: inmemory}}, storage: {filesystem: {chunks_directory: ${folder}/loki/chunks, rules_directory: ${folder}/loki/rules}}}
schema_config: {configs: [{from: "2020-01-01", store: tsdb, object_store: filesystem, schema: v13, index: {prefix: index_, period: 24h}}]}
limits_config: {ingestion_rate_mb: 1000, ingestion_burst_size_mb: 2000, per_stream_rate_limit: 1GB, per_stream_rate_limit_burst: 2GB, reject_old_samples: false, max_query_length: 0, max_query_series: 100000, split_queries_by_interval: 24h, unordered_writes: true, max_cache_freshness_per_query: 0s}
query_range: {cache_results: false, parallelise_shardable_queries: true}
analytics: {reporting_enabled: false}
`
}

/** Questions by Loki's API. */
function lokiAsker(url: string) {
  const get = async (path: string, parameters: Readonly<Record<string, string>>) => {
    const answer = await text(
      `${url}/loki/api/v1/${path}?${new URLSearchParams(parameters).toString()}`,
    )
    return (JSON.parse(answer) as { readonly data: { readonly result: readonly unknown[] } }).data
      .result
  }
  return {
    count: async (query: string, timeMs: number): Promise<string> => {
      const result = await get('query', { query, time: `${timeMs}000000` })
      return (result as readonly { readonly value: [number, string] }[])[0]?.value[1] ?? '0'
    },
    series: async (query: string, fromMs: number, toMs: number): Promise<string> => {
      const result = await get('query_range', {
        query,
        start: `${fromMs}000000`,
        end: `${toMs}000000`,
        step: '300',
      })
      const values = (result as readonly { readonly values: readonly unknown[] }[]).map(
        (series) => series.values.length,
      )
      return `${values.reduce((sum, n) => sum + n, 0)} steps`
    },
    newest: async (query: string, fromMs: number, toMs: number): Promise<string> => {
      const result = await get('query_range', {
        query,
        start: `${fromMs}000000`,
        end: `${toMs}000000`,
        limit: '100',
      })
      const lines = (result as readonly { readonly values: readonly unknown[] }[]).map(
        (stream) => stream.values.length,
      )
      return `${lines.reduce((sum, n) => sum + n, 0)} lines`
    },
  }
}

async function ndjson(url: string, lines: readonly BenchLine[]): Promise<void> {
  await post(url, lines.map(({ text: line }) => line).join('\n'), 'application/x-ndjson')
}

async function post(url: string, body: string, type: string): Promise<void> {
  for (;;) {
    const answer = await fetch(url, { method: 'POST', body, headers: { 'content-type': type } })
    const said = await answer.text()
    if (answer.ok) return
    if (answer.status !== 429 && answer.status !== 503) {
      throw new Error(`${url} answers ${answer.status}: ${said.slice(0, 300)}`)
    }
    await pause(50)
  }
}

async function text(url: string): Promise<string> {
  const answer = await fetch(url)
  const said = await answer.text()
  if (!answer.ok) throw new Error(`${url} answers ${answer.status}: ${said.slice(0, 300)}`)
  return said
}

async function answers(url: string): Promise<void> {
  for (let i = 0; i < 600; i++) {
    const answer = await fetch(url).catch(() => undefined)
    if (answer?.ok === true) return
    await pause(100)
  }
  throw new Error(`${url} does not answer`)
}

/** Until the folder has not changed for some seconds. */
async function standsStill(folder: string): Promise<void> {
  let last = -1
  let same = 0
  for (let i = 0; i < 120 && same < 8; i++) {
    const now = bytesOnDisk(folder)
    same = now === last ? same + 1 : 0
    last = now
    await pause(1000)
  }
}

function start(program: string, args: readonly string[]): ChildProcess | undefined {
  const places = [process.env['WEIR_PEERS'] ?? '', ...(process.env['PATH'] ?? '').split(delimiter)]
  const found = places.map((place) => join(place, program)).find((path) => existsSync(path))
  if (found === undefined) return undefined
  return spawn(found, args, { stdio: ['ignore', 'ignore', 'inherit'] })
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const ended = new Promise((resolve) => {
    child.once('exit', resolve)
  })
  child.kill('SIGTERM')
  await ended
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' ? (address?.port ?? 0) : 0))
    })
  })
}
