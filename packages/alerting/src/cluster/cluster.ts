/**
 * Weirs that stand beside each other with the same rules, so that one of them is enough.
 *
 * Each evaluates, routes and keeps for itself. They share what was told to whom (once it is delivered),
 * silences and marks, and take turns: by name, each waits `peer_timeout` longer than the one before it,
 * and then sees in the log that all has been told. Nobody leads and nobody counts votes: who cannot see
 * the others tells, so that a message comes twice rather than never.
 *
 * Of each thing the newest version wins. A version is a time, but always later than the version it
 * replaces, so that clocks may differ.
 *
 * @see alertmanager:cluster/cluster.go
 */
import { randomBytes, randomUUID } from 'node:crypto'
import { type Clock, type KeyValueStore, WeirError } from '@weir/model'
import type { TurnOrder } from '../route/dispatcher.ts'
import type { AlertingEvents } from '../telemetry.ts'
import { Changes } from './changes.ts'
import { Lease, type LeaseOptions, type LeaseView } from './lease/lease.ts'
import type { LeaseRequest } from './lease/terms.ts'
import { Voter } from './lease/voter.ts'
import {
  type PeerAnswer,
  type PeerIdentity,
  type PeerRecord,
  answered,
  readRequest,
} from './message.ts'
import { type PeerDoor, PeerLink, type PeerView } from './peer-link.ts'
import type { SharedPart } from './shared-part.ts'

export interface PeerOptions {
  /** What this Weir is called among them; a name of chance that is kept unless told. */
  readonly name?: string
  /** The others. This one among them is passed over. */
  readonly doors: readonly PeerDoor[]
  /** How long each waits for the one before it. */
  readonly timeoutMs: number
  /** Rules are evaluated by who holds a lease; by each of them unless told. */
  readonly lease?: PeerLease
}

export interface PeerLease {
  readonly timeMs: number
  /** False for a Weir that votes and evaluates nothing. */
  readonly isCandidate: boolean
}

export interface ClusterView {
  readonly status: 'disabled' | 'settling' | 'ready'
  readonly name: string
  /** Which turn this one has; 0 is the first. */
  readonly position: number
  readonly peers: readonly PeerView[]
  /** Who evaluates the rules; absent where each does. */
  readonly lease?: LeaseView
}

/** The other Weirs. */
export interface Peers {
  view(): ClusterView
  /**
   * Answers one of them.
   *
   * @throws {WeirError} `PEERS_OFF`, `PEER_MESSAGE`
   */
  answer(message: unknown): Promise<object>
}

/** A Weir that stands alone. */
export const NO_PEERS: Peers = {
  view: () => ({ status: 'disabled', name: '', position: 0, peers: [] }),
  answer: () =>
    Promise.reject(
      new WeirError('PEERS_OFF', 'Cannot talk to a peer: want notifications.peers set here too'),
    ),
}

const NOTHING = { records: [], next: 0, isMore: false }

/** By less the way of a message may be the reason. */
const SKEW_MIN_MS = 2000

const NAME_KEY = 'alerting/peer-name'
/** Who was not heard for this many time-outs is not waited for any more. */
const GONE_AFTER_TIMEOUTS = 4
const GONE_MIN_MS = 60_000

export interface ClusterOptions extends PeerOptions {
  readonly store: KeyValueStore
  readonly clock: Clock
  readonly events: AlertingEvents
}

export class Cluster implements Peers, TurnOrder, AsyncDisposable {
  /** Resolves once the peers were heard, or were waited for long enough. */
  readonly settled: Promise<void>
  readonly #options: ClusterOptions
  readonly #identity: PeerIdentity
  readonly #parts = new Map<string, SharedPart>()
  readonly #changes = new Changes()
  readonly #links: readonly PeerLink[]
  readonly #stop = new AbortController()
  /** When each was last heard, by life. */
  readonly #heard = new Map<string, { readonly name: string; readonly atMs: number }>()
  /** Undefined where each evaluates the rules. */
  readonly #voter: Voter | undefined
  #lease: Lease | undefined
  #wasSettled!: () => void
  #isSettled = false

