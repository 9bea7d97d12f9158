/** Engines that can stand behind a Weir, each on loopback with a tenant where it has some. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, openSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { freePort } from '../stand/free-port.ts'

const TENANT = 'lab'
/** Series of one metric that an engine takes, where it can be told. */
export const SERIES_MAX = 200

export interface Kind {
  readonly name: string
  /** What Weir takes it for. */
  readonly flavour: string
  readonly program: string
  /** Files beside it, by name. */
  files(place: Place): Readonly<Record<string, string>>
  args(place: Place): readonly string[]
  readonly readyPath: string
  readonly writePath: string
  readonly readPath: string
  readonly headers: Readonly<Record<string, string>>
  /** Whether {@link SERIES_MAX} holds. */
  readonly limitsSeries: boolean
}

interface Place {
  readonly folder: string
  readonly http: number
  readonly grpc: number
}

const CORTEX: Kind = {
  name: 'cortex',
  flavour: 'cortex',
  program: 'cortex',
  readyPath: '/ready',
  writePath: '/api/v1/push',
  readPath: '/prometheus',
  headers: { 'X-Scope-OrgID': TENANT },
  limitsSeries: true,
  args: ({ folder }) => [`-config.file=${folder}/config.yml`],
  files: ({ folder, http, grpc }) => ({
    'config.yml': `auth_enabled: true
server:
  http_listen_address: 127.0.0.1
  http_listen_port: ${http}
  grpc_listen_address: 127.0.0.1
  grpc_listen_port: ${grpc}
  log_level: warn
blocks_storage:
  backend: filesystem
  filesystem: { dir: ${folder}/blocks }
  tsdb: { dir: ${folder}/tsdb }
  bucket_store: { sync_dir: ${folder}/sync }
ingester:
  lifecycler:
    address: 127.0.0.1
    min_ready_duration: 0s
    final_sleep: 0s
    ring: { kvstore: { store: inmemory }, replication_factor: 1 }
distributor:
  remote_writev2_enabled: true
  ring: { kvstore: { store: inmemory }, instance_addr: 127.0.0.1 }
compactor:
  data_dir: ${folder}/compact
  sharding_ring: { kvstore: { store: inmemory }, instance_addr: 127.0.0.1 }
store_gateway:
  sharding_ring: { kvstore: { store: inmemory }, instance_addr: 127.0.0.1 }
limits:
  max_exemplars: 1000
  enable_native_histograms: true
  max_series_per_metric: ${SERIES_MAX}
  ingestion_rate: 1000000
  ingestion_burst_size: 1000000
alertmanager:
  external_url: http://127.0.0.1:${http}/alertmanager
  data_dir: ${folder}/alertmanager
  sharding_ring: { kvstore: { store: inmemory } }
alertmanager_storage: { backend: local, local: { path: ${folder}/none } }
ruler_storage: { backend: local, local: { directory: ${folder}/none } }
ruler: { rule_path: ${folder}/none }
`,
  }),
}

const PROMETHEUS: Kind = {
  name: 'prometheus',
  flavour: 'prometheus',
  program: 'prometheus',
  readyPath: '/-/ready',
  writePath: '/api/v1/write',
  readPath: '',
  headers: {},
  limitsSeries: false,
  files: () => ({ 'config.yml': 'global: {}\n' }),
  args: ({ folder, http }) => [
    `--config.file=${folder}/config.yml`,
    `--storage.tsdb.path=${folder}/data`,
    `--web.listen-address=127.0.0.1:${http}`,
    '--web.enable-remote-write-receiver',
    '--enable-feature=exemplar-storage,native-histograms',
  ],
}

export const KINDS: readonly Kind[] = [PROMETHEUS, CORTEX]

/** Where its program is; undefined when it is not here. */
export function programOf({ name, program }: Kind): string | undefined {
  const folders = [
    process.env['WEIR_PEERS'] ?? '',
    ...(process.env['PATH'] ?? '').split(delimiter),
    join(homedir(), '.cache/weir-peers/bin'),
    join(homedir(), '.cache/weir-labs', name),
  ]
  return folders
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, program))
    .find((path) => existsSync(path))
}

export class Engine {
  readonly kind: Kind
  readonly url: string
  readonly #start: () => ChildProcess
  #child: ChildProcess | undefined

  private constructor(kind: Kind, url: string, start: () => ChildProcess) {
    this.kind = kind
    this.url = url
    this.#start = start
  }

  static async open(kind: Kind, program: string, folder: string): Promise<Engine> {
    mkdirSync(join(folder, 'none'), { recursive: true })
    const place = { folder, http: await freePort(), grpc: await freePort() }
    for (const [name, text] of Object.entries(kind.files(place))) {
      writeFileSync(join(folder, name), text)
    }
    const start = (): ChildProcess => {
      const log = openSync(join(folder, 'log'), 'a')
      const child = spawn(program, kind.args(place), { stdio: ['ignore', log, log], cwd: folder })
      process.once('exit', () => child.kill('SIGKILL'))
      return child
    }
    const engine = new Engine(kind, `http://127.0.0.1:${place.http}`, start)
    await engine.start()
    return engine
  }

  async start(): Promise<void> {
    this.#child = this.#start()
    for (let i = 0; ; i++) {
      const answer = await fetch(this.url + this.kind.readyPath).catch(() => undefined)
      if (answer?.ok === true) return
      if (i > 400) throw new Error(`${this.kind.name} is not ready`)
      await new Promise((resolve) => setTimeout(resolve, 300))
    }
  }

  async kill(): Promise<void> {
    const child = this.#child
    if (child === undefined) return
    this.#child = undefined
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await gone
  }
}
