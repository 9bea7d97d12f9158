import type { Clock, KeyValueStore } from '@weir/model'
import { type Candidate, DRIFT, type LeaseAnswer, type LeaseRequest } from './terms.ts'

const KEY = 'alerting/lease-vote'

/** The vote that was given last; on disk before anybody hears of it. */
interface Given extends Candidate {
  readonly term: number
  readonly timeMs: number
}

export interface VoterOptions {
  readonly store: KeyValueStore
  readonly clock: Clock
  /** How long a lease lasts here; a voter that was just started waits so long. */
  readonly timeMs: number
}

/** One vote: terms.ts says when it is given. */
export class Voter {
  readonly #options: VoterOptions
  #given: Given | undefined
  /** Whether {@link #given} was given back, or never was. */
  #isFree = false
  /** The highest that was heard of. */
  #term: number
  /** Until then the vote belongs to whom it was given, on the clock that only goes forward. */
  #boundUntilMs: number
  #freed = new AbortController()
  /** When its holder was heard last; undefined for not in this life. */
  #heardMs: number | undefined

  constructor(options: VoterOptions) {
    this.#options = options
    const { store, clock, timeMs } = options
    this.#given = store.get(KEY) as Given | undefined
    this.#term = this.#given?.term ?? 0
    this.#boundUntilMs = clock.monotonicMs() + boundMs(Math.max(timeMs, this.#given?.timeMs ?? 0))
  }

  get term(): number {
    return this.#term
  }

  /** Who has the vote at this moment, and was heard in this life; '' for nobody. */
  get holder(): string {
    const isKnown = this.isBound && !this.#isFree && this.#heardMs !== undefined
    return isKnown ? (this.#given?.name ?? '') : ''
  }

  get isBound(): boolean {
    return this.#options.clock.monotonicMs() < this.#boundUntilMs
  }

  /** Resolves when the vote can be given, for all that is known now. */
  async untilFree(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options
    while (this.isBound) {
      const freed = this.#freed.signal
      const leftMs = this.#boundUntilMs - clock.monotonicMs()
      await clock
        .sleep(Math.ceil(leftMs) + 1, AbortSignal.any([signal, freed]))
        .catch(() => undefined)
      signal.throwIfAborted()
    }
  }

  /** For how long nobody has used a vote that others had from here; undefined when it is not known. */
  get unheardMs(): number | undefined {
    return this.#heardMs === undefined
      ? undefined
      : this.#options.clock.monotonicMs() - this.#heardMs
  }

  async answer(from: Candidate, request: LeaseRequest): Promise<LeaseAnswer> {
    const { term, step } = request
    const isSame = this.#given?.life === from.life && this.#given.term === term
    switch (step) {
      case 'try':
        return this.#said(!this.isBound && term > this.#term)
      case 'free':
        if (isSame) this.#free()
        return this.#said(isSame)
      case 'take':
        if (isSame && !this.#isFree) {
          this.#bind(request)
          return this.#said(true)
        }
        if (this.isBound || term <= this.#term) return this.#said(false)
        return this.#said(await this.#give(from, request))
      default:
        return step satisfies never
    }
  }

  /** False when it could not be written down: then it is given to nobody, for as long as if it had been. */
  async #give(from: Candidate, request: LeaseRequest): Promise<boolean> {
    const { term, timeMs } = request
    const given = { name: from.name, life: from.life, term, timeMs }
    // Before the write, so that nobody else is given it meanwhile.
    this.#given = given
    this.#isFree = false
    this.#term = term
    this.#bind(request)
    try {
      await this.#options.store.write([{ key: KEY, value: given }])
      return true
    } catch {
      this.#isFree = true
      return false
    }
  }

  #bind({ timeMs }: LeaseRequest): void {
    const nowMs = this.#options.clock.monotonicMs()
    this.#boundUntilMs = Math.max(this.#boundUntilMs, nowMs + boundMs(timeMs))
    this.#heardMs = nowMs
  }

  /** What was given back does not come back: its term is over. */
  #free(): void {
    this.#isFree = true
    this.#boundUntilMs = this.#options.clock.monotonicMs()
    this.#freed.abort(new Error('the vote was given back'))
    this.#freed = new AbortController()
  }

  #said(isGranted: boolean): LeaseAnswer {
    return { isGranted, term: this.#term, holder: this.holder }
  }
}

function boundMs(timeMs: number): number {
  return timeMs * (1 + DRIFT)
}
