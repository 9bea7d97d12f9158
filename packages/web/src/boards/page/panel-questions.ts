import { type Answer, type PanelQuery, type PlacedPanel, panelQueries } from '@weir/boards'
import type { TargetAnswer } from '../panels/panel-props.ts'
import type { BoardQuestion, PanelResult } from './ask-board.ts'
import type { BoardTime } from './board-time.ts'
import type { Fed } from './feed.ts'

/** A query of a panel, and what it is called among the panel's questions. */
export interface Asked {
  readonly name: string
  readonly query: PanelQuery
  /** How much earlier it is asked for, to compare with; 0: for itself. */
  readonly shiftMs: number
}

/** What a board is compared with. */
export const COMPARISONS = {
  '1d': { ms: 86_400_000, words: 'a day before' },
  '1w': { ms: 7 * 86_400_000, words: 'a week before' },
} as const

export type Comparison = keyof typeof COMPARISONS

export function comparisonOf(text: string | undefined): Comparison | undefined {
  return text === '1d' || text === '1w' ? text : undefined
}

/** Panels whose data is not metrics: they ask by themselves. */
const OWN_DATA = new Set(['alertlist', 'dashlist', 'text', 'row'])

/** What a panel asks at a moment. */
export function askedOf(
  { panel, scope }: PlacedPanel,
  time: BoardTime,
  width: number,
  compare: Comparison | undefined,
): readonly Asked[] {
  if (OWN_DATA.has(panel.type)) return []
  const queries = panelQueries(panel, scope, {
    from: time.fromMs,
    to: time.toMs,
    width,
    isAbsolute: time.isAbsolute,
  })
  const own = queries.map((query, i) => ({ name: `${i}`, query, shiftMs: 0 }))
  if (compare === undefined || panel.type !== 'timeseries') return own
  const { ms } = COMPARISONS[compare]
  return own.flatMap((asked) => {
    const { kind, language } = asked.query
    if (kind !== 'range' || language !== 'promql') return [asked]
    return [asked, { ...asked, name: `${asked.name} before`, shiftMs: ms }]
  })
}

/** As the server takes them, by name. Exemplars are a question of their own. */
export function questionsOf(asked: readonly Asked[]): ReadonlyMap<string, BoardQuestion> {
  const questions = new Map<string, BoardQuestion>()
  for (const { name, query, shiftMs } of asked) {
    const { kind, expr, language, startMs, endMs, stepMs, limit } = query
    const span = { startMs: startMs - shiftMs, endMs: endMs - shiftMs }
    questions.set(name, {
      kind,
      expr,
      ...(language === 'logql' ? { language } : {}),
      ...span,
      ...(kind === 'range' ? { stepMs } : {}),
      ...(limit === undefined ? {} : { limit }),
    })
    if (query.exemplar && shiftMs === 0 && language === 'promql') {
      questions.set(exemplarsName(name), { kind: 'exemplars', expr, ...span })
    }
  }
  return questions
}

export function exemplarsName(name: string): string {
  return `${name} exemplars`
}

/** What a query came to that could not be answered. */
export interface PanelError {
  readonly refId: string
  readonly expr: string
  readonly why: string
}

/** Sorts what a panel was told into answers and errors. */
export function toldOf(
  asked: readonly Asked[],
  { answers }: Pick<Fed<unknown>, 'answers'>,
): {
  readonly answers: readonly TargetAnswer[]
  readonly errors: readonly PanelError[]
  readonly warnings: readonly string[]
} {
  const good: TargetAnswer[] = []
  const errors: PanelError[] = []
  const warnings = new Set<string>()
  for (const { name, query, shiftMs } of asked) {
    const answer = answers.get(name)
    if (answer === undefined) continue
    if (answer.status === 'error') {
      if (shiftMs === 0) errors.push({ refId: query.refId, expr: query.expr, why: answer.error })
      continue
    }
    for (const warning of answer.warnings ?? []) warnings.add(warning)
    const { refId, stepMs, legendFormat, target } = query
    const result = answer.data as PanelResult
    good.push({
      refId,
      target: { ...target, legendFormat, expr: query.expr },
      result,
      stepMs,
      shiftMs,
    })
  }
  return { answers: good, errors, warnings: [...warnings] }
}

/** The shape that `boards` makes frames of. */
export function framesInput(answers: readonly TargetAnswer[]): Answer[] {
  return answers.map(({ target, result, stepMs }) => ({ target, result, stepMs }) as Answer)
}
