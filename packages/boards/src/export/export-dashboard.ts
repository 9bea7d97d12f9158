/** A board as Grafana's JSON, in the newest classic form: what `readDashboards` made, written again. */
import type { Dashboard, Panel, Target } from '../dashboard.ts'
import { type Json, record, text, without } from '../json.ts'
import { DataSources } from '../read/data-sources.ts'
import { languageOf } from '../read/read-target.ts'
import type { Variable } from '../variable.ts'

/**
 * Writes a board for Grafana. Keys that Weir does not know are where they were; what is Weir's own (a
 * target's `language`, the type of a variable that is none here) is said in Grafana's words. Reading the
 * result gives the same board.
 */
export function exportDashboard(dashboard: Dashboard): Json {
  const sources = new DataSources(dashboard)
  return {
    ...dashboard,
    panels: dashboard.panels.map((panel) => exportPanel(panel, sources)),
    templating: {
      ...dashboard.templating,
      list: dashboard.templating.list.map((variable) => exportVariable(variable, sources)),
    },
  }
}

function exportPanel(panel: Panel, sources: DataSources): Json {
  const { panels, targets, ...rest } = panel
  return {
    ...rest,
    targets: targets.map((target) => exportTarget(target, panel['datasource'], sources)),
    ...(panels !== undefined && { panels: panels.map((inner) => exportPanel(inner, sources)) }),
  }
}

/** The language is what the data source says; where it says another one, the source is named. */
function exportTarget(target: Target, panelSource: unknown, sources: DataSources): Json {
  const { language, ...rest } = target
  if (target.expr.trim() === '') return rest
  const own = sources.kindOf(target['datasource'])
  const kind = own === 'unset' || own === 'mixed' ? sources.kindOf(panelSource) : own
  return languageOf(target.expr, kind) === language
    ? rest
    : { ...rest, datasource: sourceOf(language) }
}

function sourceOf(language: 'promql' | 'logql'): Json {
  return { type: language === 'logql' ? 'loki' : 'prometheus' }
}

function exportVariable(variable: Variable, sources: DataSources): Json {
  switch (variable.type) {
    case 'query': {
      const { language, ...rest } = variable
      const isLogs = sources.kindOf(variable['datasource']) === 'logs'
      return isLogs === (language === 'logql') ? rest : { ...rest, datasource: sourceOf(language) }
    }
    case 'unknown':
      return { ...without(variable, 'originalType'), type: variable.originalType }
    case 'custom':
      return { ...variable, options: variable.options.map((option) => optionOf(option, variable)) }
    case 'interval':
      return {
        ...without(variable, 'autoCount', 'autoMin'),
        auto_count: variable.autoCount,
        auto_min: variable.autoMin,
        options: variable.options.map((span) => optionOf({ text: span, value: span }, variable)),
      }
    default:
      return variable
  }
}

function optionOf(
  option: { readonly text: string; readonly value: string },
  { current }: Variable,
): Json {
  return { ...option, selected: text(record(current)['value']) === option.value }
}
