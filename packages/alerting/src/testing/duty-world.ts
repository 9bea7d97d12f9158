import { type Clock, Labels } from '@weir/model'
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
  /** How long its answers take. */
  answerMs = 0
  /** The receiver takes nothing. */
  isReceiverDown = false
  /** What somebody did as the one who evaluates who no longer was, at that very moment. */
  readonly unlawful: string[] = []

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
  /** Resolves when it runs again; undefined while it runs. */
  #paused: { readonly over: Promise<void>; readonly end: () => void } | undefined

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

  /** As SIGSTOP does: nothing of it runs, the clocks do, and what it waited for comes when it is woken. */
  pause(): void {
    let end = (): void => undefined
    const over = new Promise<void>((resolve) => {
      end = resolve
    })
    this.#paused = { over, end }
  }

  wake(): void {
    const paused = this.#paused
    this.#paused = undefined
    paused?.end()
  }

  async #running<T>(work: Promise<T>): Promise<T> {
    const ended = await Promise.allSettled([work])
    while (this.#paused !== undefined) await this.#paused.over
    const [one] = ended
    if (one.status === 'rejected') throw one.reason
    return one.value
  }

  #clock(): Clock {
    const { clock } = this.#world
    return {
      now: () => clock.now(),
      monotonicMs: () => clock.monotonicMs(),
      sleep: (ms, signal) => this.#running(clock.sleep(ms, signal)),
    }
  }

  async start(): Promise<void> {
    const { clock, cut, weirs, heard, options, writers, unlawful } = this.#world
    const name = this.#name
    const store = this.#store
    const fetch: Fetch = async (url, { body }) => {
      if (this.#store !== store) throw new Error('killed')
      if (this.#world.isReceiverDown) {
        return { status: 503, headers: new Headers(), text: async () => '' }
      }
      heard.push({ at: this.#world.seconds, text: `${name} ${textOf(url, String(body))}` })
      return { status: 200, headers: new Headers(), text: async () => '' }
    }
    const doors = options.names
      .filter((other) => other !== name)
      .map((other): PeerDoor => ({
        address: `http://${other}`,
        ask: async (message, signal) => {
          const peer = weirs.get(other)!.#alerting
          if (cut.has(name) || cut.has(other) || peer === undefined) throw new Error('refused')
          if (this.#store !== store) throw new Error('killed')
          // Who is paused does not refuse: its machine takes the message, and it is read when it wakes.
          const reading = weirs.get(other)!.#running(clock.sleep(0))
          const late = clock.sleep(5000, signal)
          late.catch(() => undefined)
          const answering = reading.then(() =>
            peer.peers.answer(JSON.parse(JSON.stringify(message))),
          )
          const answer = await this.#running(Promise.race([answering, late]))
          if (answer === undefined) throw new Error('no answer')
          return JSON.parse(JSON.stringify(answer)) as unknown
        },
      }))
    const appender = new RecordingAppender()
    const commit = appender.commit.bind(appender)
    appender.commit = async () => {
      if (this.lease?.state !== 'held') unlawful.push(`${name} wrote at ${this.#world.seconds}`)
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
      query: async () => {
        const { failing, answerMs } = this.#world
        if (answerMs > 0) await this.#running(clock.sleep(answerMs))
        return failing.map((instance) => ({ labels: Labels.of({ instance }), value: 1 }))
      },
      appender,
      store,
      clock: this.#clock(),
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
