/** Incidents that rules must see, and the receiver that is told of them, which lies now and then. */
import { type Server, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

import { RemoteWriteBodies, sendBody } from '../remote-write.ts'
import type { Chance } from './chance.ts'
import type { KeptWeir, Outage } from './weir.ts'

export const RULES = `groups:
  - name: soak
    interval: 5s
    rules:
      - record: soak:written:rate1m
        expr: sum by (region) (rate(soak_written[1m]))
      - alert: SoakIncident
        expr: soak_incident == 1
        for: 5s
        labels: { severity: critical }
`

/** So long an incident lasts, and so long zeros are written after it. */
const LASTS_MS = 45_000
const CALM_MS = 60_000
/** Of its seconds so many must have been acknowledged for somebody to be told. */
const SEEN_MIN = 30

interface Incident {
  readonly id: number
  readonly fromMs: number
  readonly toMs: number
  /** Its samples that were acknowledged. */
  seen: number
}

interface Told {
  readonly id: number
  readonly status: string
  readonly atMs: number
  /** Whether the receiver took it and said so. */
  readonly wasTaken: boolean
}

export class Incidents {
  readonly all: Incident[] = []
  readonly told: Told[] = []
  #steps: readonly Outage[] = []
  readonly lies = new Map<string, number>()
  readonly url: string
  readonly #server: Server
  readonly #chance: Chance
  #stopped = false
  #running: Promise<void> | undefined
  /** Whether the receiver lies; it stops towards the end, so that what is owed can arrive. */
  isHonest = false

  private constructor(server: Server, chance: Chance) {
    this.#server = server
    this.#chance = chance
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  }

  static async open(chance: Chance): Promise<Incidents> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const incidents = new Incidents(server, chance)
    server.on('request', (request, response) => {
      let text = ''
      request.setEncoding('utf8').on('data', (part: string) => (text += part))
      request.on('end', () => void incidents.#take(text, response))
    })
    return incidents
  }

  start(weir: KeptWeir): void {
    this.#running = this.#write(weir)
  }

  /** No new incidents; those that there are run to their end. */
  async stop(): Promise<void> {
    this.#stopped = true
    await this.#running
  }

  close(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }

  /** Those that Weir knew of; with a clock that was set back it saw them at other times. */
  get owed(): readonly Incident[] {
    return this.all.filter((one) => one.seen >= SEEN_MIN && !this.#hadStep(one))
  }

  #hadStep({ fromMs, toMs }: Incident): boolean {
    return this.#steps.some((step) => step.fromMs < toMs + CALM_MS && step.toMs > fromMs)
  }

  /** Incidents that nobody was told of, or whose end nobody was told of. */
  missed(): { readonly beginnings: number; readonly ends: number } {
    const untold = (status: string): number =>
      this.owed.filter(({ id }) => this.#toldAt(id, status) === undefined).length
    return { beginnings: untold('firing'), ends: untold('resolved') }
  }

  /** From the first sample to the message, and from the last one to that of its end, ms. */
  delays(): { readonly beginnings: readonly number[]; readonly ends: readonly number[] } {
    const after = (status: string, key: 'fromMs' | 'toMs'): number[] =>
      this.owed.flatMap((one) => {
        const atMs = this.#toldAt(one.id, status)
        return atMs === undefined ? [] : [atMs - one[key]]
      })
    return { beginnings: after('firing', 'fromMs'), ends: after('resolved', 'toMs') }
  }

  #toldAt(id: number, status: string): number | undefined {
    return this.told.find((one) => one.wasTaken && one.id === id && one.status === status)?.atMs
  }

  /** Taken notifications beyond the one that each beginning and each end needs. */
  get surplus(): number {
    const taken = this.told.filter(({ wasTaken }) => wasTaken)
    return taken.length - new Set(taken.map(({ id, status }) => `${id} ${status}`)).size
  }

  /** Each incident is a series, 1 while it lasts; all that are not long over are written each second. */
  async #write(weir: KeptWeir): Promise<void> {
    let written: Incident[] = []
    let nextMs = Date.now() + 10_000
    for (let timeMs = Date.now(); !this.#stopped || written.length > 0; timeMs += 1000) {
      if (!this.#stopped && timeMs > nextMs) {
        const id = this.all.length
        const incident = { id, fromMs: timeMs, toMs: timeMs + LASTS_MS, seen: 0 }
        written.push(incident)
        this.all.push(incident)
        nextMs = timeMs + this.#chance.between(8000, 25_000)
      }
      const series = written.map(({ id, toMs }) => ({
        labels: { __name__: 'soak_incident', incident: String(id) },
        at: () => (timeMs < toMs ? 1 : 0),
      }))
      const range = { first: 0, last: series.length, from: 0, to: 1 }
      const body = new RemoteWriteBodies(series).encode(range, () => timeMs)
      const wasTaken = await sendBody(weir.url, body).then(
        () => true,
        () => false,
      )
      for (const incident of written) if (wasTaken && timeMs < incident.toMs) incident.seen++
      written = written.filter(({ toMs }) => timeMs < toMs + CALM_MS)
      await pause(Math.max(0, timeMs + 1000 - Date.now()))
    }
    this.#steps = weir.outages.filter(({ kind }) => kind === 'clock')
  }

  async #take(text: string, response: ServerResponse): Promise<void> {
    const body = JSON.parse(text) as {
      readonly alerts: readonly {
        readonly status: string
        readonly labels: Readonly<Record<string, string>>
      }[]
    }
    const lie = this.isHonest ? 'none' : this.#lie()
    this.lies.set(lie, (this.lies.get(lie) ?? 0) + 1)
    const wasTaken = lie === 'none' || lie === 'slow' || lie === 'reset after taking'
    for (const { status, labels } of body.alerts) {
      if (labels['alertname'] !== 'SoakIncident') continue
      this.told.push({ id: Number(labels['incident']), status, atMs: Date.now(), wasTaken })
    }
    switch (lie) {
      case '500':
        response.writeHead(500).end()
        break
      case '429':
        response.writeHead(429, { 'retry-after': '2' }).end()
        break
      case 'reset after taking':
        response.destroy()
        break
      case 'slow':
        await pause(4000)
        response.end()
        break
      case 'hangs':
        await pause(30_000)
        response.destroy()
        break
      default:
        response.end()
    }
  }

  #lie(): string {
    const at = this.#chance.next()
    if (at < 0.7) return 'none'
    return this.#chance.pick(['500', '429', 'reset after taking', 'slow', 'hangs'])
  }
}
