import type { Matcher } from '@weir/model'
import { valueTest } from '@weir/promql'
import type { LineCondition, LogSource, LogStream, TimeRange } from '../source.ts'
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
  const { levels, others } = levelsApart(matchers)
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

/** What a selector alone asks for. */
export interface SelectedStreams {
  /** Streams that may have such lines. */
  readonly streams: readonly LogStream[]
  /** What their lines must meet beside. */
  readonly conditions: readonly LineCondition[]
}

/** Streams of a selector, whose matchers on the level are those of their lines where a stream has no such label. */
export function selectedStreams(
  source: LogSource,
  matchers: readonly Matcher[],
  range: TimeRange,
): SelectedStreams {
  const { levels, others } = levelsApart(matchers)
  const tests = levels.map((matcher) => ({ name: matcher.name, test: valueTest(matcher) }))
  const streams = source
    .streams(others, range)
    .filter(({ labels }) =>
      tests.every(({ name, test }) => !labels.has(name) || test(labels.get(name))),
    )
  return { streams, conditions: levels.map(levelCondition) }
}

function levelsApart(matchers: readonly Matcher[]): {
  readonly levels: readonly Matcher[]
  readonly others: readonly Matcher[]
} {
  return {
    levels: matchers.filter(({ name }) => LEVEL_NAMES.has(name)),
    others: matchers.filter(({ name }) => !LEVEL_NAMES.has(name)),
  }
}

function levelCondition({ name, operator, value }: Matcher): LineCondition {
  return { kind: 'value', name, operator, value }
}

function levelStage(matcher: Matcher, start: number): StageRun {
  const test = matcherTest(matcher, start)
  return (state) => test(state.get(matcher.name))
}
