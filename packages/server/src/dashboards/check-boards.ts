import {
  type Dashboard,
  type Note,
  type ReadDashboard,
  type Variable,
  boardScope,
  expandRepeats,
  panelQueries,
  readDashboards,
  reviewDashboard,
} from '@weir/boards'
import { parseLogQL } from '@weir/logs'
import { WeirError } from '@weir/model'
import { parseExpr } from '@weir/promql'
import { documentsIn } from './unwrap.ts'

/** What of a dashboard works here. */
export interface CheckedBoard {
  readonly uid: string
  readonly title: string
  /** Rows not counted. */
  readonly panelCount: number
  /** Those that are shown in full. */
  readonly wholeCount: number
  readonly queryCount: number
  readonly variableCount: number
  readonly notes: readonly Note[]
}

/**
 * Looks at the dashboards in a text as importing them would, and reads each query.
 *
 * @throws {WeirError} `DASHBOARD_INVALID` when there is none in it
 */
export function checkBoards(text: string): readonly CheckedBoard[] {
  return documentsIn(text).flatMap((document) => readDashboards(document).dashboards.map(checked))
}

function checked({ dashboard, notes }: ReadDashboard): CheckedBoard {
  const { panels } = reviewDashboard(dashboard)
  const queries = queriesOf(dashboard)
  const broken = queries.filter(({ problem }) => problem !== undefined)
  const unread = new Set(broken.map(({ panelId }) => panelId))
  return {
    uid: dashboard.uid,
    title: dashboard.title,
    panelCount: panels.length,
    wholeCount: panels.filter(
      ({ panel, problems }) => problems.length === 0 && !unread.has(panel.id),
    ).length,
    queryCount: queries.length,
    variableCount: dashboard.templating.list.length,
    notes: [
      ...notes,
      ...broken.map(({ where, problem }): Note => ({ kind: 'broken', where, text: problem! })),
    ],
  }
}

interface CheckedQuery {
  readonly panelId: number
  readonly where: string
  readonly problem?: string
}

/**
 * What a variable stands for is not known here, and decides whether a query can be read: a name, a span
 * or a number. One that can be read with any of them is good.
 */
const STAND_INS = ['x', '5m', '1']

function queriesOf(dashboard: Dashboard): readonly CheckedQuery[] {
  const attempts = STAND_INS.map((value) => problemsWith(dashboard, value))
  return attempts[0]!.map((first, index) => {
    const isGood = attempts.some((attempt) => attempt[index]!.problem === undefined)
    const { problem: _, ...rest } = first
    return isGood ? rest : first
  })
}

function problemsWith(dashboard: Dashboard, value: string): readonly CheckedQuery[] {
  const choices = new Map(
    dashboard.templating.list.map((variable) => [variable.name, choiceOf(variable, value)]),
  )
  const to = 3_600_000
  const scope = boardScope(dashboard, { choices, from: 0, to })
  return expandRepeats(dashboard, scope)
    .filter(({ panel }) => panel.type !== 'row')
    .flatMap(({ panel, scope: inside }) =>
      panelQueries(panel, inside, { from: 0, to, width: 1000 }).map(({ refId, language, expr }) => {
        const problem = problemOf(language, expr)
        const where =
          panel.title === '' ? `panel ${panel.id}` : `panel ${panel.id} "${panel.title}"`
        return {
          panelId: panel.id,
          where,
          ...(problem !== undefined && { problem: `Query ${refId}: ${problem}` }),
        }
      }),
    )
}

function choiceOf(variable: Variable, value: string): string {
  if (variable.type === 'custom') return variable.options[0]?.value ?? value
  if (variable.type === 'interval') return variable.options[0] ?? '1m'
  return variable.type === 'textbox' && variable.query !== '' ? variable.query : value
}

function problemOf(language: 'promql' | 'logql', expr: string): string | undefined {
  try {
    if (language === 'logql') parseLogQL(expr)
    else parseExpr(expr)
    return undefined
  } catch (error) {
    if (error instanceof WeirError) return error.message
    throw error
  }
}
