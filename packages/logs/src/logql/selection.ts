import type { Matcher } from '@weir/model'
import type { LineCondition } from '../source.ts'
import type { LogExpr } from './ast.ts'
import { type PushedDown, pushedDown } from './conditions.ts'
import { matcherTest } from './pipeline/label-filter.ts'
import type { StageRun } from './pipeline/stage-run.ts'
import { compileStages } from './pipeline/stages.ts'
import type { Wanted } from './pipeline/wanted.ts'

/** Names that tell of a line's severity where the stream has no label of that name. */
const LEVEL_NAMES: ReadonlySet<string> = new Set(['level', 'detected_level'])

/** Which lines a query looks at, and what it does with each. */
export interface Selection extends PushedDown {
  readonly stages: readonly StageRun[]
  /** What the labels of a stream must meet. */
  readonly matchers: readonly Matcher[]
}

/**
 * Sets up a query's selector and stages. A matcher on `level` or `detected_level` chooses lines by their
 * severity; streams that have such a label of their own are chosen by that. Both is one look-up of the name.
 */
export function selectionOf({ matchers, stages, start }: LogExpr, wanted: Wanted): Selection {
  const [levels, others] = [
    matchers.filter(({ name }) => LEVEL_NAMES.has(name)),
    matchers.filter(({ name }) => !LEVEL_NAMES.has(name)),
  ]
  const runs = compileStages(stages, start, wanted)
  const down = pushedDown(stages, wanted)
  return {
    stages: [...levels.map((matcher) => levelStage(matcher, start)), ...runs],
    conditions: [...levels.map(levelCondition), ...down.conditions],
    isExact: down.isExact,
    changesText: down.changesText,
    readsText: down.readsText,
    keepsValue: (name) => down.keepsValue(name),
    matchers: others,
  }
}

function levelCondition({ name, operator, value }: Matcher): LineCondition {
  return { kind: 'value', name, operator, value }
}

function levelStage(matcher: Matcher, start: number): StageRun {
  const test = matcherTest(matcher, start)
  return (state) => test(state.get(matcher.name))
}
