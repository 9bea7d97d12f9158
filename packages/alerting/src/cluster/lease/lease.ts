import type { Clock } from '@weir/model'
import { type Candidate, DRIFT, type LeaseAnswer, type LeaseRequest } from './terms.ts'
import type { Voter } from './voter.ts'

/** The way to another voter. */
export interface Ballot {
  /** Where it is; not yet an answer to who it is. */
  readonly address: string
  /** That it leads to this very Weir: its vote counts already. */
  readonly isSelf: boolean
  /** @throws when there is no answer */
  ask(
    request: LeaseRequest,
    signal: AbortSignal,
  ): Promise<{ readonly name: string; readonly answer: LeaseAnswer }>
}

export interface LeaseOptions {
  readonly candidate: Candidate
  /** False for a Weir that only votes. */
  readonly isCandidate: boolean
  readonly timeMs: number
  readonly voter: Voter
  readonly ballots: readonly Ballot[]
  readonly clock: Clock
  /** 0 to 1, for pauses that are not the same for all. */
  readonly random: () => number
  /** It is held from now on. `gapMs`: for how long nobody is known to have held it; undefined: not known. */
  readonly gained: (term: number, gapMs: number | undefined) => void
  /** It is held no more, since this very moment at the latest. */
  readonly lost: (term: number) => void
}

export interface LeaseView {
  /** `held` by this one, by an`other`, by `nobody` that this one knows of. */
  readonly state: 'held' | 'other' | 'nobody'
  /** Who holds it, as far as is known here; '' for nobody. */
  readonly holder: string
  readonly term: number
  readonly voters: number
  /** Votes that it takes. */
  readonly majority: number
  readonly isCandidate: boolean
}

/** Renewed so often while it lasts, so that two messages may get lost. */
const RENEWALS = 4
/** Pauses between tries: this part of the time of a lease, and as much again by chance. */
const PAUSES = 12

/** Who asks for the lease and holds it: terms.ts tells how. */
export class Lease implements AsyncDisposable {
  readonly #options: LeaseOptions
  readonly #stop = new AbortController()
  #running: Promise<void> | undefined
  #term = 0
  /** Until then it is held, by either clock. */
  #until: { readonly monotonicMs: number; readonly wallMs: number } | undefined
  #highestTerm = 0

  constructor(options: LeaseOptions) {
    this.#options = options
  }

  start(): void {
    if (!this.#options.isCandidate) return
    this.#running = this.#run().catch((cause: unknown) => {
      if (!this.#stop.signal.aborted) throw cause
    })
  }

