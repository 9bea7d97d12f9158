import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { CorpusLine } from './corpus.ts'

const READY_MS = 60_000

/** A real Loki, for recording its answers: one process on loopback, an empty folder, lines of any age. */
export class LokiPeer implements AsyncDisposable {
  readonly #process: ChildProcess
  readonly #folder: string
  readonly url: string

  private constructor(child: ChildProcess, folder: string, url: string) {
    this.#process = child
    this.#folder = folder
    this.url = url
  }

  static async start(program: string): Promise<LokiPeer> {
    const folder = mkdtempSync(join(tmpdir(), 'loki-peer-'))
    const [port, grpcPort] = [await freePort(), await freePort()]
    writeFileSync(join(folder, 'loki.yml'), configuration(folder, port, grpcPort))
    const child = spawn(program, [`-config.file=${join(folder, 'loki.yml')}`], { stdio: 'ignore' })
    const peer = new LokiPeer(child, folder, `http://127.0.0.1:${port}`)
    for (let waitedMs = 0; waitedMs < READY_MS; waitedMs += 250) {
      const answer = await fetch(`${peer.url}/ready`).catch(() => undefined)
      if (answer?.ok === true) return peer
      await wait(250)
    }
    await peer[Symbol.asyncDispose]()
    throw new Error('Loki did not become ready')
  }

  async push(lines: readonly CorpusLine[]): Promise<void> {
    const streams = lines.map(({ stream, timeNs, line, metadata }) => ({
      stream,
      values: [[String(timeNs), line, metadata]],
    }))
    const answer = await fetch(`${this.url}/loki/api/v1/push`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ streams }),
    })
    if (answer.status !== 204) throw new Error(`${answer.status} ${await answer.text()}`)
  }

  async ask(
    path: string,
    parameters: Readonly<Record<string, string>>,
    headers = {},
  ): Promise<{ status: number; text: string }> {
    const query = new URLSearchParams(parameters)
    const answer = await fetch(`${this.url}/loki/api/v1/${path}?${query.toString()}`, { headers })
    return { status: answer.status, text: await answer.text() }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve))
    this.#process.kill('SIGKILL')
    if (this.#process.exitCode === null) await ended
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

function configuration(folder: string, port: number, grpcPort: number): string {
  return `auth_enabled: false
server: { http_listen_address: 127.0.0.1, http_listen_port: ${port}, grpc_listen_address: 127.0.0.1, grpc_listen_port: ${grpcPort}, log_level: error }
common:
  instance_addr: 127.0.0.1
  path_prefix: ${folder}
  storage: { filesystem: { chunks_directory: ${folder}/chunks, rules_directory: ${folder}/rules } }
  replication_factor: 1
  ring: { kvstore: { store: inmemory } }
schema_config:
  configs:
    - { from: 2020-10-24, store: tsdb, object_store: filesystem, schema: v13, index: { prefix: index_, period: 24h } }
querier: { query_ingesters_within: 0 }
query_range: { results_cache: {}, cache_results: false }
limits_config: { reject_old_samples: false, allow_structured_metadata: true, split_queries_by_interval: 0 }
analytics: { reporting_enabled: false }
ruler: { enable_api: false }
`
}
