import {
  type Choices,
  type Dashboard,
  type Scope,
  type Variable,
  type VariableAnswer,
  type VariableOption,
  type VariablePlan,
  boardScope,
  settledChoice,
  variableGraph,
  variableOptions,
  variablePlan,
} from '@weir/boards'
import type { BoardAnswer, BoardQuestion } from './ask-board.ts'
import type { BoardTime } from './board-time.ts'

/** Variables with their options, and what they stand for. */
export interface Settled {
  readonly scope: Scope
  readonly choices: Choices
  readonly options: ReadonlyMap<string, readonly VariableOption[]>
  /** What is wrong with a variable, by its name. */
  readonly problems: ReadonlyMap<string, string>
}

/** Where choices come from. */
export interface Wanted {
  readonly choices: Choices
  /** Variables whose choice stands in a link that was opened: it stays though it may be none of the options. */
  readonly given: ReadonlySet<string>
  readonly time: BoardTime
  readonly timezone: string
  readonly params: readonly (readonly [name: string, value: string])[]
}

/** Answers to questions of variables by `questionKey`. */
export type Known = ReadonlyMap<string, BoardAnswer>

/**
 * Settles all variables as far as the answers that are known reach. Variables need each other: with each call
 * the questions of one more level come out, all of them together.
 */
export function settle(
  dashboard: Dashboard,
  wanted: Wanted,
  known: Known,
): { readonly settled: Settled; readonly missing: ReadonlyMap<string, BoardQuestion> } {
  const byName = new Map(dashboard.templating.list.map((variable) => [variable.name, variable]))
  const graph = variableGraph(dashboard.templating.list)
  const options = new Map<string, readonly VariableOption[]>()
  const choices = new Map(wanted.choices)
  const problems = new Map(
    graph.stuck.map((name) => [name, 'It needs itself, by way of other variables']),
  )
  const missing = new Map<string, BoardQuestion>()
  const waiting = new Set<string>()
  const scopeNow = (): Scope =>
    boardScope(dashboard, {
      choices,
      options,
      from: wanted.time.fromMs,
      to: wanted.time.toMs,
      range: { from: wanted.time.from, to: wanted.time.to },
      timezone: wanted.timezone,
      urlParams: wanted.params,
    })
  for (const name of graph.order) {
    if (graph.needs.get(name)!.some((needed) => waiting.has(needed))) {
      waiting.add(name)
      continue
    }
    const variable = byName.get(name)!
    const scope = scopeNow()
    const plan = variablePlan(variable, scope)
    const question = questionOf(plan, variable)
    const key = question === undefined ? '' : questionKey(question, variable)
    const answer = known.get(key)
    if (question !== undefined && answer === undefined) {
      missing.set(key, question)
      waiting.add(name)
      continue
    }
    if (answer?.status === 'error') problems.set(name, answer.error)
    const data = answer?.status === 'success' ? (answer.data as VariableAnswer) : undefined
    const found = variableOptions(variable, plan, data, scope)
    if (found.problem !== undefined) problems.set(name, found.problem)
    options.set(name, found.options)
    const isGiven = wanted.given.has(name)
    choices.set(name, settledChoice(variable, found.options, choices.get(name), isGiven))
  }
  return { settled: { scope: scopeNow(), choices, options, problems }, missing }
}

function questionOf(plan: VariablePlan, { name }: Variable): BoardQuestion | undefined {
  if (plan.kind === 'none' || plan.kind === 'broken') return undefined
  const { language, startMs, endMs } = plan
  const span = { language, startMs, endMs }
  switch (plan.kind) {
    case 'labelValues':
      return { kind: 'labelValues', name: plan.label, match: plan.match, ...span }
    case 'metrics':
      return { kind: 'labelValues', name: '__name__', ...span }
    case 'labelNames':
      return { kind: 'labels', ...span }
    case 'series':
      return { kind: 'series', expr: plan.match, ...span }
    case 'instant':
      return { kind: 'instant', expr: plan.expr, ...span }
    default:
      throw new Error(`BUG: no question for ${name}`)
  }
}

/** Answers are kept while the board is open, but for variables that go with the time. */
function questionKey(question: BoardQuestion, variable: Variable): string {
  const { startMs, endMs, ...rest } = question
  const isTimed = variable.type === 'query' && variable.refresh === 2
  return JSON.stringify(isTimed ? [rest, startMs, endMs] : rest)
}
