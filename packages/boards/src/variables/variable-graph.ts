/** Which variables need which others, and the order in which they are asked for. */
import { mentionedIn } from '../scope/interpolate.ts'
import type { Variable } from '../variable.ts'

export interface VariableGraph {
  /** Names, each after those that it needs; those of a circle are not in it. */
  readonly order: readonly string[]
  /** What each one mentions, among the variables of the board. */
  readonly needs: ReadonlyMap<string, readonly string[]>
  /** Variables that need each other in a circle, or need one that does: they cannot be asked for. */
  readonly stuck: readonly string[]
}

export function variableGraph(variables: readonly Variable[]): VariableGraph {
  const names = new Set(variables.map(({ name }) => name))
  const needs = new Map(
    variables.map((variable) => [
      variable.name,
      mentions(variable).filter((name) => names.has(name)),
    ]),
  )
  const order: string[] = []
  const done = new Set<string>()
  let left = variables.map(({ name }) => name)
  for (;;) {
    const ready = left.filter((name) => needs.get(name)!.every((other) => done.has(other)))
    if (ready.length === 0) return { order, needs, stuck: left }
    for (const name of ready) {
      done.add(name)
      order.push(name)
    }
    left = left.filter((name) => !done.has(name))
  }
}

/** All that have to be asked again when a variable has changed, in order; not the variable itself. */
export function dependantsOf(name: string, { order, needs }: VariableGraph): readonly string[] {
  const touched = new Set([name])
  for (const other of order) {
    if (needs.get(other)!.some((needed) => touched.has(needed))) touched.add(other)
  }
  touched.delete(name)
  return order.filter((other) => touched.has(other))
}

function mentions(variable: Variable): readonly string[] {
  if (variable.type !== 'query') return []
  // The data source is always Weir: what it is called decides nothing.
  return mentionedIn(`${variable.query}\n${variable.regex}`)
}
