/** One Weir of three, and the engine behind them. */
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { freePort } from '../stand/free-port.ts'

const MAIN = join(import.meta.dirname, '../../packages/cli/dist/main.js')
const START_MS_MAX = 120_000
/** Of the system's clock by which it counts processor time. */
const TICKS_PER_SECOND = 100

export class Intake {
  readonly name: string
  readonly port: number
  readonly #config: string
  readonly #dataDir: string
  #running: { readonly child: ChildProcess } | undefined
  #isPaused = false
  statsdPort = 0

  constructor(options: {
    readonly name: string
    readonly port: number
    readonly config: string
    readonly dataDir: string
  }) {
    this.name = options.name
    this.port = options.port
    this.#config = options.config
    this.#dataDir = options.dataDir
  }

  get web(): string {
    return `http://127.0.0.1:${this.port}`
  }

  get isUp(): boolean {
    return this.#running !== undefined && !this.#isPaused
  }

  /** Nothing of it runs; its machine takes what is sent to it. */
  pause(): void {
    this.#isPaused = true
    this.#running?.child.kill('SIGSTOP')
  }

  wake(): void {
    this.#running?.child.kill('SIGCONT')
    this.#isPaused = false
  }

  async start(): Promise<void> {
    const args = ['serve', '--config', this.#config, '--data-dir', this.#dataDir]
    const listen = ['--listen', `127.0.0.1:${this.port}`, '--statsd-listen', '127.0.0.1:0']
    const child = spawn(process.execPath, [MAIN, ...args, ...listen], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    process.once('exit', () => child.kill('SIGKILL'))
    const lines = createInterface({ input: child.stdout })
    this.statsdPort = await new Promise<number>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`${this.name} did not start`)), START_MS_MAX)
      lines.on('line', (line) => {
        const port = /^statsd-udp \S+:(\d+)$/.exec(line.trim())?.[1]
        if (port === undefined) return
        clearTimeout(late)
        resolve(Number(port))
      })
    })
    this.#running = { child }
    await this.#ready()
  }

  async #ready(): Promise<void> {
    for (let i = 0; i < 300; i++) {
      const answer = await fetch(`${this.web}/-/ready`).catch(() => undefined)
      if (answer?.ok === true) return
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
    throw new Error(`${this.name} is not ready`)
  }

  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const running = this.#running
    this.#running = undefined
    if (running === undefined) return
    const { child } = running
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill(signal)
    await gone
  }

  /** Seconds of processor that it has taken. */
  cpuSeconds(): number {
    const stat = readFileSync(`/proc/${this.#running!.child.pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
  }

  residentMiB(): number {
    const status = readFileSync(`/proc/${this.#running!.child.pid}/status`, 'utf8')
    return Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024
  }

  /** The sum of a metric of its own, of the series whose labels have these words. */
  async own(metric: string, words = ''): Promise<number> {
    const page = await (await fetch(`${this.web}/metrics`)).text()
    return page
      .split('\n')
      .filter((line) => line.startsWith(metric) && /^[{ ]/.test(line.slice(metric.length)))
      .filter((line) => line.includes(words))
      .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
  }

  async isHolder(): Promise<boolean> {
    return this.isUp && (await this.own('weir_rules_lease_held')) === 1
  }
}

export interface Engine {
  readonly url: string
  /** Of an instant query; 0 for an empty answer. */
  value(expr: string): Promise<number>
  stop(): Promise<void>
}

export async function startVictoria(program: string, folder: string): Promise<Engine> {
  const address = `127.0.0.1:${await freePort()}`
  // A sender that got no answer sends again, to another one: of two samples of one time, one is kept.
  const args = [
    `-storageDataPath=${folder}`,
    `-httpListenAddr=${address}`,
    '-retentionPeriod=1y',
    '-dedup.minScrapeInterval=1ms',
  ]
  const child = spawn(program, args, { stdio: 'ignore' })
  process.once('exit', () => child.kill('SIGKILL'))
  const url = `http://${address}`
  for (let i = 0; ; i++) {
    const answer = await fetch(`${url}/health`).catch(() => undefined)
    if (answer?.ok === true) break
    if (i > 100) throw new Error('VictoriaMetrics is not ready')
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  return {
    url,
    async value(expr) {
      const query = new URLSearchParams({ query: expr, nocache: '1' })
      const answer = await fetch(`${url}/api/v1/query?${query.toString()}`)
      const { data } = (await answer.json()) as {
        readonly data: { readonly result: readonly { readonly value: [number, string] }[] }
      }
      return Number(data.result[0]?.value[1] ?? 0)
    },
    async stop() {
      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      await gone
    },
  }
}
