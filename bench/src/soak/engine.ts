/** A real VictoriaMetrics that keeps the metrics of Weir, and what becomes of it and of the way to it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type Server, type Socket, connect, createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

import { findPeer, freePort } from '../sides.ts'
import type { Chance } from './chance.ts'
import type { Fault } from './faults.ts'
import type { KeptWeir } from './weir.ts'

/**
 * VictoriaMetrics keeps what it took in memory for up to 5 s: killed, it would lose what it had acknowledged. It is
 * killed when nobody has reached it for longer than that.
 */
const FLUSHED_AFTER_MS = 15_000
const SLOW_MS = 1500

export class Engine {
  /** Where Weir finds it. */
  readonly url: string
  /** Where it is itself: nothing planted is on that way. */
  readonly directUrl: string
  /** How long it took until it had everything, after the last fault, ms; NaN when it never had. */
  caughtUpMs = NaN
  readonly #way: Way
  readonly #folder: string
  #child: ChildProcess | undefined

  private constructor(way: Way, port: number, folder: string) {
    this.#way = way
    this.#folder = folder
    this.url = way.url
    this.directUrl = `http://127.0.0.1:${port}`
  }

  static async open(folder: string): Promise<Engine> {
    const port = await freePort()
    const engine = new Engine(await Way.open(port), port, folder)
    await engine.#start()
    return engine
  }

  async killFor(ms: number): Promise<void> {
    this.#way.cut()
    await pause(FLUSHED_AFTER_MS)
    await this.#end('SIGKILL')
    await pause(ms)
    await this.#start()
    this.#way.open()
  }

  async cutFor(ms: number): Promise<void> {
    this.#way.cut()
    await pause(ms)
    this.#way.open()
  }

  async slowFor(ms: number): Promise<void> {
    this.#way.delayMs = SLOW_MS
    await pause(ms)
    this.#way.delayMs = 0
  }

  /** It takes connections, and says nothing. */
  async freezeFor(ms: number): Promise<void> {
    this.#child?.kill('SIGSTOP')
    await pause(ms)
    this.#child?.kill('SIGCONT')
  }

  /** Waits until Weir has sent all that it has for it, and it may be asked. */
  async catchesUp(weir: KeptWeir, msMax: number): Promise<void> {
    const fromMs = Date.now()
    while (Date.now() < fromMs + msMax) {
      if ((await waitingSamples(weir)) === 0) {
        this.caughtUpMs = Date.now() - fromMs
        break
      }
      await pause(1000)
    }
    await pause(FLUSHED_AFTER_MS)
    await fetch(`${this.directUrl}/internal/force_flush`)
  }

  async close(): Promise<void> {
    await this.#end('SIGTERM')
    this.#way.close()
  }

  async #end(how: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = this.#child
    if (child === undefined || child.exitCode !== null) return
    const ended = once(child, 'exit')
    child.kill(how)
    await ended
  }

  async #start(): Promise<void> {
    const program = findPeer('victoria-metrics')
    if (program === undefined) {
      throw new Error('Cannot start an engine: WEIR_PEERS names no folder with victoria-metrics')
    }
    this.#child = spawn(
      program,
      [
        `-storageDataPath=${join(this.#folder, 'engine')}`,
        `-httpListenAddr=${new URL(this.directUrl).host}`,
        '-retentionPeriod=60d',
        '-loggerLevel=ERROR',
        '-memory.allowedBytes=1GB',
        // What is sent twice, since nobody heard that it was taken, counts once.
        '-dedup.minScrapeInterval=1ms',
      ],
      { stdio: 'ignore' },
    )
    for (;;) {
      if (
        await fetch(`${this.directUrl}/health`).then(
          ({ ok }) => ok,
          () => false,
        )
      )
        return
      await pause(100)
    }
  }
}

/** A way on which bytes may be late, or not come at all. */
class Way {
  readonly url: string
  delayMs = 0
  #isCut = false
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  private constructor(server: Server) {
    this.#server = server
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  static async open(port: number): Promise<Way> {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const way = new Way(server)
    server.on('connection', (from) => way.#join(from, port))
    return way
  }

  cut(): void {
    this.#isCut = true
    for (const socket of this.#sockets) socket.resetAndDestroy()
  }

  open(): void {
    this.#isCut = false
  }

  close(): void {
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
  }

  #join(from: Socket, port: number): void {
    if (this.#isCut) {
      from.resetAndDestroy()
      return
    }
    const to = connect(port, '127.0.0.1')
    for (const [one, other] of [
      [from, to],
      [to, from],
    ] as const) {
      this.#sockets.add(one)
      one.on('error', () => undefined)
      one.on('close', () => {
        this.#sockets.delete(one)
        other.destroy()
      })
      one.on('data', (bytes: Buffer) => {
        if (this.delayMs === 0) {
          if (!other.write(bytes)) {
            one.pause()
            other.once('drain', () => one.resume())
          }
          return
        }
        one.pause()
        setTimeout(() => {
          other.write(bytes)
          one.resume()
        }, this.delayMs)
      })
    }
  }
}

async function waitingSamples(weir: KeptWeir): Promise<number> {
  const page = await (await fetch(`${weir.url}/metrics`)).text()
  return Number(/^weir_remote_write_out_pending_samples\{queue="engine"\} (.*)$/m.exec(page)?.[1])
}

export function engineFaults(engine: Engine, weir: KeptWeir, chance: Chance): Fault[] {
  const away = async (does: (ms: number) => Promise<void>): Promise<void> => {
    const outage = weir.begin('engine')
    await does(chance.between(10_000, 30_000))
    await pause(5000) // it looks again every 2 s, and asks three times
    outage.toMs = Date.now()
  }
  return [
    { name: 'engine killed', lastsMs: 40_000, run: () => away((ms) => engine.killFor(ms)) },
    { name: 'engine cut off', lastsMs: 25_000, run: () => away((ms) => engine.cutFor(ms)) },
    { name: 'engine slow', lastsMs: 25_000, run: () => away((ms) => engine.slowFor(ms)) },
    { name: 'engine hangs', lastsMs: 25_000, run: () => away((ms) => engine.freezeFor(ms)) },
  ]
}
