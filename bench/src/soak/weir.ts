/** A Weir that is started anew whenever it ends, as systemd or Kubernetes would do it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { appendFileSync, readdirSync, writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'

import { resident } from '../process.ts'
import { freePort, weirProgram } from '../sides.ts'

/** A span in which Weir was not there, or was not itself; ms of this process's clock. */
export interface Outage {
  readonly kind: 'kill' | 'stop' | 'crash' | 'disk' | 'clock' | 'engine'
  readonly fromMs: number
  toMs: number
}

export interface KeptWeirOptions {
  readonly folder: string
  readonly dataDir: string
  readonly config: (ports: { readonly web: number }) => string
  /** A library that shifts the clock, and the file that says by how much. */
  readonly clock?: { readonly library: string; readonly file: string }
}

export class KeptWeir {
  readonly url: string
  readonly statsdPort: number
  readonly configFile: string
  /** In order; the last may still last (`toMs` is Infinity). */
  readonly outages: Outage[] = []
  /** From start to ready, ms. */
  readonly starts: number[] = []
  readonly #options: KeptWeirOptions
  #child: ChildProcess | undefined
  #ended: Promise<void> = Promise.resolve()
  #isClosing = false

  private constructor(options: KeptWeirOptions, web: number, statsd: number) {
    this.#options = options
    this.url = `http://127.0.0.1:${web}`
    this.statsdPort = statsd
    this.configFile = `${options.folder}/weir.yml`
    writeFileSync(this.configFile, options.config({ web }))
  }

  static async open(options: KeptWeirOptions): Promise<KeptWeir> {
    const weir = new KeptWeir(options, await freePort(), await freePort())
    await weir.#start()
    return weir
  }

  get pid(): number {
    return this.#child?.pid ?? 0
  }

  get config(): string {
    return this.#options.config({ web: Number(new URL(this.url).port) })
  }

  /** Ends it at once, or gives it time; starts it again. */
  async restart(how: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const outage = this.begin(how === 'SIGKILL' ? 'kill' : 'stop')
    const ended = this.#ended
    this.#child?.kill(how)
    await ended
    await this.#startAfter(outage)
  }

  reload(): void {
    this.#child?.kill('SIGHUP')
  }

  begin(kind: Outage['kind']): Outage {
    const outage: Outage = { kind, fromMs: Date.now(), toMs: Infinity }
    this.outages.push(outage)
    return outage
  }

  /** Whether a span met an outage; `marginMs` around it counts too. */
  wasOut(fromMs: number, toMs: number, marginMs = 0): boolean {
    return this.outages.some((out) => out.fromMs - marginMs < toMs && out.toMs + marginMs > fromMs)
  }

  get isOut(): boolean {
    return this.outages.some(({ toMs }) => toMs === Infinity)
  }

  memoryMiB(): number {
    return resident(this.pid).ownMiB + resident(this.pid).sharedMiB
  }

  descriptors(): number {
    return readdirSync(`/proc/${this.pid}/fd`).length
  }

  async close(): Promise<void> {
    this.#isClosing = true
    this.#child?.kill('SIGTERM')
    await this.#ended
  }

  async #startAfter(outage: Outage): Promise<void> {
    await this.#start()
    outage.toMs = Date.now()
  }

  async #start(): Promise<void> {
    const startedMs = Date.now()
    const { dataDir, folder, clock } = this.#options
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
      [weirProgram, ...args, ...listens, `127.0.0.1:${this.statsdPort}`, '--log-level', 'warn'],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: clock === undefined ? process.env : { ...process.env, ...shifted },
      },
    )
    this.#child = child
    createInterface({ input: child.stdout }).on('line', (line) =>
      appendFileSync(`${folder}/weir.log`, `${line}\n`),
    )
    this.#ended = new Promise((resolve) => child.once('exit', () => resolve()))
    child.once('exit', (code, signal) => {
      if (this.#isClosing || this.isOut) return
      appendFileSync(`${folder}/weir.log`, `ended by itself: ${code} ${signal}\n`)
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
