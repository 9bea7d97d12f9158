import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { homedir, tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Labels, SampleColumns } from '@weir/model'
import { literalSnappy, writeRequests } from './write-request.ts'

/**
 * A real Prometheus beside ours, for differential tests: started on loopback with an empty folder,
 * filled through its remote-write door, asked over its API.
 */

/** A series with its samples, ascending. */
export interface TestSeries {
  readonly labels: Labels
  readonly columns: SampleColumns
}

/** What the query API answers, as far as tests look at it. */
export interface PeerAnswer {
  readonly status: 'success' | 'error'
  readonly errorType?: string
  readonly error?: string
  readonly data?: {
    readonly resultType: 'matrix' | 'vector' | 'scalar' | 'string'
    readonly result: unknown
  }
  readonly warnings?: readonly string[]
  readonly infos?: readonly string[]
}

/** Where a peer's program lies: the folder in WEIR_PEERS, PATH, the usual cache; undefined when nowhere. */
export function findPeer(program: string): string | undefined {
  const folders = [
    process.env['WEIR_PEERS'] ?? '',
    ...(process.env['PATH'] ?? '').split(delimiter),
    join(homedir(), '.cache/weir-peers/bin'),
  ]
  return folders
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, program))
    .find((path) => existsSync(path))
}

/** Without the second, Prometheus 3.5 takes no native histograms. */
const ALWAYS = ['promql-experimental-functions', 'native-histograms', 'promql-duration-expr']

export class PrometheusPeer implements AsyncDisposable {
  readonly #process: ChildProcess
  readonly #folder: string
  readonly #url: string

  private constructor(child: ChildProcess, folder: string, url: string) {
    this.#process = child
    this.#folder = folder
    this.#url = url
  }

  /**
   * Starts it and waits until it is ready.
   *
   * @param features flags over and above the experimental functions
   */
  static async start(binary: string, features: readonly string[] = []): Promise<PrometheusPeer> {
    const folder = mkdtempSync(join(tmpdir(), 'weir-peer-'))
    writeFileSync(join(folder, 'prometheus.yml'), 'global: {evaluation_interval: 1m}\n')
    const port = await freePort()
    const child = spawn(
      binary,
      [
        `--config.file=${join(folder, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
        '--web.enable-remote-write-receiver',
        `--enable-feature=${[...ALWAYS, ...features].join(',')}`,
        '--storage.tsdb.retention.time=100y',
        '--log.level=error',
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    )
    const said: Buffer[] = []
    child.stderr?.on('data', (chunk: Buffer) => said.push(chunk))
    const peer = new PrometheusPeer(child, folder, `http://127.0.0.1:${port}`)
    for (let tries = 0; tries < 200; tries++) {
      if (child.exitCode !== null) break
      const ready = await fetch(`${peer.#url}/-/ready`).catch(() => undefined)
      if (ready?.ok) return peer
      await wait(50)
    }
    await peer[Symbol.asyncDispose]()
    throw new Error(`Cannot start ${binary}: ${Buffer.concat(said).toString()}`)
  }

  /** Writes all series, a slice of time after the other, since it takes nothing older than an hour. */
  async write(series: readonly TestSeries[]): Promise<void> {
    const times = series.flatMap(({ columns }) => [
      columns.times[0]!,
      columns.times[columns.length - 1]!,
    ])
    const lastMs = Math.max(...times)
    for (let fromMs = Math.min(...times); fromMs <= lastMs; fromMs += 600_000) {
      for (const request of writeRequests(series, fromMs, fromMs + 600_000)) {
        await this.#write(literalSnappy(request))
      }
    }
  }

  async #write(body: Uint8Array<ArrayBuffer>): Promise<void> {
    const response = await fetch(`${this.#url}/api/v1/write`, {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/x-protobuf',
        'content-encoding': 'snappy',
        'x-prometheus-remote-write-version': '0.1.0',
      },
    })
    if (!response.ok) throw new Error(`Cannot write to the peer: ${await response.text()}`)
  }

  instant(expr: string, timeMs: number): Promise<PeerAnswer> {
    return this.#ask('query', { query: expr, time: String(timeMs / 1000) })
  }

  range(expr: string, startMs: number, endMs: number, stepMs: number): Promise<PeerAnswer> {
    return this.#ask('query_range', {
      query: expr,
      start: String(startMs / 1000),
      end: String(endMs / 1000),
      step: String(stepMs / 1000),
    })
  }

  /** The layout of an expression, or what is wrong with it. */
  async format(expr: string): Promise<{ readonly data?: string; readonly error?: string }> {
    return this.#post('format_query', { query: expr })
  }

  /** The syntax tree of an expression. */
  async parse(expr: string): Promise<{ readonly data?: object; readonly error?: string }> {
    return this.#post('parse_query', { query: expr })
  }

  #ask(path: string, parameters: Record<string, string>): Promise<PeerAnswer> {
    return this.#post(path, parameters)
  }

  async #post<T>(path: string, parameters: Record<string, string>): Promise<T> {
    const response = await fetch(`${this.#url}/api/v1/${path}`, {
      method: 'POST',
      body: new URLSearchParams(parameters),
    })
    return (await response.json()) as T
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const gone = new Promise((resolve) => this.#process.once('exit', resolve))
    if (this.#process.exitCode === null) {
      this.#process.kill('SIGKILL')
      await gone
    }
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
