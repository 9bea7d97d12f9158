import { randomUUID } from 'node:crypto'
import {
  type Clock,
  type KeyValueChange,
  type KeyValueStore,
  type Labels,
  WeirError,
} from '@weir/model'
import { type SharedPart, type SharedValue, nextVersion } from '../cluster/shared-part.ts'
import { MATCHER_BYTES_MAX, expressionBudget } from '../route/expression-budget.ts'
import type { MatcherMode } from '../route/matcher-mode.ts'
import type { Silencer } from '../route/muting.ts'
import type { AlertingEvents } from '../telemetry.ts'
import {
  type Silence,
  type SilenceDraft,
  type SilenceState,
  type SilenceView,
  canBecome,
  compareSilences,
  expiredSilence,
  invalid,
  readSilence,
  silenceMatchers,
  silenceState,
} from './silence.ts'
import { SilenceIndex } from './silence-index.ts'

/** The silences that are known, and how to change them. A change is on disk once its promise resolves. */
export interface Silences extends Silencer {
  /** In Alertmanager's order: active, pending, ended. */
  list(): SilenceView[]
  get(id: string): SilenceView | undefined
  /** How many there are in each state. */
  counts(): Readonly<Record<SilenceState, number>>
  /**
   * Makes a silence, or changes the one whose id is given. The id stays when only what is yet to come
   * changes (the end; of a pending one also the start); else the old one ends and a new one begins.
   *
   * @returns its id
   * @throws {WeirError} `SILENCE_INVALID`, `SILENCE_UNKNOWN`, `SILENCE_LIMIT`, `MATCHER_LIMIT`
   */
  set(draft: SilenceDraft): Promise<string>
  /**
   * Ends a silence now; one that has ended stays as it is.
   *
   * @throws {WeirError} `SILENCE_UNKNOWN`
   */
  expire(id: string): Promise<void>
}

/** Bounds of what is kept. */
export interface SilenceLimits {
  /** Silences, ended ones counted. */
  readonly countMax: number
  /** Bytes of one on disk. */
  readonly bytesMax: number
  /** Its regular expressions in all, repetitions written out. */
  readonly matcherBytesMax: number
  /** How long an ended one can still be looked at. */
  readonly retentionMs: number
}

const SILENCE_LIMITS: SilenceLimits = {
  countMax: 10_000,
  bytesMax: 64 * 1024,
  matcherBytesMax: MATCHER_BYTES_MAX,
  retentionMs: 120 * 3_600_000,
}

const PREFIX = 'alerting/silences/'

export interface StoredSilencesOptions {
  readonly store: KeyValueStore
  readonly clock: Clock
  readonly events: AlertingEvents
  readonly mode: () => MatcherMode
  readonly limits?: Partial<SilenceLimits>
  /** Hears of what is made, changed and ended here. */
  readonly changed?: (id: string) => void
}

/** Silences on disk: one write a change. */
export class StoredSilences implements Silences, SharedPart {
  readonly name = 'silences'
  readonly #options: StoredSilencesOptions
  readonly #limits: SilenceLimits
  readonly #silences = new Map<string, Silence>()
  readonly #index = new SilenceIndex()
  /** Changes come one after the other: each is checked against what the one before left. */
  #changing: Promise<unknown> = Promise.resolve()

  constructor(options: StoredSilencesOptions) {
    this.#options = options
    this.#limits = { ...SILENCE_LIMITS, ...options.limits }
    for (const [, value] of options.store.entries(PREFIX)) this.#keep(value as Silence)
  }

  keys(): Iterable<string> {
    return this.#silences.keys()
  }

