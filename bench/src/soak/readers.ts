/** People and dashboards: questions of many kinds, a few at a time, as long as the soak lasts. */
import { setTimeout as pause } from 'node:timers/promises'

import type { Chance } from './chance.ts'
import type { KeptWeir } from './weir.ts'

interface Question {
  readonly name: string
  readonly path: (nowS: number) => string
}

const promql = (expr: string): string => encodeURIComponent(expr)

const QUESTIONS: readonly Question[] = [
  { name: 'instant', path: () => `/api/v1/query?query=${promql('sum by (host) (soak_written)')}` },
  {
    name: 'range',
    path: (now) =>
      `/api/v1/query_range?query=${promql('sum by (region) (rate(soak_written[2m]))')}&start=${now - 900}&end=${now}&step=15`,
  },
  {
    name: 'few series',
    path: (now) =>
      `/api/v1/query_range?query=${promql('soak_written{host="host-7",region="r1"}')}&start=${now - 300}&end=${now}&step=5`,
  },
  { name: 'labels', path: () => '/api/v1/label/host/values' },
  { name: 'overview', path: () => '/api/weir/v1/overview?window=1h' },
  { name: 'rules', path: () => '/api/v1/rules' },
  { name: 'status', path: () => '/api/weir/v1/status' },
  {
    name: 'newest errors',
    path: (now) =>
      `/loki/api/v1/query_range?query=${promql('{job="soak",level="error"}')}&start=${now - 300}&end=${now}&limit=100`,
  },
  {
    name: 'lines by level',
    path: (now) =>
      `/loki/api/v1/query_range?query=${promql('sum by (level) (count_over_time({job="soak"} |= "handled" [1m]))')}&start=${now - 600}&end=${now}&step=60`,
  },
]

/** Statuses with which Weir may refuse at a limit or while it starts. */
const BUSY = new Set([429, 503])
const READ_MS_MAX = 60_000

export class Readers {
  readonly latencies = new Map<string, number[]>()
  readonly busy = new Map<number, number>()
  /** Answers that nothing planted explains. */
  readonly wrong: string[] = []
  readonly #weir: KeptWeir
  readonly #stopped = new AbortController()
  readonly #running: Promise<void>[]

  constructor(weir: KeptWeir, chance: Chance, count: number) {
    this.#weir = weir
    this.#running = Array.from({ length: count }, () => this.#read(chance))
  }

  async stop(): Promise<void> {
    this.#stopped.abort()
    await Promise.all(this.#running)
  }

  async #read(chance: Chance): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      await this.#ask(chance.pick(QUESTIONS))
      await pause(chance.between(100, 900))
    }
  }

  async #ask({ name, path }: Question): Promise<void> {
    const askedMs = Date.now()
    const fromMs = performance.now()
    const url = this.#weir.url + path(Math.floor(askedMs / 1000))
    const signal = AbortSignal.timeout(READ_MS_MAX)
    const status = await fetch(url, { signal }).then(
      async (answer) => {
        await answer.arrayBuffer()
        return answer.status
      },
      () => 0,
    )
    if (this.#weir.outagesIn(askedMs, Date.now(), 2000).length > 0) return
    if (status === 200) {
      const known = this.latencies.get(name) ?? []
      this.latencies.set(name, known)
      known.push(performance.now() - fromMs)
    } else if (BUSY.has(status)) this.busy.set(status, (this.busy.get(status) ?? 0) + 1)
    else this.wrong.push(`${name}: ${status}`)
  }
}
