import { once } from 'node:events'
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Clock, type Millis, millis, systemClock } from '@weir/model'
import { exposition } from '@weir/wire'
import { pino } from 'pino'
import type { VectorRows, VectorsPart } from '../../query/job.ts'
import type { QueryDesk } from '../../query/query-desk.ts'
import { QueryWatch } from '../../query/watch.ts'
import { Log } from '../../telemetry/log.ts'
import { Registry } from '../../telemetry/registry.ts'
import { engineShape } from '../config.ts'
import { engineOf } from '../engine-of.ts'
import { MetricsEngine } from '../metrics-engine.ts'
import { type AnswerReader, readAnswer } from '../read-answer.ts'
import { RemoteQueries } from '../remote-queries.ts'
import { z } from 'zod'

/** What was asked. */
export interface AskedOf {
  readonly method: string
  readonly path: string
  readonly params: Readonly<Record<string, string | readonly string[]>>
  readonly headers: IncomingMessage['headers']
}

/** How the stand-in answers; undefined leaves the asker waiting until it goes. */
export interface Scripted {
  readonly status?: number
  readonly body: string | readonly string[]
}

export type Script = (asked: AskedOf) => Scripted | undefined

export const PROMETHEUS_BUILD = '{"status":"success","data":{"version":"3.5.0","revision":"abc"}}'
export const VICTORIA_BUILD = '{"status":"success","data":{"version":"2.24.0"}}'
export const NOTHING = '{"status":"success","data":{"resultType":"vector","result":[]}}'

/** Goes by at once when somebody sleeps, so that retries do not take their time; looks are made by hand. */
class QuickClock implements Clock {
  now(): Millis {
    return millis(Date.UTC(2026, 0, 5))
  }

  monotonicMs(): number {
    return systemClock.monotonicMs()
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (ms < 1_000) return
    await new Promise((_, reject) => {
      const leave = (): void => reject(signal!.reason as Error)
      if (signal?.aborted === true) leave()
      else signal?.addEventListener('abort', leave, { once: true })
    })
  }
}

/** An engine that answers as told, and questions to it as Weir asks them. */
export class EngineStand implements AsyncDisposable {
  readonly asked: AskedOf[] = []
  readonly localVectors: string[] = []
  readonly localJson: string[] = []
  /** What query threads read of its answers. */
  readonly localReads: string[] = []
  readonly registry = new Registry()
  script: Script = () => ({ body: NOTHING })
  build = PROMETHEUS_BUILD
  /** Askers that went before they were answered. */
  gone = 0
  queries!: RemoteQueries
  engine!: MetricsEngine
  readonly #server = createServer((request, response) => {
    void this.#answer(request, response)
  })
  #onGone: () => void = () => undefined

  static async open(
    keys: Readonly<Record<string, unknown>> = {},
    stand = new EngineStand(),
  ): Promise<EngineStand> {
    stand.#server.listen(0, '127.0.0.1')
    await once(stand.#server, 'listening')
    const url = `http://127.0.0.1:${stand.port}`
    const config = z
      .object(engineShape)
      .parse({ engine: 'prometheus', write_url: url, read_url: `${url}/prom/`, ...keys })
    const clock = new QuickClock()
    const log = new Log(pino({ level: 'silent' }), clock)
    const telemetry = { registry: stand.registry, log }
    stand.engine = await MetricsEngine.open(engineOf({ metrics: config })!, { clock, telemetry })
    await stand.engine.dialect()
    stand.queries = new RemoteQueries({
      engine: stand.engine,
      local: stand.#local(),
      watch: new QueryWatch(telemetry, clock, 0),
      clock,
      queuedMax: 4,
      timeoutMs: 60_000,
      evaluation: () => ({ lookbackMs: 300_000 }),
      sent: async () => undefined,
    })
    return stand
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Resolves when an asker has gone unanswered. */
  left(): Promise<void> {
    return new Promise((resolve) => {
      this.#onGone = resolve
    })
  }

  /** Questions about metrics; those by which it is looked for are left out. */
  get questions(): AskedOf[] {
    return this.asked.filter(
      ({ path, params }) =>
        !path.includes('/status/') && path !== '/api/v1/stores' && params['query'] !== '1',
    )
  }

  metric(name: string): number {
    const page = new TextDecoder().decode(exposition(this.registry.collect(), '').body)
    const line = page.split('\n').find((one) => one.startsWith(`${name} `))
    return Number(line?.split(' ').at(-1))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.queries[Symbol.asyncDispose]()
    this.#server.closeAllConnections()
    this.#server.close()
  }

  #local(): QueryDesk & AnswerReader {
    const vector = (expr: string): VectorRows => {
      this.localVectors.push(expr)
      return { kind: 'vector', labels: [['from', 'here']], values: [1] }
    }
    const missing = (): never => {
      throw new Error('nobody asks this here')
    }
    return {
      json: async (job) => {
        this.localJson.push(job.kind)
        return { status: 200, body: new TextEncoder().encode('{"from":"here"}') }
      },
      vector: async (expr) => ({ ...vector(expr), values: Float64Array.of(1) }),
      vectors: async (parts: readonly VectorsPart[]) =>
        parts.flatMap(({ exprs }) => exprs.map(vector)),
      matrix: missing,
      background: missing,
      read: async (job) => {
        this.localReads.push(job.as)
        return readAnswer(job)
      },
      threadCount: 2,
      [Symbol.asyncDispose]: async () => undefined,
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece as Buffer)
    const url = new URL(request.url ?? '', 'http://engine')
    const form = new URLSearchParams(Buffer.concat(pieces).toString())
    const params: Record<string, string | string[]> = {}
    for (const [name] of [...url.searchParams, ...form]) {
      const all = [...url.searchParams.getAll(name), ...form.getAll(name)]
      params[name] = all.length === 1 ? all[0]! : all
    }
    const path = url.pathname.replace(/^\/prom(?=\/)/, '')
    const asked = { method: request.method ?? '', path, params, headers: request.headers }
    this.asked.push(asked)
    const scripted = this.#scripted(asked)
    if (scripted === undefined) {
      response.once('close', () => {
        this.gone++
        this.#onGone()
      })
      return
    }
    const { status = 200, body } = scripted
    response.writeHead(status, { 'content-type': 'application/json' })
    for (const piece of typeof body === 'string' ? [body] : body) response.write(piece)
    response.end()
  }

  #scripted(asked: AskedOf): Scripted | undefined {
    if (asked.path === '/api/v1/status/buildinfo') return { body: this.build }
    if (asked.path === '/api/v1/stores') return { status: 404, body: 'not found' }
    if (asked.params['query'] === '1') return { body: NOTHING }
    return this.script(asked)
  }
}
