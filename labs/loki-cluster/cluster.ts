/** A Loki in parts on loopback: three that write, one that reads, one backend, and a folder for all chunks. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, openSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../stand/free-port.ts'

type Target = 'write' | 'read' | 'backend'

const PARTS: readonly (readonly [name: string, target: Target])[] = [
  ['write-0', 'write'],
  ['write-1', 'write'],
  ['write-2', 'write'],
  ['read', 'read'],
  ['backend', 'backend'],
]
const READY_MS_MAX = 240_000

export class LokiPart {
  readonly url: string
  readonly #run: () => ChildProcess
  #child: ChildProcess

  constructor(url: string, run: () => ChildProcess) {
    this.url = url
    this.#run = run
    this.#child = run()
  }

  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = this.#child
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill(signal)
    await gone
  }

  start(): void {
    this.#child = this.#run()
  }

  async ready(): Promise<void> {
    const endMs = Date.now() + READY_MS_MAX
    for (;;) {
      const answer = await fetch(`${this.url}/ready`).catch(() => undefined)
      if (answer?.ok === true) return
      const said = (await answer?.text())?.trim() ?? 'nobody answers'
      if (Date.now() > endMs) throw new Error(`${this.url} is not ready: ${said}`)
      await new Promise((resolve) => setTimeout(resolve, 500))
    }
  }
}

/** Starts all parts; resolves when they are ready. */
export async function startLoki(
  program: string,
  work: string,
): Promise<ReadonlyMap<string, LokiPart>> {
  const gossip = await Promise.all(PARTS.map(() => freePort()))
  const https = await Promise.all(PARTS.map(() => freePort()))
  const compactor = `http://127.0.0.1:${https.at(-1)}`
  const parts = new Map<string, LokiPart>()
  for (const [i, [name, target]] of PARTS.entries()) {
    const [http, grpc] = [https[i], await freePort()]
    const folder = join(work, name)
    mkdirSync(folder, { recursive: true })
    const config = join(folder, 'loki.yml')
    writeFileSync(config, configOf({ name, work, http, grpc, gossip, own: gossip[i], compactor }))
    const run = (): ChildProcess => {
      const log = openSync(join(folder, 'log'), 'a')
      const child = spawn(program, [`-config.file=${config}`, `-target=${target}`], {
        stdio: ['ignore', log, log],
        cwd: folder,
      })
      process.once('exit', () => child.kill('SIGKILL'))
      return child
    }
    parts.set(name, new LokiPart(`http://127.0.0.1:${http}`, run))
  }
  await Promise.all([...parts.values()].map((part) => part.ready()))
  return parts
}

interface Settings {
  readonly name: string
  readonly work: string
  readonly http: number
  readonly grpc: number
  readonly gossip: readonly number[]
  readonly own: number
  readonly compactor: string
}

function configOf({ name, work, http, grpc, gossip, own, compactor }: Settings): string {
  return `auth_enabled: true
server:
  http_listen_address: 127.0.0.1
  http_listen_port: ${http}
  grpc_listen_address: 127.0.0.1
  grpc_listen_port: ${grpc}
  log_level: warn
memberlist:
  node_name: ${name}
  bind_addr: [127.0.0.1]
  bind_port: ${own}
  advertise_addr: 127.0.0.1
  advertise_port: ${own}
  join_members: [${gossip.map((port) => `'127.0.0.1:${port}'`).join(', ')}]
common:
  path_prefix: ${join(work, name)}
  replication_factor: 3
  compactor_address: ${compactor}
  instance_addr: 127.0.0.1
  ring:
    instance_id: ${name}
    instance_addr: 127.0.0.1
    kvstore: { store: memberlist }
  storage:
    filesystem:
      chunks_directory: ${join(work, 'chunks')}
      rules_directory: ${join(work, 'rules')}
schema_config:
  configs:
    - from: 2024-01-01
      store: tsdb
      object_store: filesystem
      schema: v13
      index: { prefix: index_, period: 24h }
analytics: { reporting_enabled: false }
`
}
