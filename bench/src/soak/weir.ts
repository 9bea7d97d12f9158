/** A Weir that is started anew whenever it ends, as systemd or Kubernetes would do it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { appendFileSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'

import { bytesOnDisk, resident } from '../process.ts'
import { freePort } from '../sides.ts'

/** A span in which Weir was not there, or was not itself; ms of this process's clock. */
export interface Outage {
  readonly kind: 'kill' | 'stop' | 'crash' | 'frozen' | 'disk' | 'clock' | 'engine'
  readonly fromMs: number
  toMs: number
}

/** In these nobody is there who could take anything. */
const AWAY = new Set<Outage['kind']>(['kill', 'stop', 'crash', 'frozen'])

export interface KeptWeirOptions {
  /** What Node runs: the command of this tree, or of a package. */
  readonly program: string
  readonly folder: string
  readonly dataDir: string
  readonly config: string
  /** A library that shifts the clock, and the file that says by how much. */
  readonly clock?: { readonly library: string; readonly file: string }
}

export class KeptWeir {
  readonly url: string
  readonly statsdPort: number
  readonly configFile: string
  readonly config: string
  readonly dataDir: string
  readonly program: string
  /** In order; the last may still last (`toMs` is Infinity). */
  readonly outages: Outage[] = []
  /** From start to ready, ms. */
  readonly starts: number[] = []
  readonly #options: KeptWeirOptions
  readonly #logFile: string
  #child: ChildProcess | undefined
  #ended: Promise<void> = Promise.resolve()
  /** Whether its end is wanted. */
  #isEnding = false

  private constructor(options: KeptWeirOptions, web: number, statsd: number) {
    this.#options = options
    this.url = `http://127.0.0.1:${web}`
    this.statsdPort = statsd
    this.config = options.config
    this.dataDir = options.dataDir
    this.program = options.program
    this.configFile = `${options.folder}/weir.yml`
    this.#logFile = `${options.folder}/weir.log`
    writeFileSync(this.configFile, options.config)
    writeFileSync(this.#logFile, '')
  }

  static async open(options: KeptWeirOptions): Promise<KeptWeir> {
    const weir = new KeptWeir(options, await freePort(), await freePort())
    await weir.#start()
    return weir
  }

  get pid(): number {
    return this.#child?.pid ?? 0
  }

  /** Ends it at once, or gives it time; starts it again. */
  async restart(how: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const outage = this.begin(how === 'SIGKILL' ? 'kill' : 'stop')
    const ended = this.#ended
    this.#isEnding = true
    this.#child?.kill(how)
    await ended
    await this.#startAfter(outage)
  }

  /** Stops all its threads for a while, as a machine that sleeps does, or a container that is paused. */
  async freeze(ms: number): Promise<void> {
    const outage = this.begin('frozen')
    this.#child?.kill('SIGSTOP')
    await pause(ms)
    this.#child?.kill('SIGCONT')
    await pause(1000)
    outage.toMs = Date.now()
  }

  reload(): void {
    this.#child?.kill('SIGHUP')
  }

  begin(kind: Outage['kind']): Outage {
    const outage: Outage = { kind, fromMs: Date.now(), toMs: Infinity }
    this.outages.push(outage)
    return outage
  }

  /** Outages that a span met; `marginMs` around them counts too. */
  outagesIn(fromMs: number, toMs: number, marginMs = 0): readonly Outage[] {
    return this.outages.filter(
      (out) => out.fromMs - marginMs < toMs && out.toMs + marginMs > fromMs,
    )
  }

  get isAway(): boolean {
    return this.outages.some(({ kind, toMs }) => toMs === Infinity && AWAY.has(kind))
  }

  memoryMiB(): number {
    return resident(this.pid).ownMiB + resident(this.pid).sharedMiB
  }

  descriptors(): number {
    return readdirSync(`/proc/${this.pid}/fd`).length
  }

  diskMiB(): number {
    return bytesOnDisk(this.dataDir) / 2 ** 20
  }

  /** What it logged as an error, by message. */
  errors(): ReadonlyMap<string, number> {
    const found = new Map<string, number>()
    for (const line of readFileSync(this.#logFile, 'utf8').split('\n')) {
      if (!line.startsWith('{')) continue
      const { level, part = 'weir', msg } = JSON.parse(line) as LogLine
      if (level < ERROR_LEVEL) continue
      const what = `${part}: ${msg}`
      found.set(what, (found.get(what) ?? 0) + 1)
    }
    return found
  }

  /** Lines of its log that blame Weir itself. */
  bugs(): readonly string[] {
    return readFileSync(this.#logFile, 'utf8')
      .split('\n')
      .filter((line) => line.includes('BUG'))
  }

  async close(): Promise<void> {
    this.#isEnding = true
    this.#child?.kill('SIGTERM')
    await this.#ended
  }

  async #startAfter(outage: Outage): Promise<void> {
    await this.#start()
    outage.toMs = Date.now()
  }

  async #start(): Promise<void> {
    const startedMs = Date.now()
    const { dataDir, clock } = this.#options
    const shifted = {
      LD_PRELOAD: clock?.library,
      FAKETIME_TIMESTAMP_FILE: clock?.file,
      FAKETIME_NO_CACHE: '1',
      DONT_FAKE_MONOTONIC: '1',
    }
    const args = ['serve', '--config', this.configFile, '--data-dir', dataDir]
    const listens = ['--listen', new URL(this.url).host, '--statsd-listen']
    const child = spawn(
      process.execPath,
      [this.program, ...args, ...listens, `127.0.0.1:${this.statsdPort}`, '--log-level', 'warn'],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: clock === undefined ? process.env : { ...process.env, ...shifted },
      },
    )
    this.#child = child
    this.#isEnding = false
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) =>
        appendFileSync(this.#logFile, `${line}\n`),
      )
    }
    this.#ended = new Promise((resolve) => child.once('exit', () => resolve()))
    child.once('exit', (code, signal) => {
      if (this.#isEnding) return
      appendFileSync(this.#logFile, `ended by itself: ${code} ${signal}\n`)
      const outage = this.begin('crash')
      void this.#startAfter(outage)
    })
    for (;;) {
      const answer = await fetch(`${this.url}/-/ready`).catch(() => undefined)
      await answer?.arrayBuffer()
      if (answer?.ok) break
      if (child.exitCode !== null) throw new Error(`Weir ended with ${child.exitCode}`)
      await pause(20)
    }
    this.starts.push(Date.now() - startedMs)
  }
}

const ERROR_LEVEL = 50

interface LogLine {
  readonly level: number
  readonly part?: string
  readonly msg: string
}
