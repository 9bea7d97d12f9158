/** What of a board Weir shows as Grafana does, and what it does not. */
import type { Dashboard, Panel } from '../dashboard.ts'
import type { Note } from '../note.ts'
import { PANEL_TYPES, showsData } from '../panel-types.ts'
import { boardRegex } from '../regex/linear-regex.ts'
import { isKnownTransform } from '../transform/apply.ts'
import type { Variable } from '../variable.ts'
import { variableGraph } from '../variables/variable-graph.ts'

export interface PanelReview {
  readonly panel: Panel
  /** Each a sentence; none: the panel is shown in full. */
  readonly problems: readonly string[]
}

export interface DashboardReview {
  /** Those in closed rows too; rows themselves are none. */
  readonly panels: readonly PanelReview[]
  readonly notes: readonly Note[]
}

/** What is said of a panel with such a query; which one and why is said when it is read. */
export const UNANSWERED = 'A query of it cannot be answered'
const MATCHERS: ReadonlySet<string> = new Set(
  (
    'byName byNames byRegexp byRegexpOrNames byFrameRefID byQuery byType byTypes numeric time first ' +
    'firstTimeField byValue anyMatch allMatch invertMatch'
  ).split(' '),
)

/** @param dashboard as it was read: what was lost in reading is in the notes of that */
export function reviewDashboard(dashboard: Dashboard): DashboardReview {
  const panels = dashboard.panels
    .flatMap((panel) => [panel, ...(panel.panels ?? [])])
    .filter(({ type }) => type !== 'row')
    .map((panel) => ({ panel, problems: problemsOf(panel) }))
  const notes = panels.flatMap(({ panel, problems }) =>
    problems.map((text): Note => ({ kind: 'ignored', where: nameOf(panel), text })),
  )
  return { panels, notes: [...notes, ...aboutVariables(dashboard)] }
}

function nameOf({ id, title }: Panel): string {
  return title === '' ? `panel ${id}` : `panel ${id} "${title.slice(0, 80)}"`
}

function problemsOf(panel: Panel): readonly string[] {
  const problems: string[] = []
  if (!PANEL_TYPES.has(panel.type)) {
    problems.push(`${panel.type} is not shown here; its data is, as a table`)
  }
  for (const { id, disabled } of panel.transformations) {
    if (disabled !== true && !isKnownTransform(id)) {
      problems.push(`The transformation ${id} has no effect`)
    }
  }
  for (const { matcher } of panel.fieldConfig.overrides) {
    if (!MATCHERS.has(matcher.id)) problems.push(`Overrides by ${matcher.id} have no effect`)
  }
  if (showsData(panel.type) && hasUnanswered(panel)) problems.push(UNANSWERED)
  return [...new Set(problems)]
}

function hasUnanswered({ targets }: Panel): boolean {
  return targets.some(({ hide, expr }) => hide !== true && expr.trim() === '')
}

function aboutVariables(dashboard: Dashboard): readonly Note[] {
  const { list } = dashboard.templating
  const stuck = variableGraph(list).stuck.map((name): Note => {
    const text = 'Needs itself, or variables that need each other; it has no options'
    return { kind: 'broken', where: `variable ${name}`, text }
  })
  return [...stuck, ...list.flatMap(aboutRegex)]
}

function aboutRegex(variable: Variable): readonly Note[] {
  if (variable.type !== 'query' || variable.regex === '') return []
  // With a variable in it, what it is shows only then.
  if (/\$\w|\$\{|\[\[\w/.test(variable.regex)) return []
  const regex = boardRegex(variable.regex)
  if (typeof regex !== 'string') return []
  const text = `Its regular expression ${regex}`
  return [{ kind: 'broken', where: `variable ${variable.name}`, text }]
}
