import type { ChosenLabel } from '../ast.ts'
import { matcherTest } from './label-filter.ts'
import { ERROR, ERROR_DETAILS } from './line-state.ts'
import type { StageRun } from './stage-run.ts'

interface Chosen {
  readonly name: string
  readonly test: ((value: string) => boolean) | undefined
}

function compile(labels: readonly ChosenLabel[], start: number): readonly Chosen[] {
  return labels.map(({ name, matcher }) => ({
    name,
    test: matcher === undefined ? undefined : matcherTest(matcher, start),
  }))
}

/** `drop a, b="x"`: labels that are not wanted, an error among them. */
export function compileDrop(labels: readonly ChosenLabel[], start: number): StageRun {
  const chosen = compile(labels, start)
  return (state) => {
    for (const { name, test } of chosen) {
      if (test !== undefined && !test(state.get(name))) continue
      if (name === ERROR) state.error = ''
      else if (name === ERROR_DETAILS) state.errorDetails = ''
      else state.drop(name)
    }
    return true
  }
}

/** `keep a, b="x"`: only these; errors stay. */
export function compileKeep(labels: readonly ChosenLabel[], start: number): StageRun {
  const chosen = compile(labels, start)
  const keeps = (name: string, value: string): boolean =>
    chosen.some((one) => one.name === name && (one.test === undefined || one.test(value)))
  return (state) => {
    state.keepOnly(keeps)
    return true
  }
}
