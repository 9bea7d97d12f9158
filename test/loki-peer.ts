import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from './weir-process.ts'

/** A Loki in a folder and on a port that stay while it comes and goes. */
export interface LokiPeer extends AsyncDisposable {
  readonly url: string
  /** Resolves when it answers. */
  start(): Promise<void>
  /** As a power cut would. */
  kill(): Promise<void>
}

/** Several tenants; levels found, patterns not looked for; lines in memory and in a write-ahead log. */
function lokiConfig(folder: string, [port, grpc]: readonly [number, number]): string {
  return `
auth_enabled: true
analytics: {reporting_enabled: false}
server: {http_listen_address: 127.0.0.1, http_listen_port: ${port}, grpc_listen_address: 127.0.0.1, grpc_listen_port: ${grpc}}
common:
  path_prefix: ${folder}
  replication_factor: 1
  instance_addr: 127.0.0.1
  ring: {kvstore: {store: inmemory}, instance_addr: 127.0.0.1}
  storage: {filesystem: {chunks_directory: ${folder}/chunks, rules_directory: ${folder}/rules}}
schema_config:
  configs: [{from: 2020-01-01, store: tsdb, object_store: filesystem, schema: v13, index: {prefix: index_, period: 24h}}]
limits_config: {volume_enabled: true, allow_structured_metadata: true}
querier: {query_ingesters_within: 0}
ingester: {lifecycler: {min_ready_duration: 0s}}
ruler: {alertmanager_url: ''}
`
}

export async function lokiPeer(program: string): Promise<LokiPeer> {
  const scratch = mkdtempSync(join(tmpdir(), 'weir-engine-'))
  const folder = join(scratch, 'data')
  mkdirSync(folder)
  const [port, grpc] = [await freePort(), await freePort()]
  const config = join(folder, 'loki.yml')
  writeFileSync(config, lokiConfig(folder, [port, grpc]))
  const url = `http://127.0.0.1:${port}`
  let stop: () => Promise<void> = async () => undefined
  return {
    url,
    async start() {
      const child = spawn(program, [`-config.file=${config}`, '-log.level=error'], {
        stdio: 'ignore',
      })
      const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
      stop = async () => {
        child.kill('SIGKILL')
        await exited
      }
      await eventually(`${program} to be ready`, async () => {
        if (child.exitCode !== null) throw new Error(`${program} ended by itself`)
        const answer = await fetch(`${url}/ready`).catch(() => undefined)
        return answer?.ok === true
      })
    },
    kill: () => stop(),
    async [Symbol.asyncDispose]() {
      await stop()
      rmSync(scratch, { recursive: true, force: true })
    },
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}
