import type { Expr } from '../ast.ts'
import { WeirError } from '@weir/model'
import type { Emit } from './emit.ts'
import type { Evaluation, Steps } from './evaluation.ts'
import { isSeriesWise } from './series-wise.ts'
import type { PartAnswer, PartGroup } from './split.ts'
import { SplitOwner } from './split-owner.ts'

/** What becomes of series, wherever they are read: groups of an aggregation, or they themselves. */
export interface Gathering {
  /** Adds a series to its group. */
  readonly add: Emit
  /** This thread's groups, to be sent to the owner; undefined when what was added cannot be sent. */
  part(): readonly PartGroup[] | undefined
  /** Takes in a helper's groups; false (and nothing is changed) when it cannot. */
  merge(groups: readonly PartGroup[], stepCount: number): boolean
}

/** What is made in parts: the series of `vector`, for the `node` of the tree that is or wants it. */
export interface Gathered {
  readonly node: Expr
  readonly vector: Expr
}

/** Adds all series of a vector, with the help of other threads where that pays. */
export function gather(
  evaluation: Evaluation,
  { node, vector }: Gathered,
  steps: Steps,
  gathering: Gathering,
): void {
  const { team } = evaluation
  if (team === undefined || steps !== evaluation.steps || !isSeriesWise(vector)) {
    evaluation.vector(vector, steps, gathering.add)
    return
  }
  const owner = new SplitOwner(team, () => evaluation.splitQuery(node), steps.count)
  const run = (): void => evaluation.vector(vector, steps, gathering.add)
  try {
    evaluation.share(owner, run)
    const again = owner.collect(
      (answer) => takeIn(evaluation, gathering, answer, steps),
      () => evaluation.check(),
    )
    if (again !== undefined) evaluation.share(again, run)
  } finally {
    owner.stop()
  }
}

function takeIn(
  evaluation: Evaluation,
  gathering: Gathering,
  answer: PartAnswer,
  steps: Steps,
): boolean {
  switch (answer.kind) {
    case 'groups':
      if (!gathering.merge(answer.groups, steps.count)) return false
      evaluation.addCounts(answer.counts)
      return true
    case 'unable':
      return false
    case 'failed':
      throw new WeirError(answer.code, answer.message)
    default:
      return answer satisfies never
  }
}
