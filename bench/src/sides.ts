/** The servers that are compared, each started on a folder of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'

import { bytesOnDisk } from './process.ts'

export interface Side {
  readonly name: string
  readonly url: string
  readonly pid: number
  /** Added to each query: what switches caches of answers off. */
  readonly parameters: Readonly<Record<string, string>>
  readonly dataDir: string
  /** Brings the data to rest: everything on the disk, merged as far as it goes. */
  settle(): Promise<void>
  stop(): Promise<void>
}

/** Which side is which, in the order in which they are shown. */
export const SIDES = ['Weir', 'Prometheus', 'VictoriaMetrics'] as const
export type SideName = (typeof SIDES)[number]

/** What a side is started with besides what all get. */
export interface SideOptions {
  /** More flags for Prometheus. */
  readonly flags?: readonly string[]
  /** A prometheus.yml for those that take one. */
  readonly config?: string
}

/** Starts a side; `undefined` when its program is not here. */
export async function startSide(
  name: SideName,
  folder: string,
  { flags = [], config = '' }: SideOptions = {},
): Promise<Side | undefined> {
  mkdirSync(folder, { recursive: true })
  switch (name) {
    case 'Weir':
      return await startWeir(folder, config)
    case 'Prometheus':
      return await startPrometheus(folder, flags, config)
    case 'VictoriaMetrics':
      return await startVictoria(folder)
    default:
      return name satisfies never
  }
}

export const weirProgram = join(import.meta.dirname, '../../packages/cli/dist/main.js')

async function startWeir(folder: string, config: string): Promise<Side> {
  const dataDir = join(folder, 'data')
  const configFile = join(folder, 'weir.yml')
  writeFileSync(configFile, config)
  const args = ['serve', '--config', configFile, '--data-dir', dataDir, '--listen', '127.0.0.1:0']
  const child = spawn(
    process.execPath,
    [weirProgram, ...args, '--statsd-listen', '127.0.0.1:0', '--log-level', 'error'],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', () => reject(new Error('Weir ended')))
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('web ')) resolve(line.slice(4))
    })
  })
  return {
    name: 'Weir',
    url,
    pid: child.pid!,
    parameters: {},
    dataDir,
    settle: () => standsStill(dataDir),
    stop: () => stop(child),
  }
}

async function startPrometheus(
  folder: string,
  flags: readonly string[],
  config: string,
): Promise<Side | undefined> {
  const program = findPeer('prometheus')
  if (program === undefined) return undefined
  const configFile = join(folder, 'prometheus.yml')
  writeFileSync(configFile, config)
  const port = await freePort()
  const dataDir = join(folder, 'data')
  const child = spawn(program, [
    `--config.file=${configFile}`,
    `--storage.tsdb.path=${dataDir}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--web.enable-remote-write-receiver',
    '--log.level=error',
    '--storage.tsdb.retention.time=60d',
    ...flags,
  ])
  const url = `http://127.0.0.1:${port}`
  await until(async () => (await fetch(`${url}/-/ready`)).ok)
  return {
    name: 'Prometheus',
    url,
    pid: child.pid!,
    parameters: {},
    dataDir,
    settle: () => standsStill(dataDir),
    stop: () => stop(child),
  }
}

/** Waits until Prometheus has made blocks of all data but what came last; it looks once a minute. */
export async function headIsEmpty({ url }: Side): Promise<void> {
  await until(async () => (await gauge(url, 'prometheus_tsdb_head_series')) <= 1)
}

async function gauge(url: string, name: string): Promise<number> {
  const page = await (await fetch(`${url}/metrics`)).text()
  return Number(new RegExp(`^${name} (.*)$`, 'm').exec(page)?.[1])
}

async function startVictoria(folder: string): Promise<Side | undefined> {
  const program = findPeer('victoria-metrics')
  if (program === undefined) return undefined
  const port = await freePort()
  const dataDir = join(folder, 'data')
  const child = spawn(program, [
    `-storageDataPath=${dataDir}`,
    `-httpListenAddr=127.0.0.1:${port}`,
    '-retentionPeriod=60d',
    '-loggerLevel=ERROR',
  ])
  const url = `http://127.0.0.1:${port}`
  await until(async () => (await fetch(`${url}/health`)).ok)
  return {
    name: 'VictoriaMetrics',
    url,
    pid: child.pid!,
    parameters: { nocache: '1' },
    dataDir,
    settle: async () => {
      await fetch(`${url}/internal/force_flush`)
      await fetch(`${url}/internal/force_merge`)
      await standsStill(dataDir)
    },
    stop: () => stop(child),
  }
}

/** Waits until a folder has not changed its size for ten seconds. */
async function standsStill(folder: string): Promise<void> {
  let before = -1
  for (let calm = 0; calm < 10;) {
    await pause(1000)
    const now = bytesOnDisk(folder)
    calm = now === before ? calm + 1 : 0
    before = now
  }
}

async function until(isDone: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 3000; i++) {
    if (await isDone().catch(() => false)) return
    await pause(100)
  }
  throw new Error('a peer did not come to rest within five minutes')
}

export async function stop(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  await gone
}

export function findPeer(program: string): string | undefined {
  const folders = [process.env['WEIR_PEERS'] ?? '', ...(process.env['PATH'] ?? '').split(delimiter)]
  return folders
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, program))
    .find((path) => existsSync(path))
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}
