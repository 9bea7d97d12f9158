import { type Clock, WeirError } from '@weir/model'
import type { AlertingEvents } from '../telemetry.ts'
import type { Changes } from './changes.ts'
import type { Ballot } from './lease/lease.ts'
import type { LeaseRequest } from './lease/terms.ts'
import {
  type PeerAnswer,
  type PeerIdentity,
  type PeerQuestion,
  type PeerRecord,
  asked,
  readAnswer,
} from './message.ts'

/** The way to one peer. */
export interface PeerDoor {
  /** As people know it; without secrets. */
  readonly address: string
  /**
   * Asks it; gives what it answered.
   *
   * @throws when there was no answer, or a refusal
   */
  ask(message: object, signal: AbortSignal): Promise<unknown>
}

export interface PeerView {
  readonly address: string
  /** Empty until it answered. */
  readonly name: string
  readonly isUp: boolean
  /** When it last answered; null for never. */
  readonly answeredMs: number | null
  /** Why it does not answer. */
  readonly error: string
}

export interface PeerLinkOptions {
  readonly door: PeerDoor
  readonly identity: PeerIdentity
  readonly clock: Clock
  readonly events: AlertingEvents
  readonly changes: Changes
  readonly take: (said: {
    readonly atMs: number
    readonly records: readonly PeerRecord[]
  }) => Promise<void>
  readonly heard: (from: PeerIdentity) => void
}

/** Changes are gathered so long before they are told. */
const GATHER_MS = 200
/** How often is asked for what changed there: what was told and got lost comes so. */
const PULL_MS = 60_000
const RETRY_FIRST_MS = 1000
const RETRY_MAX_MS = 15_000

/** Tells one peer what changes here, and asks it for what changed there. */
export class PeerLink implements Ballot, AsyncDisposable {
  readonly #options: PeerLinkOptions
  readonly #stop = new AbortController()
  /** Resolves once everything that the peer knows was heard, or it turned out to be this very Weir. */
  readonly heardAll: Promise<void>
  #wasHeard!: () => void
  #working: Promise<unknown> | undefined
  #wakeTelling = new AbortController()
  #wakePulling = new AbortController()
  #pulled: { readonly life: string; readonly after: number } = { life: '', after: 0 }
  #view: PeerView
  isSelf = false

  constructor(options: PeerLinkOptions) {
    this.#options = options
    this.#view = {
      address: options.door.address,
      name: '',
      isUp: false,
      answeredMs: null,
      error: 'has not answered yet',
    }
    this.heardAll = new Promise((resolve) => {
      this.#wasHeard = resolve
    })
  }

  view(): PeerView {
    return this.#view
  }

  get address(): string {
    return this.#options.door.address
  }

  /** Asks for its vote. Whether it is up, the others find out. */
  async ask(request: LeaseRequest, signal: AbortSignal): ReturnType<Ballot['ask']> {
    const { from, lease } = await this.#ask({ kind: 'lease', ...request }, signal)
    if (lease === undefined) {
      throw new WeirError(
        'PEER_MESSAGE',
        'Cannot count a vote: the peer has none; want the same version of Weir on both sides',
      )
    }
    return { name: from.name, answer: lease }
  }

  start(): void {
    this.#working = Promise.all([this.#goOn(this.#pull), this.#goOn(this.#tell)])
  }

  /** Something changed here. */
  wake(): void {
    this.#wakeTelling.abort(new Error('there is something to tell'))
  }

  /** Somebody of that name was heard: when the peer did not answer, it may now. */
  heard({ name }: PeerIdentity): void {
    const { name: known, isUp } = this.#view
    if (isUp || (known !== '' && known !== name)) return
    this.#wakePulling.abort(new Error('it is there again'))
    this.wake()
  }

  /** Asks at once for what changed there. False when it did not answer. */
  async catchUp(): Promise<boolean> {
    return this.isSelf || this.#attempt(() => this.#pullAll())
  }

  async #goOn(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (cause) {
      if (!this.#stop.signal.aborted) throw cause
    }
  }

  readonly #pull = async (): Promise<void> => {
    for (let failures = 0; ;) {
      const isDone = await this.#attempt(() => this.#pullAll())
      if (this.isSelf) return
      failures = isDone ? 0 : failures + 1
      if (isDone) this.#wasHeard()
      this.#wakePulling = new AbortController()
      await this.#sleep(isDone ? PULL_MS : retryMs(failures), this.#wakePulling.signal)
    }
  }

  async #pullAll(): Promise<void> {
    for (let isMore = true; isMore;) {
      const { life, after } = this.#pulled
      const answer = await this.#ask({ kind: 'pull', life, after })
      if (this.isSelf) return
      await this.#options.take(answer)
      this.#pulled = { life: answer.from.life, after: answer.next }
      isMore = answer.isMore
    }
  }

  readonly #tell = async (): Promise<void> => {
    const { changes } = this.#options
    // What was there before, the peer asks for.
    let told = changes.last
    for (let failures = 0; ;) {
      if (failures > 0 || told < changes.last) {
        await this.#sleep(failures > 0 ? retryMs(failures) : GATHER_MS, this.#stop.signal)
      } else {
        this.#wakeTelling = new AbortController()
        await this.#sleep(PULL_MS, this.#wakeTelling.signal)
      }
      if (this.isSelf) return
      const { records, next } = changes.page(told, 'own')
      const isDone =
        records.length === 0 || (await this.#attempt(() => this.#ask({ kind: 'tell', records })))
      failures = isDone ? 0 : failures + 1
      if (isDone) told = next
    }
  }

  async #ask(question: PeerQuestion, signal: AbortSignal = this.#stop.signal): Promise<PeerAnswer> {
    const { door, identity, clock, events, heard } = this.#options
    const answer = readAnswer(await door.ask(asked(identity, clock.now(), question), signal))
    const { name, life } = answer.from
    if (life === identity.life) {
      this.isSelf = true
      this.#wasHeard()
      this.wake()
      return answer
    }
    events.peerMessage('sent')
    heard(answer.from)
    if (!this.#view.isUp) events.peerUp(door.address, name)
    this.#view = { address: door.address, name, isUp: true, answeredMs: clock.now(), error: '' }
    return answer
  }

  /** False when it has to be tried again. */
  async #attempt(what: () => Promise<unknown>): Promise<boolean> {
    const { door, events } = this.#options
    try {
      await what()
      return true
    } catch (cause) {
      this.#stop.signal.throwIfAborted()
      const error = (cause as Error).message
      const isNews = this.#view.isUp || this.#view.error !== error
      events.peerMessage('failed')
      if (isNews) events.peerDown(door.address, error)
      this.#view = { ...this.#view, isUp: false, error }
      return false
    }
  }

  async #sleep(ms: number, wake: AbortSignal): Promise<void> {
    try {
      await this.#options.clock.sleep(ms, AbortSignal.any([this.#stop.signal, wake]))
    } catch (cause) {
      this.#stop.signal.throwIfAborted()
      if (!wake.aborted) throw cause
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error('peers are left alone'))
    await this.#working
  }
}

function retryMs(failures: number): number {
  return Math.min(RETRY_FIRST_MS * 2 ** Math.min(failures - 1, 10), RETRY_MAX_MS)
}
