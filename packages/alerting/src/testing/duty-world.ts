import { Labels } from '@weir/model'
import { startAlerting } from '../alerting.ts'
import type { PeerDoor } from '../cluster/peer-link.ts'
import type { Fetch } from '../notify/fetch.ts'
import type { Alerting } from '../options.ts'
import { ManualClock } from './manual-clock.ts'
import { MemoryStore, RecordingAppender, recordingTelemetry } from './memory-rooms.ts'
import { START_MS, textOf } from './timeline.ts'

export interface DutyWorldOptions {
  readonly names: readonly string[]
  readonly config: string
  readonly rules: string
  readonly leaseMs?: number
}

/** Several Weirs with the same rules, of which one evaluates them: before the same engine, which answers with what is set here. */
export class DutyWorld {
  readonly clock = new ManualClock(START_MS)
  readonly heard: { readonly at: number; readonly text: string }[] = []
  /** `metric seconds` → who wrote it. */
  readonly writers = new Map<string, Set<string>>()
  readonly weirs = new Map<string, DutyWeir>()
  readonly options: DutyWorldOptions
  /** Cut off from the other Weirs; the engine and the receivers are there for all. */
  readonly cut = new Set<string>()
  /** What the engine answers: instances for which the condition holds. */
  failing: readonly string[] = []

  constructor(options: DutyWorldOptions) {
    this.options = options
    for (const name of options.names) this.weirs.set(name, new DutyWeir(this, name))
  }

  /** Who evaluates the rules; '' for nobody. */
  get holder(): string {
    const held = [...this.weirs].filter(([, { lease }]) => lease?.state === 'held')
    return held.map(([name]) => name).join('+')
  }

  get seconds(): number {
    return (this.clock.monotonicMs() - START_MS) / 1000
  }

  async pass(seconds: number): Promise<void> {
    await this.clock.advance(seconds * 1000)
  }

  /** Until so many seconds after the start. */
  async until(seconds: number): Promise<void> {
    await this.pass(seconds - this.seconds)
  }

  async end(): Promise<void> {
    await Promise.all([...this.weirs.values()].map((weir) => weir.kill()))
  }
}

export class DutyWeir {
  readonly #world: DutyWorld
  readonly #name: string
  #store = new MemoryStore()
  #alerting: Alerting | undefined

  constructor(world: DutyWorld, name: string) {
    this.#world = world
    this.#name = name
  }

  get alerting(): Alerting {
    return this.#alerting!
  }

  get lease(): ReturnType<Alerting['peers']['view']>['lease'] {
    return this.#alerting?.peers.view().lease
  }

  async start(): Promise<void> {
    const { clock, cut, weirs, heard, options, writers } = this.#world
    const name = this.#name
    const store = this.#store
    const fetch: Fetch = async (url, { body }) => {
      if (this.#store !== store) throw new Error('killed')
      heard.push({ at: this.#world.seconds, text: `${name} ${textOf(url, String(body))}` })
      return { status: 200, headers: new Headers(), text: async () => '' }
    }
    const doors = options.names
      .filter((other) => other !== name)
      .map((other): PeerDoor => ({
        address: `http://${other}`,
        ask: async (message) => {
          const peer = weirs.get(other)!.#alerting
          if (cut.has(name) || cut.has(other) || peer === undefined) throw new Error('refused')
          if (this.#store !== store) throw new Error('killed')
          const answer = await peer.peers.answer(JSON.parse(JSON.stringify(message)))
          return JSON.parse(JSON.stringify(answer)) as unknown
        },
      }))
    const appender = new RecordingAppender()
    const commit = appender.commit.bind(appender)
    appender.commit = async () => {
      const from = appender.written.length
      const result = await commit()
      for (const line of appender.written.slice(from)) {
        const [, metric, seconds] = /^(\w+)\{.*\} @(\S+) /.exec(line)!
        const key = `${metric} ${Number(seconds) - START_MS / 1000}`
        writers.set(key, (writers.get(key) ?? new Set()).add(name))
      }
      return result
    }
    this.#alerting = await startAlerting({
      config: { fileName: 'alertmanager.yml', text: options.config },
      ruleFiles: [{ fileName: 'rules.yml', text: options.rules }],
      query: async () =>
        this.#world.failing.map((instance) => ({ labels: Labels.of({ instance }), value: 1 })),
      appender,
      store,
      clock,
      externalUrl: 'http://weir',
      telemetry: recordingTelemetry().telemetry,
      fetch,
      watchdog: false,
      noData: { mode: 'resolve', forMs: 1 },
      peers: {
        name,
        doors,
        timeoutMs: 15_000,
        lease: { timeMs: options.leaseMs ?? 10_000, isCandidate: !name.startsWith('voter') },
      },
    })
  }

  /** Ends it at this moment; its disk stays as it is. */
  async kill(): Promise<void> {
    const disk = this.#store.snapshot()
    this.#store.failure = new Error('killed')
    this.#store = new MemoryStore(disk)
    const killed = this.#alerting
    this.#alerting = undefined
    await Promise.race([killed?.[Symbol.asyncDispose](), this.#world.clock.advance(0)])
  }
}
