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
/** What is acknowledged later than that after its time does not count as seen. */
const LATE_MS = 5000
/** So long rules must have been able to ask while it lasted. */
const ASKED_MS_MIN = 20_000

interface Incident {
  readonly id: number
  readonly fromMs: number
  readonly toMs: number
  /** Its samples that were acknowledged in time. */
  seen: number
}

interface Told {
  readonly id: number
  readonly status: string
  readonly atMs: number
  /** Whether the receiver took it and said so. */
  readonly wasTaken: boolean
  /** Whether that was heard, in time. */
  wasHeard: boolean
}

type Mood = 'mixed' | 'slow' | 'refusing' | 'honest'

/** An answer that takes longer may come after Weir has given up waiting for it. */
const HEARD_MS = 8000
/** What was done just before these may not be written down. */
const UNWRITTEN = new Set<Outage['kind']>(['kill', 'crash', 'frozen', 'disk'])
const UNWRITTEN_MS = 15_000

export class Incidents {
  readonly all: Incident[] = []
  readonly told: Told[] = []
  #outages: readonly Outage[] = []
  readonly lies = new Map<string, number>()
  readonly url: string
  readonly #server: Server
  readonly #chance: Chance
  #stopped = false
  #running: Promise<void> | undefined
  /** How the receiver is; towards the end it is honest, so that what is owed can arrive. */
  mood: Mood = 'mixed'

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

  /** For a while the receiver is like that. */
  async be(mood: Mood, ms: number): Promise<void> {
    this.mood = mood
    await pause(ms)
    this.mood = 'mixed'
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

  /** Those that Weir could see; with a clock that was set back it saw them at other times. */
  get owed(): readonly Incident[] {
    return this.all.filter(
      (one) => one.seen >= SEEN_MIN && !this.#hadStep(one) && this.#couldBeSeen(one),
    )
  }

  #hadStep({ fromMs, toMs }: Incident): boolean {
    return this.#outages.some(
      ({ kind, ...step }) => kind === 'clock' && step.fromMs < toMs + CALM_MS && step.toMs > fromMs,
    )
  }

  /** Rules ask what is now: of what came and went while they could ask nobody they know nothing. */
  #couldBeSeen({ fromMs, toMs }: Incident): boolean {
    let seenMs = toMs - fromMs
    for (const out of this.#outages) {
      if (out.kind === 'clock' || out.kind === 'disk') continue
      seenMs -= Math.max(0, Math.min(toMs, out.toMs) - Math.max(fromMs, out.fromMs))
    }
    return seenMs >= ASKED_MS_MIN
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

  /** Messages that were taken beyond the one that each beginning and each end needs; not about a clock step. */
  surplus(): { readonly needed: number; readonly needless: readonly string[] } {
    const [needed, needless] = [[], []] as [Told[], Told[]]
    const taken = new Map<string, Told[]>()
    const stepped = new Set(this.all.filter((one) => this.#hadStep(one)).map(({ id }) => id))
    for (const one of this.told.filter(({ wasTaken, id }) => wasTaken && !stepped.has(id))) {
      const key = `${one.id} ${one.status}`
      const before = taken.get(key) ?? []
      taken.set(key, [...before, one])
      if (before.length > 0) (this.#hadToBeRepeated(before.at(-1)!) ? needed : needless).push(one)
    }
    const shown = needless.map(({ id, status }) => {
      const all = taken.get(`${id} ${status}`) ?? []
      return `${status} of ${id} at ${all.map(({ atMs }) => new Date(atMs).toISOString().slice(11, 19)).join(', ')}`
    })
    return { needed: needed.length, needless: shown }
  }

  /** Weir did not hear that it was taken, or was ended before it had written that down. */
  #hadToBeRepeated({ wasHeard, atMs }: Told): boolean {
    return (
      !wasHeard ||
      this.#outages.some(
        ({ kind, fromMs, toMs }) =>
          UNWRITTEN.has(kind) && fromMs < atMs + UNWRITTEN_MS && toMs > atMs - UNWRITTEN_MS,
      )
    )
  }

  /** Ends that were told while the incident went on. */
  get early(): number {
    return this.told.filter(
      ({ id, status, atMs }) =>
        status === 'resolved' && this.owed.some((one) => one.id === id && atMs < one.toMs),
    ).length
  }

  /** Each incident is a series, 1 while it lasts; all that are not long over are written each second. */
  async #write(weir: KeptWeir): Promise<void> {
    this.#outages = weir.outages
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
      const during = written.filter(({ toMs }) => timeMs < toMs)
      // Nobody waits for the answer: the next second's samples are due, and a late one helps no rule.
      void this.#see(during, timeMs, sendBody(weir.url, body))
      written = written.filter(({ toMs }) => timeMs < toMs + CALM_MS)
      await pause(Math.max(0, timeMs + 1000 - Date.now()))
    }
  }

  async #see(
    during: readonly Incident[],
    timeMs: number,
    acknowledged: Promise<void>,
  ): Promise<void> {
    const wasTaken = await acknowledged.then(
      () => true,
      () => false,
    )
    if (!wasTaken || Date.now() > timeMs + LATE_MS) return
    for (const incident of during) incident.seen++
  }

  async #take(text: string, response: ServerResponse): Promise<void> {
    const body = JSON.parse(text) as {
      readonly alerts: readonly {
        readonly status: string
        readonly labels: Readonly<Record<string, string>>
      }[]
    }
    const lie = this.#lie()
    this.lies.set(lie, (this.lies.get(lie) ?? 0) + 1)
    const wasHeard = lie === 'none' || lie === 'slow'
    const wasTaken = wasHeard || lie === 'reset after taking'
    const atMs = Date.now()
    const told = body.alerts
      .filter(({ labels }) => labels['alertname'] === 'SoakIncident')
      .map(({ status, labels }) => {
        return { id: Number(labels['incident']), status, atMs, wasTaken, wasHeard }
      })
    this.told.push(...told)
    response.once('close', () => {
      if (response.writableFinished && Date.now() < atMs + HEARD_MS) return
      for (const one of told) one.wasHeard = false
    })
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
    if (this.mood === 'honest') return 'none'
    if (this.mood === 'slow') return this.#chance.pick(['slow', 'hangs'])
    if (this.mood === 'refusing') return this.#chance.pick(['500', '429', 'hangs'])
    if (this.#chance.next() < 0.7) return 'none'
    return this.#chance.pick(['500', '429', 'reset after taking', 'slow', 'hangs'])
  }
}
