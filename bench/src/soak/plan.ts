/** Which fault comes when: by chance, but none is left out. */
import { setTimeout as pause } from 'node:timers/promises'

import type { Chance } from './chance.ts'
import type { Fault } from './faults.ts'

const PAUSE_MS_MAX = 16_000
const PAUSE_MS_MIN = 1500

/** A shuffled pack of cards: each comes up once before one comes up again. */
export class Deck<T> {
  readonly #chance: Chance
  readonly #cards: readonly T[]
  #left: T[] = []

  constructor(cards: readonly T[], chance: Chance) {
    this.#cards = cards
    this.#chance = chance
  }

  deal(): T {
    if (this.#left.length === 0) this.#left = this.#chance.shuffled(this.#cards)
    return this.#left.pop()!
  }
}

/**
 * Plants until a moment, with pauses in between that leave time for all of them. Each is planted once in any case, be
 * it a little later than that.
 */
export async function plantUntil(
  endMs: number,
  faults: readonly Fault[],
  chance: Chance,
  plant: (fault: Fault) => Promise<void>,
): Promise<void> {
  const deck = new Deck(faults, chance)
  const lastsMs = faults.reduce((sum, fault) => sum + fault.lastsMs, 0)
  const roomMs = (endMs - Date.now() - lastsMs) / (faults.length + 1)
  const pauseMs = Math.max(PAUSE_MS_MIN, Math.min(PAUSE_MS_MAX, roomMs))
  for (let i = 0; i < faults.length || Date.now() < endMs; i++) {
    await pause(chance.between(0.5, 1.5) * pauseMs)
    await plant(deck.deal())
  }
}
