import type { Clock, RejectReason } from '@weir/model'

/** What a protocol knows of its senders' series, as much as is thrown away together. */
export interface Generation {
  /** Series that are known. */
  readonly seriesCount: number
  /** What they take. */
  readonly heldBytes: number
  /** Gives the appender its numbers back. */
  release(): void
}

/** After this long a generation of series holds what is alive; more than twice that is mostly dead. */
const SETTLED_MS = 10 * 60_000
const ALWAYS_KEPT = 50_000
/** Past so many bytes, and so many more for each series, a generation ends whatever its age: somebody writes monsters. */
const HELD_BYTES_MAX = 64 * 2 ** 20
const HELD_BYTES_A_SERIES = 512

/** Of samples whose series has no place in the store: what is known of it is of no use. */
const HOMELESS: readonly RejectReason[] = [
  'series_limit',
  'metric_series_limit',
  'label_limit',
  'bad_labels',
  'token_series_limit',
]

/**
 * Series that have ended would pile up: senders do not say so. When more than twice as many are known
 * as a young generation had, a new generation begins, in which those that live are met again; the old
 * one's numbers go back to the appender a while later, so that the living ones keep theirs.
 *
 * Series that are refused are known too, and their number has no end: past as many refused samples as half of what
 * is known, and some, all is forgotten. A flood of them takes memory for twice the living and {@link ALWAYS_KEPT}
 * at most, and costs the living one more naming for each as many samples.
 */
export class Generations<G extends Generation> {
  readonly #make: () => G
  readonly #clock: Clock
  #current: G
  #sinceMs: number
  /** How many series this generation had when it was settled; 0 before. */
  #settled = 0
  /** Samples that were refused in this generation because of their series. */
  #refused = 0
  #before: G | undefined

  constructor(make: () => G, clock: Clock) {
    this.#make = make
    this.#clock = clock
    this.#current = make()
    this.#sinceMs = clock.monotonicMs()
  }

  /** Series that are known, those of the generation before not counted. */
  get seriesCount(): number {
    return this.#current.seriesCount
  }

  /** What of a request was refused, by reason: by who queued it, and by the store. */
  refused(
    queued: ReadonlyMap<string, number>,
    stored: Readonly<Partial<Record<RejectReason, number>>>,
  ): void {
    for (const reason of HOMELESS) {
      this.#refused += (queued.get(reason) ?? 0) + (stored[reason] ?? 0)
    }
  }

  /** The generation for the next request. Ask once a request: series numbers of another one mean nothing. */
  current(): G {
    const ageMs = this.#clock.monotonicMs() - this.#sinceMs
    const { seriesCount, heldBytes } = this.#current
    if (ageMs >= SETTLED_MS && this.#settled === 0) {
      this.#settled = seriesCount + 1
      this.#releaseBefore()
    }
    const isFlooded = this.#refused > ALWAYS_KEPT + seriesCount / 2
    const isFull = isFlooded || heldBytes > HELD_BYTES_MAX + HELD_BYTES_A_SERIES * seriesCount
    const isStale = this.#settled > 0 && seriesCount > 2 * this.#settled + ALWAYS_KEPT
    if (isFull || isStale) this.#renew(isFull)
    return this.#current
  }

  /** Gives back all that is known: nothing more will be asked. */
  end(): void {
    this.#releaseBefore()
    this.#current.release()
  }

  #renew(isFull: boolean): void {
    this.#releaseBefore()
    this.#before = this.#current
    if (isFull) this.#releaseBefore() // memory first: the living are named anew
    this.#current = this.#make()
    this.#sinceMs = this.#clock.monotonicMs()
    this.#settled = 0
    this.#refused = 0
  }

  #releaseBefore(): void {
    this.#before?.release()
    this.#before = undefined
  }
}
