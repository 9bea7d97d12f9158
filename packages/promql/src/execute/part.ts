import {
  type ErrorCode,
  type Querier,
  type Queryable,
  type SelectRequest,
  WeirError,
  systemClock,
} from '@weir/model'
import { parseExpr } from '../parse/parse.ts'
import { gatheringOf } from './aggregate.ts'
import { WALK } from './evaluate.ts'
import { Evaluation } from './evaluation.ts'
import { HeldParts } from './held-series.ts'
import { nodeOf } from './series-wise.ts'
import {
  BlockTurns,
  Blocks,
  EveryTurn,
  type Invitation,
  type PartAnswer,
  type Selection,
  type Sharing,
} from './split.ts'

/** How a helper takes part. */
export interface PartRole {
  /** Its own place among the helpers. */
  readonly place: number
  /** Asked between blocks: false when it has something better to do. */
  readonly mayGoOn: () => boolean
  /** Sends the answer to the owner. */
  readonly send: (answer: PartAnswer, transfer: readonly ArrayBuffer[]) => void
}

/** Takes part in another thread's query; does nothing when it comes too late. Never throws. */
export function evaluatePart(queryable: Queryable, invitation: Invitation, role: PartRole): void {
  const share = new PartShare(invitation, role)
  if (share.isLate) return
  let answer: PartAnswer
  try {
    answer = answerOf(queryable, invitation, share)
  } catch (error) {
    answer = { kind: 'failed', code: codeOf(error), message: (error as Error).message }
  }
  if (!share.hasEntered) return
  role.send(answer, answer.kind === 'groups' ? answer.groups.map((one) => one.columns.buffer) : [])
  share.blocks.leave(role.place)
}

function answerOf(queryable: Queryable, invitation: Invitation, share: PartShare): PartAnswer {
  const { options } = invitation
  const tree = parseExpr(invitation.expr, options.features)
  const node = nodeOf(tree, invitation.node)
  if (node === undefined) return { kind: 'unable' }
  const { startMs, endMs, stepMs } = invitation
  using evaluation = new Evaluation(
    WALK,
    queryable,
    { expr: tree, text: undefined, startMs, endMs, stepMs, startedMs: systemClock.monotonicMs() },
    { ...options, isCancelled: () => share.blocks.isStopped },
  )
  const { steps } = evaluation
  const isAggregation = node.kind === 'aggregation'
  const gathering = isAggregation
    ? gatheringOf(evaluation, node, steps)
    : new HeldParts(evaluation, () => undefined)
  if (gathering === undefined) return { kind: 'unable' }
  const vector = isAggregation ? node.expr : node
  evaluation.share(share, () => evaluation.vector(vector, steps, gathering.add))
  const groups = gathering.part()
  return groups === undefined
    ? { kind: 'unable' }
    : { kind: 'groups', groups, counts: evaluation.counts }
}

function codeOf(error: unknown): ErrorCode {
  return error instanceof WeirError ? error.code : 'BUG'
}

/** Reads the blocks that this helper takes. */
class PartShare implements Sharing {
  readonly blocks: Blocks
  readonly #invitation: Invitation
  readonly #role: PartRole
  #turns = new EveryTurn(0) as Selection['turns']
  hasEntered = false

  constructor(invitation: Invitation, role: PartRole) {
    this.blocks = new Blocks(invitation.blocks)
    this.#invitation = invitation
    this.#role = role
  }

  get isLate(): boolean {
    return this.blocks.isStopped || this.blocks.isEmpty
  }

  get position(): number {
    return this.#turns.at
  }

  select(querier: Querier, wanted: SelectRequest): Selection {
    const chosen = this.#invitation.series
    const request = { ...wanted, chosen }
    const set = querier.select(request)
    const { place, mayGoOn } = this.#role
    // Only now, with everything at hand: from here on the owner waits for this thread.
    this.hasEntered = set.count === chosen.numbers.length && this.blocks.enter(place)
    if (this.hasEntered) {
      this.#turns = new BlockTurns(this.blocks, () => (mayGoOn() ? this.blocks.take(place) : -1))
    }
    return { set, request, turns: this.#turns }
  }
}
