import type { ChosenSeries, Querier, SelectRequest } from '@weir/model'
import {
  BlockTurns,
  Blocks,
  EveryTurn,
  type Invitation,
  type PartAnswer,
  type Selection,
  type Sharing,
  type Team,
  type Turns,
} from './split.ts'

/** What an invitation says of the query. */
export type SplitQuery = Omit<Invitation, 'series' | 'blocks'>

/** A split pays from about this much work on; below, telling the others costs more than they take over. */
const WORTH_NS = 700_000
const SERIES_NS = 1000
const SAMPLE_NS = 2.5
const STEP_NS = 3
/** How far samples lie apart where nobody knows. */
const INTERVAL_MS = 15_000

/** How long the owner sleeps before it looks whether a helper has died, or nobody wants the answer. */
const PATIENCE_MS = 20

/** The owner's side of a split: invites when the selector is read, and collects at the end. */
export class SplitOwner implements Sharing {
  readonly #team: Team
  readonly #query: () => SplitQuery
  readonly #stepCount: number
  #invitation: Invitation | undefined
  #blocks: Blocks | undefined
  #turns: Turns | undefined

  constructor(team: Team, query: () => SplitQuery, stepCount: number) {
    this.#team = team
    this.#query = query
    this.#stepCount = stepCount
  }

  /** Whether others were invited. */
  get isShared(): boolean {
    return this.#blocks !== undefined
  }

  get position(): number {
    return this.#turns?.at ?? 0
  }

  select(querier: Querier, request: SelectRequest): Selection {
    const set = querier.select(request)
    const { count, chosen } = set
    if (chosen === undefined || !this.#pays(count, request)) {
      return { set, request, turns: (this.#turns = new EveryTurn(count)) }
    }
    const { helperCount } = this.#team
    const numbers = new Uint32Array(new SharedArrayBuffer(count * Uint32Array.BYTES_PER_ELEMENT))
    numbers.set(chosen.numbers)
    const series = { ...chosen, numbers }
    const blocks = Blocks.of(count, helperCount)
    this.#blocks = blocks
    this.#invitation = { ...this.#query(), series, blocks: blocks.shared }
    this.#team.invite(this.#invitation)
    return { set, request, turns: (this.#turns = new BlockTurns(blocks, () => blocks.take())) }
  }

  #pays(count: number, { minMs, maxMs }: SelectRequest): boolean {
    const samples = (maxMs - minMs) / INTERVAL_MS
    const each = SERIES_NS + samples * SAMPLE_NS + this.#stepCount * STEP_NS
    return count * each > WORTH_NS
  }

  /**
   * Waits for the helpers that are at work and hands their answers on.
   *
   * @param take takes an answer in; false when it cannot
   * @param check throws when nobody wants the answer any more
   * @returns a way to do the blocks that are still undone, `undefined` when there are none
   */
  collect(take: (answer: PartAnswer) => boolean, check: () => void): Sharing | undefined {
    const blocks = this.#blocks
    const invitation = this.#invitation
    if (blocks === undefined || invitation === undefined) return undefined
    const done = new Set<number>()
    for (let place = 0; place < this.#team.helperCount; place++) {
      if (blocks.close(place)) continue
      while (!blocks.hasAnswered(place) && !this.#team.isGone(place)) {
        blocks.wait(place, PATIENCE_MS)
        check()
      }
      if (!blocks.hasAnswered(place)) continue
      const answer = this.#team.answerOf(place, invitation)
      if (answer !== undefined && take(answer)) done.add(place)
    }
    const undone = blocks.undone(done)
    if (undone.length === 0) return undefined
    return new SplitAgain(invitation.series, blocks, undone)
  }

  /** The helpers need not go on. */
  stop(): void {
    this.#blocks?.stop()
  }
}

/** The owner does blocks that somebody else left undone. */
class SplitAgain implements Sharing {
  readonly #turns: BlockTurns
  readonly #chosen: ChosenSeries

  constructor(chosen: ChosenSeries, blocks: Blocks, undone: number[]) {
    let next = 0
    this.#chosen = chosen
    this.#turns = new BlockTurns(blocks, () => undone[next++] ?? -1)
  }

  get position(): number {
    return this.#turns.at
  }

  select(querier: Querier, wanted: SelectRequest): Selection {
    const request = { ...wanted, chosen: this.#chosen }
    return { set: querier.select(request), request, turns: this.#turns }
  }
}
