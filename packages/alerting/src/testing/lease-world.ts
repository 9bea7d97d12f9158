import type { Clock, Millis } from '@weir/model'
import { Lease } from '../cluster/lease/lease.ts'
import type { LeaseRequest } from '../cluster/lease/terms.ts'
import { Voter } from '../cluster/lease/voter.ts'
import { ManualClock } from './manual-clock.ts'
import { MemoryStore } from './memory-rooms.ts'

/** Numbers of chance from a seed. */
export function randomFrom(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

export interface LeaseWorldOptions {
  readonly count: number
  readonly timeMs: number
  readonly random: () => number
  /** By how much clocks run differently at most. */
  readonly drift: number
}

/**
 * Weirs that vote, on machines whose clocks differ and run differently, with a network between them that
 * loses and delays, all on one clock that stands still until it is moved.
 */
export class LeaseWorld {
  readonly clock = new ManualClock(Date.parse('2026-05-01T12:00:00Z'))
  readonly nodes: readonly LeaseNode[]
  readonly options: LeaseWorldOptions
  /** Share of messages that get lost, each way. */
  loss = 0
  delayMaxMs = 0
  /** Who can be reached by whom: those with the same number. */
  sides: number[]
  /** Terms in which somebody held, with who did. */
  readonly terms = new Map<number, string>()

  constructor(options: LeaseWorldOptions) {
    this.options = options
    const names = Array.from({ length: options.count }, (_, i) => i)
    this.sides = names.map(() => 0)
    this.nodes = names.map((i) => new LeaseNode(this, i))
  }

  holders(): string[] {
    return this.nodes.filter(({ isHeld }) => isHeld).map(({ name }) => name)
  }

  /** One way of a message. */
  async carry(from: number, to: number): Promise<void> {
    const { random } = this.options
    await this.clock.sleep(Math.round(random() * this.delayMaxMs))
    if (this.sides[from] !== this.sides[to] || random() < this.loss) throw new Error('lost')
  }

  async end(): Promise<void> {
    const ending = Promise.all(this.nodes.map((node) => node.stop()))
    await this.clock.advance(60_000)
    await ending
  }
}

export class LeaseNode {
  readonly name: string
  readonly #world: LeaseWorld
  readonly #index: number
  readonly #rate: number
  readonly #skewMs: number
  #store = new MemoryStore()
  #life = 0
  #voter: Voter | undefined
  #lease: Lease | undefined
  /** Wakes at this moment of the world; what elapses until then, its own clock does not know. */
  #sleepsUntilMs = 0
  #sleptMs = 0

  constructor(world: LeaseWorld, index: number) {
    const { random, drift } = world.options
    this.#world = world
    this.#index = index
    this.name = `n${index}`
    this.#rate = 1 + (random() * 2 - 1) * (drift / 2)
    this.#skewMs = Math.round((random() * 2 - 1) * 3_600_000)
    this.start()
  }

  get isUp(): boolean {
    return this.#lease !== undefined
  }

  get #isAsleep(): boolean {
    return this.#world.clock.monotonicMs() < this.#sleepsUntilMs
  }

  /** Whether it would do what one alone may do. */
  get isHeld(): boolean {
    return this.#lease?.isHeld === true && !this.#isAsleep
  }

  view(): ReturnType<Lease['view']> {
    return this.#lease!.view()
  }

  start(): void {
    const { timeMs, random } = this.#world.options
    const life = `${this.name}/${++this.#life}`
    const clock = this.#clock()
    const voter = new Voter({ store: this.#store, clock, timeMs })
    const candidate = { name: this.name, life }
    const others = this.#world.options.count
    const ballots = Array.from({ length: others }, (_, i) => i)
      .filter((i) => i !== this.#index)
      .map((i) => ({
        address: `n${i}`,
        isSelf: false,
        ask: async (request: LeaseRequest) => {
          await this.#world.carry(this.#index, i)
          const answer = await this.#world.nodes[i]!.answer(candidate, request)
          await this.#world.carry(i, this.#index)
          return { name: `n${i}`, answer }
        },
      }))
    const lease = new Lease({
      candidate,
      isCandidate: true,
      timeMs,
      voter,
      ballots,
      clock,
      random,
      gained: (term) => {
        if (this.#lease !== lease) return // what was killed wakes once more, and has nothing to say
        if (this.#world.terms.has(term)) throw new Error(`BUG: term ${term} was held twice`)
        this.#world.terms.set(term, life)
      },
      lost: () => undefined,
    })
    this.#voter = voter
    this.#lease = lease
    lease.start()
  }

  async answer(
    from: { readonly name: string; readonly life: string },
    request: LeaseRequest,
  ): ReturnType<Voter['answer']> {
    const voter = this.#voter
    while (this.#isAsleep) {
      await this.#world.clock.sleep(this.#sleepsUntilMs - this.#world.clock.monotonicMs())
    }
    if (voter === undefined || voter !== this.#voter) throw new Error('refused')
    return voter.answer(from, request)
  }

  /** @param withDisk whether what it wrote is gone too */
  kill(withDisk: boolean): void {
    const disk = withDisk ? undefined : this.#store.snapshot()
    this.#store.failure = new Error('killed')
    this.#store = new MemoryStore(disk)
    void this.#lease?.[Symbol.asyncDispose]().catch(() => undefined)
    this.#lease = undefined
    this.#voter = undefined
  }

  async stop(): Promise<void> {
    const lease = this.#lease
    await lease?.[Symbol.asyncDispose]()
    this.#lease = undefined
    this.#voter = undefined
  }

  /** The machine sleeps: only its wall clock goes on. */
  sleep(ms: number): void {
    if (this.#isAsleep) return
    this.#sleepsUntilMs = this.#world.clock.monotonicMs() + ms
    this.#sleptMs += ms
  }

  #clock(): Clock {
    const world = this.#world.clock
    const own = (): number => {
      const nowMs = world.monotonicMs()
      const asleepMs = Math.max(this.#sleepsUntilMs - nowMs, 0)
      return (nowMs - (this.#sleptMs - asleepMs)) * this.#rate
    }
    return {
      now: () => Math.round(world.now() + this.#skewMs) as Millis,
      monotonicMs: own,
      sleep: async (ms, signal) => {
        const untilMs = own() + ms
        do {
          const leftMs = Math.max(untilMs - own(), 0) / this.#rate
          const asleepMs = Math.max(this.#sleepsUntilMs - world.monotonicMs(), 0)
          await world.sleep(Math.max(Math.ceil(leftMs + asleepMs), 1), signal)
        } while (own() < untilMs)
      },
    }
  }
}