  private constructor(options: ClusterOptions, name: string) {
    this.#options = options
    this.#voter =
      options.lease && new Voter({ ...options.lease, store: options.store, clock: options.clock })
    this.#identity = { name, life: randomUUID() }
    this.settled = new Promise((resolve) => {
      this.#wasSettled = resolve
    })
    const { clock, events } = options
    this.#links = options.doors.map(
      (door) =>
        new PeerLink({
          door,
          identity: this.#identity,
          clock,
          events,
          changes: this.#changes,
          take: (said) => this.#take(said),
          heard: (from) => this.#hear(from),
        }),
    )
  }

  static async open(options: ClusterOptions): Promise<Cluster> {
    const { store } = options
    const kept = store.get(NAME_KEY)
    const name = options.name ?? (typeof kept === 'string' ? kept : randomBytes(6).toString('hex'))
    if (name !== kept) await store.write([{ key: NAME_KEY, value: name }])
    return new Cluster(options, name)
  }

  get name(): string {
    return this.#identity.name
  }

  get isSettled(): boolean {
    return this.#isSettled
  }

  /** Shares one more part; all before {@link start}. */
  share(part: SharedPart): void {
    this.#parts.set(part.name, part)
    for (const key of part.keys()) this.#changes.add(part, key, true)
  }

  /** Something of a part changed here. */
  changed(part: SharedPart, key: string): void {
    this.#changes.add(part, key, true)
    for (const link of this.#links) link.wake()
  }

  start(): void {
    for (const link of this.#links) link.start()
    void this.#settle()
  }

  /** Stands for the lease, once {@link settled}; gives its vote all the time. Where there is one. */
  standForLease(duty: Pick<LeaseOptions, 'gained' | 'lost'>): void {
    const { lease, clock } = this.#options
    if (lease === undefined || this.#voter === undefined || this.#stop.signal.aborted) return
    this.#lease = new Lease({
      ...lease,
      ...duty,
      candidate: this.#identity,
      voter: this.#voter,
      ballots: this.#links,
      clock,
      random: Math.random,
    })
    this.#lease.start()
  }

  /** Whether rules are evaluated by a lease. */
  get hasLease(): boolean {
    return this.#voter !== undefined
  }

  /** Whether this one evaluates the rules, at this very moment. */
  get isOnDuty(): boolean {
    return this.#voter === undefined || this.#lease?.isHeld === true
  }

  /** Of the lease that is held here, or was last. */
  get term(): number {
    return this.#lease?.term ?? 0
  }

  async #settle(): Promise<void> {
    const { clock, timeoutMs } = this.#options
    const bound = clock.sleep(timeoutMs, this.#stop.signal).catch(() => undefined)
    await Promise.race([Promise.all(this.#links.map((link) => link.heardAll)), bound])
    if (this.#stop.signal.aborted) return
    this.#isSettled = true
    this.#wasSettled()
  }

  /** Hears what the others told meanwhile, as far as they answer in time. */
  async catchUp(): Promise<void> {
    const { clock, timeoutMs } = this.#options
    const over = new AbortController()
    const signal = AbortSignal.any([this.#stop.signal, over.signal])
    const late = clock.sleep(timeoutMs, signal).catch(() => undefined)
    const heard = this.#links.map((link) => link.catchUp().catch(() => false))
    await Promise.race([Promise.all(heard), late])
    over.abort(new Error('they were heard'))
  }

  waitMs(): number {
    return this.#position() * this.#options.timeoutMs
  }

  /** Who evaluates the rules tells first: only there are their alerts. */
  #position(): number {
    if (this.#voter !== undefined && this.isOnDuty) return 0
    const before = this.#before()
    const holder = this.#voter?.holder ?? ''
    if (holder !== '' && holder !== this.name) before.add(holder)
    return before.size
  }

  /** Names of those whose turn is before. */
  #before(): Set<string> {
    const { clock, timeoutMs } = this.#options
    const goneMs = Math.max(GONE_AFTER_TIMEOUTS * timeoutMs, GONE_MIN_MS)
    const rank = ({ name, life }: PeerIdentity): string => `${name}\n${life}`
    const own = rank(this.#identity)
    const before = new Set<string>()
    for (const [life, { name, atMs }] of this.#heard) {
      if (clock.monotonicMs() - atMs > goneMs) this.#heard.delete(life)
      else if (rank({ name, life }) < own) before.add(name)
    }
    return before
  }

  view(): ClusterView {
    return {
      status: this.#isSettled ? 'ready' : 'settling',
      name: this.#identity.name,
      position: this.#position(),
      peers: this.#links.filter(({ isSelf }) => !isSelf).map((link) => link.view()),
      ...(this.#lease && { lease: this.#lease.view() }),
    }
  }

  async answer(message: unknown): Promise<object> {
    const request = readRequest(message)
    if (request.from.life === this.#identity.life) return this.#nothing()
    this.#options.events.peerMessage('received')
    this.#hear(request.from)
    switch (request.kind) {
      case 'tell':
        await this.#take(request)
        return this.#nothing()
      case 'pull': {
        const after = request.life === this.#identity.life ? request.after : 0
        return this.#answered(this.#changes.page(after, 'all'))
      }
      case 'lease':
        return this.#answered({ ...NOTHING, ...(await this.#vote(request)) })
      default:
        return request satisfies never
    }
  }

  #nothing(): object {
    return this.#answered(NOTHING)
  }

  async #vote(
    request: LeaseRequest & { readonly from: PeerIdentity },
  ): Promise<Pick<PeerAnswer, 'lease'>> {
    return this.#voter === undefined
      ? {}
      : { lease: await this.#voter.answer(request.from, request) }
  }

  #answered(page: Parameters<typeof answered>[2]): object {
    return answered(this.#identity, this.#options.clock.now(), page)
  }

  #hear(from: PeerIdentity): void {
    for (const [life, { name }] of this.#heard) {
      // A new life of the same one.
      if (name === from.name && life !== from.life) this.#heard.delete(life)
    }
    this.#heard.set(from.life, { name: from.name, atMs: this.#options.clock.monotonicMs() })
    for (const link of this.#links) link.heard(from)
  }

  async #take({
    records,
    atMs,
  }: {
    readonly records: readonly PeerRecord[]
    readonly atMs: number
  }): Promise<void> {
    const aheadMs = atMs - this.#options.clock.now()
    const skewMs = Math.abs(aheadMs) < SKEW_MIN_MS ? 0 : aheadMs
    // What a newer Weir shares and this one does not know is passed over.
    for (const part of this.#parts.values()) {
      const its = records.filter((one) => one.part === part.name)
      if (its.length === 0) continue
      for (const key of await part.merge(its, skewMs)) this.#changes.add(part, key, false)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error('peers are left alone'))
    await this.#lease?.[Symbol.asyncDispose]() // it is given back by the links
    await Promise.all(this.#links.map((link) => link[Symbol.asyncDispose]()))
  }
}