  /** With peers the newest `updatedMs` counts, of an end too. */
  async merge(records: readonly SharedValue[]): Promise<readonly string[]> {
    return this.#inTurn(async () => {
      const { events, clock, store } = this.#options
      const nowMs = clock.now()
      const newer = new Map<string, Silence>()
      for (const { key, value } of records) {
        const silence = readSilence(key, value, this.#limits)
        if (silence === undefined) events.peerRecordRefused(this.name)
        else if (this.#isNewer(silence, nowMs)) newer.set(key, silence)
      }
      const unknown = [...newer.keys()].filter((id) => !this.#silences.has(id))
      for (const id of unknown.slice(Math.max(this.#limits.countMax - this.#silences.size, 0))) {
        newer.delete(id)
        events.silenceRefused('count')
      }
      const changes = [...newer].map(([id, value]) => ({ key: PREFIX + id, value }))
      if (changes.length > 0) await store.write(changes)
      for (const silence of newer.values()) this.#keep(silence)
      return [...newer.keys()]
    })
  }

  #isNewer(silence: Silence, nowMs: number): boolean {
    const known = this.#silences.get(silence.id)
    if (known !== undefined) return known.updatedMs < silence.updatedMs
    return silence.endsAtMs + this.#limits.retentionMs > nowMs
  }

  silencedBy(labels: Labels, nowMs: number): readonly string[] {
    const met = this.#index.met(labels)
    if (met.length === 0) return NONE
    return met
      .filter(({ startsAtMs, endsAtMs }) => startsAtMs <= nowMs && nowMs < endsAtMs)
      .map(({ id }) => id)
  }

  list(): SilenceView[] {
    return [...this.#silences.values()].map((one) => this.#view(one)).toSorted(compareSilences)
  }

  get(id: string): SilenceView | undefined {
    const silence = this.#silences.get(id)
    return silence === undefined ? undefined : this.#view(silence)
  }

  counts(): Readonly<Record<SilenceState, number>> {
    const nowMs = this.#options.clock.now()
    const counts = { active: 0, pending: 0, expired: 0 }
    for (const one of this.#silences.values()) counts[silenceState(one, nowMs)]++
    return counts
  }

  #view(silence: Silence): SilenceView {
    return { ...silence, state: silenceState(silence, this.#options.clock.now()) }
  }

  async set(draft: SilenceDraft): Promise<string> {
    return this.#inTurn(async () => {
      const nowMs = this.#options.clock.now()
      this.#check(draft, nowMs)
      const before = draft.id === undefined ? undefined : this.#known(draft.id)
      if (before !== undefined && canBecome(before, draft, nowMs)) {
        const changed = silenceOf(draft, before.id, nextVersion(nowMs, before.updatedMs))
        await this.#write([changed])
        return changed.id
      }
      if (this.#silences.size >= this.#limits.countMax) {
        throw this.#refused('count', `there are ${this.#limits.countMax} (${LIMIT_KEY})`)
      }
      const startsAtMs = Math.max(draft.startsAtMs, nowMs)
      const silence = silenceOf({ ...draft, startsAtMs }, randomUUID(), nowMs)
      const hasToEnd = before !== undefined && silenceState(before, nowMs) !== 'expired'
      await this.#write(hasToEnd ? [expiredSilence(before, nowMs), silence] : [silence])
      return silence.id
    })
  }

  async expire(id: string): Promise<void> {
    await this.#inTurn(async () => {
      const nowMs = this.#options.clock.now()
      const silence = this.#known(id)
      if (silenceState(silence, nowMs) === 'expired') return
      await this.#write([expiredSilence(silence, nowMs)])
    })
  }

  /** Forgets silences that ended longer ago than they are kept. */
  async collect(): Promise<void> {
    await this.#inTurn(async () => {
      const { store, clock } = this.#options
      const nowMs = clock.now()
      const over = [...this.#silences.values()].filter(({ endsAtMs }) => endsAtMs <= nowMs)
      for (const { id } of over) this.#index.remove(id)
      const old = over.filter(({ endsAtMs }) => endsAtMs + this.#limits.retentionMs <= nowMs)
      if (old.length === 0) return
      await store.write(old.map(({ id }) => ({ key: PREFIX + id, value: undefined })))
      for (const { id } of old) this.#silences.delete(id)
    })
  }

  #check(draft: SilenceDraft, nowMs: number): void {
    if (draft.startsAtMs >= draft.endsAtMs) throw invalid('start time must be before end time')
    if (draft.endsAtMs < nowMs) throw invalid("end time can't be in the past")
    const { matcherBytesMax } = this.#limits
    silenceMatchers(draft.matchers, this.#options.mode(), expressionBudget(matcherBytesMax))
  }

  #known(id: string): Silence {
    const silence = this.#silences.get(id)
    if (silence !== undefined) return silence
    throw new WeirError('SILENCE_UNKNOWN', `Cannot find silence ${JSON.stringify(id)}`)
  }

  #refused(reason: 'count' | 'size', why: string): WeirError {
    this.#options.events.silenceRefused(reason)
    return new WeirError('SILENCE_LIMIT', `Cannot keep a silence: ${why}`)
  }

  async #inTurn<T>(change: () => Promise<T>): Promise<T> {
    const turn = this.#changing.then(change)
    this.#changing = turn.catch(() => undefined)
    return turn
  }

  /** All or nothing, and known only once it is on disk. */
  async #write(silences: readonly Silence[]): Promise<void> {
    const changes: KeyValueChange[] = silences.map((one) => ({ key: PREFIX + one.id, value: one }))
    for (const { value } of changes) {
      const bytes = Buffer.byteLength(JSON.stringify(value))
      const { bytesMax } = this.#limits
      if (bytes > bytesMax) {
        const why = `want at most ${bytesMax} bytes (notifications.max_silence_bytes), got ${bytes}`
        throw this.#refused('size', why)
      }
    }
    await this.#options.store.write(changes)
    for (const silence of silences) {
      this.#keep(silence)
      this.#options.changed?.(silence.id)
    }
  }

  #keep(silence: Silence): void {
    this.#silences.set(silence.id, silence)
    if (silenceState(silence, this.#options.clock.now()) === 'expired') {
      this.#index.remove(silence.id)
      return
    }
    const { id, startsAtMs, endsAtMs } = silence
    const matchers = silenceMatchers(silence.matchers, 'utf8') // another mode held when it was made
    this.#index.set({ id, startsAtMs, endsAtMs, matchers })
  }
}

const NONE: readonly string[] = []
const LIMIT_KEY = 'notifications.max_silences'

/** A copy without anything that was given beyond it. */
function silenceOf(draft: SilenceDraft, id: string, updatedMs: number): Silence {
  return {
    id,
    matchers: draft.matchers.map(({ name, operator, value }) => ({ name, operator, value })),
    startsAtMs: draft.startsAtMs,
    endsAtMs: draft.endsAtMs,
    createdBy: draft.createdBy,
    comment: draft.comment,
    annotations: draft.annotations,
    updatedMs,
  }
}