  /** Whether it is held at this very moment. To be asked right before what must be done by one alone. */
  get isHeld(): boolean {
    const { clock } = this.#options
    if (this.#until === undefined) return false
    return clock.monotonicMs() < this.#until.monotonicMs && clock.now() < this.#until.wallMs
  }

  get term(): number {
    return this.#term
  }

  view(): LeaseView {
    const { voter, candidate, isCandidate } = this.#options
    const counts = { voters: this.#voters, majority: this.#majority, isCandidate }
    if (this.isHeld) {
      return { state: 'held', holder: candidate.name, term: this.#term, ...counts }
    }
    const { holder, term } = voter
    return { state: holder === '' ? 'nobody' : 'other', holder, term, ...counts }
  }

  get #voters(): number {
    return 1 + this.#options.ballots.filter(({ isSelf }) => !isSelf).length
  }

  get #majority(): number {
    return Math.floor(this.#voters / 2) + 1
  }

  async #run(): Promise<void> {
    for (;;) {
      if (await this.#campaign()) await this.#hold()
      await this.#pause()
    }
  }

  /** True when it is held from now on. */
  async #campaign(): Promise<boolean> {
    const { voter } = this.#options
    if (voter.isBound) {
      await voter.untilFree(this.#stop.signal)
      return false // after the pause: not all of them at once
    }
    const gapMs = voter.unheardMs
    // Asked first, without a promise: who asks in vain must not bind votes that another one needs.
    if (!(await this.#round({ step: 'try', term: this.#nextTerm() }))) return false
    const term = this.#nextTerm()
    if (await this.#round({ step: 'take', term })) {
      this.#term = term
      this.#options.gained(term, gapMs)
      return true
    }
    await this.#giveBack(term)
    this.#highestTerm = Math.max(this.#highestTerm, term)
    return false
  }

  /** Above all that was heard of; the time is in it, so that it grows even when all disks came up empty. */
  #nextTerm(): number {
    const { voter, clock } = this.#options
    const heard = Math.max(voter.term, this.#highestTerm)
    return Math.max(heard + 1, Math.floor(clock.now() / 1000))
  }

  /** Renews until it cannot. */
  async #hold(): Promise<void> {
    const { timeMs, lost } = this.#options
    const term = this.#term
    try {
      for (let everyMs = timeMs / RENEWALS; ;) {
        await this.#sleepWhileHeld(everyMs)
        if (!this.isHeld) return
        const isRenewed = await this.#round({ step: 'take', term })
        everyMs = isRenewed ? timeMs / RENEWALS : timeMs / RENEWALS / 4
      }
    } finally {
      this.#until = undefined
      lost(term)
    }
  }

  /** Not longer than it is held, so that its end is told when it comes. */
  async #sleepWhileHeld(ms: number): Promise<void> {
    const leftMs = this.#until!.monotonicMs - this.#options.clock.monotonicMs()
    await this.#sleep(Math.max(Math.min(ms, leftMs), 0))
  }

  /** Asks all at the same time. Resolves as soon as a majority is there, or cannot be there any more. */
  async #round(question: Pick<LeaseRequest, 'step' | 'term'>): Promise<boolean> {
    const { clock, timeMs, voter, candidate, ballots } = this.#options
    const request = { ...question, timeMs }
    const asked = { monotonicMs: clock.monotonicMs(), wallMs: clock.now() }
    const votes = new Set<string>()
    const count = (name: string, { isGranted, term }: LeaseAnswer): void => {
      this.#highestTerm = Math.max(this.#highestTerm, term)
      // By name: a voter that two addresses lead to has one vote.
      if (isGranted) votes.add(name)
    }
    const over = new AbortController()
    const signal = AbortSignal.any([this.#stop.signal, over.signal])
    const own = voter.answer(candidate, request).then((answer) => count(candidate.name, answer))
    const others = ballots.map(async (ballot) => {
      const { name, answer } = await ballot.ask(request, signal)
      if (!ballot.isSelf) count(name, answer)
    })
    const isWon = await new Promise<boolean>((resolve) => {
      const counted = (): void => {
        if (votes.size >= this.#majority) resolve(true)
      }
      const close = async (): Promise<void> => {
        const all = [own, ...others].map((vote) => vote.then(counted, () => undefined))
        const late = clock.sleep(Math.ceil(timeMs / RENEWALS), signal).catch(() => undefined)
        await Promise.race([Promise.all(all), late])
        over.abort(new Error('its time is over'))
        resolve(false)
      }
      void close()
    })
    if (isWon && request.step === 'take') this.#extend(asked)
    return isWon
  }

  #extend(asked: { readonly monotonicMs: number; readonly wallMs: number }): void {
    const forMs = this.#options.timeMs * (1 - DRIFT)
    this.#until = { monotonicMs: asked.monotonicMs + forMs, wallMs: asked.wallMs + forMs }
  }

  /** As far as they can be reached; the others are free when their time is over. */
  async #giveBack(term: number): Promise<void> {
    const { voter, candidate, ballots, timeMs, clock } = this.#options
    const request = { step: 'free', term, timeMs } as const
    await voter.answer(candidate, request)
    const late = new AbortController()
    const timing = clock.sleep(Math.ceil(timeMs / RENEWALS), late.signal).catch(() => undefined)
    const asking = ballots.map((ballot) => ballot.ask(request, late.signal).catch(() => undefined))
    await Promise.race([Promise.all(asking), timing])
    late.abort(new Error('votes were given back'))
  }

  async #pause(): Promise<void> {
    const { timeMs, random } = this.#options
    await this.#sleep((timeMs / PAUSES) * (1 + random()))
  }

  async #sleep(ms: number): Promise<void> {
    await this.#options.clock.sleep(Math.ceil(ms), this.#stop.signal)
  }

  /** Gives the lease back, so that another one need not wait until its time is over. */
  async [Symbol.asyncDispose](): Promise<void> {
    const wasHeld = this.isHeld
    const term = this.#term
    this.#stop.abort(new Error('the lease is left alone'))
    await this.#running
    if (wasHeld) await this.#giveBack(term)
  }
}
