import type { Aggregation } from '../ast.ts'
import { WeirError } from '@weir/model'
import type { Emit } from './emit.ts'
import type { Evaluation, Steps } from './evaluation.ts'
import { isSeriesWise } from './series-wise.ts'
import type { PartAnswer, PartGroup } from './split.ts'
import { SplitOwner } from './split-owner.ts'

/** An aggregation's groups, wherever their series are read. */
export interface Gathering {
  /** Adds a series to its group. */
  readonly add: Emit
  /** This thread's groups, to be sent to the owner; undefined when what was added cannot be sent. */
  part(): readonly PartGroup[] | undefined
  /** Takes in a helper's groups; false (and nothing is changed) when it cannot. */
  merge(groups: readonly PartGroup[]): boolean
}

/** Adds all series below an aggregation, with the help of other threads where that pays. */
export function gather(
  evaluation: Evaluation,
  expr: Aggregation,
  steps: Steps,
  gathering: Gathering,
): void {
  const { team } = evaluation
  if (team === undefined || steps !== evaluation.steps || !isSeriesWise(expr.expr)) {
    evaluation.vector(expr.expr, steps, gathering.add)
    return
  }
  const owner = new SplitOwner(team, evaluation.splitQuery(expr), steps.count)
  const run = (): void => evaluation.vector(expr.expr, steps, gathering.add)
  try {
    evaluation.share(owner, run)
    const again = owner.collect(
      (answer) => takeIn(evaluation, gathering, answer),
      () => evaluation.check(),
    )
    if (again !== undefined) evaluation.share(again, run)
  } finally {
    owner.stop()
  }
}

function takeIn(evaluation: Evaluation, gathering: Gathering, answer: PartAnswer): boolean {
  switch (answer.kind) {
    case 'groups':
      if (!gathering.merge(answer.groups)) return false
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
