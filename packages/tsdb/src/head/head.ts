import type { Clock } from '@weir/model'

import { Arena, type ArenaNews } from './arena.ts'
import { Pool } from './pool.ts'

/** Late samples are gathered a day at a time, so that a month of history is thirty arenas and not thousands. */
const LATE_SPAN_MS = 86_400_000

/**
 * The head windows, by time.
 *
 * Time is cut at `sealedUntilMs`: at and after it lie short windows, each its own arena; before it
 * everything is sealed already (or will be in a moment), and what still comes goes to a late arena,
 * to be sealed beside what is there. So a sample of one series and time can be in one open arena only.
 */
export class Head {
  readonly pool = new Pool()
  /** Every arena whose samples are not on disk as sheets, those being sealed included. */
  readonly arenas: Arena[] = []
  sealedUntilMs = Number.NEGATIVE_INFINITY
  /** Newest sample of the whole store, sealed ones included. */
  maxTimeMs = Number.NEGATIVE_INFINITY
  arenaMax = 0
  readonly #open = new Map<number, Arena>()
  readonly #windowMs: number
  readonly #clock: Clock
  readonly #tell: (news: ArenaNews) => void
  readonly #newestCommit: () => number

  constructor(
    windowMs: number,
    clock: Clock,
    tell: (news: ArenaNews) => void,
    newestCommit: () => number,
  ) {
    this.#windowMs = windowMs
    this.#clock = clock
    this.#tell = tell
    this.#newestCommit = newestCommit
  }

  /** The arena that takes samples of this time. */
  find(timeMs: number): Arena {
    const isLate = timeMs < this.sealedUntilMs
    const span = isLate ? LATE_SPAN_MS : this.#windowMs
    const startMs = Math.floor(timeMs / span) * span
    // A late arena ends where the head begins, but its key never meets that of a short window.
    const key = isLate ? startMs - 0.5 : startMs
    return this.#open.get(key) ?? this.add({ startMs, endMs: startMs + span, isLate })
  }

  /** Makes an arena; `id` when it was on disk before. */
  add(window: { startMs: number; endMs: number; isLate: boolean; id?: number }): Arena {
    const id = window.id ?? this.arenaMax + 1
    const createdMs = this.#clock.now()
    const commitBase = this.#newestCommit()
    const arena = new Arena({ ...window, id, createdMs, commitBase }, this.pool, this.#tell)
    this.arenaMax = Math.max(this.arenaMax, id)
    this.arenas.push(arena)
    const isOurs = window.isLate || window.endMs - window.startMs === this.#windowMs
    const key = window.isLate ? window.startMs - 0.5 : window.startMs
    if (isOurs && !this.#open.has(key)) this.#open.set(key, arena)
    else arena.closing = true // made under other settings: it is sealed as it is
    return arena
  }

  /** From now on its samples go elsewhere; it waits to be sealed. */
  close(arena: Arena): void {
    arena.closing = true
    for (const [key, open] of this.#open) if (open === arena) this.#open.delete(key)
  }

  /** Its samples are on disk: gives the memory back, readers of `epoch` permitting. */
  remove(arena: Arena, epoch: number): void {
    this.close(arena)
    const index = this.arenas.indexOf(arena)
    if (index >= 0) this.arenas.splice(index, 1)
    arena.release(epoch)
  }

  get sampleCount(): number {
    return this.arenas.reduce((sum, arena) => sum + arena.sampleCount, 0)
  }
}
