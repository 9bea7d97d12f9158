/**
 * Whether a state changes too often to be worth telling each time.
 *
 * The last states are kept, and the changes among them are added up, newer ones counting more: the
 * oldest 0.8, the newest 1.2, in between on a straight line. That sum, over the number of changes there
 * could have been, is the share. Above `high` the state flaps, until the share falls below `low`.
 *
 * @see kapacitor:pipeline/alert.go (`flapping`), whose weights and default of 21 states these are
 */
export interface FlappingSpec {
  readonly high: number
  readonly low: number
  /** How many states are kept. */
  readonly states: number
}

const OLDEST_WEIGHT = 0.8
const NEWEST_WEIGHT = 1.2

/** Share of changes among states, oldest first. */
export function changeShare(states: readonly number[]): number {
  const possible = states.length - 1
  if (possible < 1) return 0
  const slope = (NEWEST_WEIGHT - OLDEST_WEIGHT) / Math.max(1, possible - 1)
  let sum = 0
  for (let i = 0; i < possible; i++) {
    if (states[i] !== states[i + 1]) sum += OLDEST_WEIGHT + i * slope
  }
  return sum / possible
}

/** The last states of one alert, 0 being fine. */
class History {
  readonly #states: number[]
  isFlapping: boolean

  constructor(states: readonly number[], isFlapping: boolean) {
    this.#states = [...states]
    this.isFlapping = isFlapping
  }

  push(state: number, { high, low }: FlappingSpec): void {
    this.#states.push(state)
    this.#states.shift()
    const share = changeShare(this.#states)
    this.isFlapping = share > high || (this.isFlapping && share >= low)
  }

  get isQuiet(): boolean {
    return this.#states.every((state) => state === 0)
  }

  toString(): string {
    return `${this.isFlapping ? '~' : ''}${this.#states.join('')}`
  }
}

/** Watches the states of all alerts of a rule. */
export class FlapWatch {
  readonly #spec: FlappingSpec
  #histories = new Map<string, History>()

  constructor(spec: FlappingSpec) {
    this.#spec = spec
  }

  /** Takes the states of one evaluation, by key; a key that is missing is fine. */
  note(states: ReadonlyMap<string, number>): void {
    for (const key of states.keys()) {
      if (this.#histories.has(key)) continue
      const fine = Array.from({ length: this.#spec.states }, () => 0)
      this.#histories.set(key, new History(fine, false))
    }
    for (const [key, history] of this.#histories) {
      history.push(states.get(key) ?? 0, this.#spec)
      if (history.isQuiet) this.#histories.delete(key)
    }
  }

  isFlapping(key: string): boolean {
    return this.#histories.get(key)?.isFlapping === true
  }

  /** The history of a key as a text for {@link restore}; '' when there is none. */
  stored(key: string): string {
    return String(this.#histories.get(key) ?? '')
  }

  restore(key: string, text: string): void {
    const states = Array.from(text.replace('~', ''), Number)
    if (states.length !== this.#spec.states) return // another length was configured since
    this.#histories.set(key, new History(states, text.startsWith('~')))
  }

  takeOver(old: FlapWatch): void {
    for (const key of old.#histories.keys()) this.restore(key, old.stored(key))
  }
}
