/** A panel of any age as one of today. */
import { type Json, number, record, records, text, without } from '../json.ts'
import type { NoteBook } from '../note-book.ts'
import { graphToTimeseries } from './graph.ts'
import { modernHeatmap } from './heatmap.ts'
import { modernAlertList, modernDashList, modernText } from './lists.ts'
import { perRow } from './rows-layout.ts'
import { oldPieChart, singlestatToStat } from './singlestat.ts'
import { modernStatOptions } from './stat-options.ts'
import { tableOldToTable } from './table-old.ts'

export function modernPanel(raw: Json, where: string, notes: NoteBook): Json {
  const panel = common(raw)
  const alert = raw['alert']
  if (alert !== undefined && alert !== null) {
    const name = text(record(alert)['name'])
    notes.ignored(where, `Its alert "${name}" is not taken over: write it as an alerting rule`)
  }
  if (records(raw['timeRegions']).length > 0) notes.ignored(where, 'Its time regions are not shown')
  const found = byType(panel, where, notes)
  if (text(raw['type']) !== text(found['type'])) {
    notes.changed(where, `The old ${text(raw['type'])} became a ${text(found['type'])}`)
  }
  return found
}

function byType(panel: Json, where: string, notes: NoteBook): Json {
  switch (text(panel['type'])) {
    case 'graph':
      return graphToTimeseries(panel)
    case 'singlestat':
    case 'grafana-singlestat-panel':
      return singlestatToStat(panel, where, notes)
    case 'table-old':
      return tableOldToTable(panel, where, notes)
    case 'table':
      return Array.isArray(panel['styles']) ? tableOldToTable(panel, where, notes) : panel
    case 'stat':
    case 'gauge':
    case 'bargauge':
      return modernStatOptions(panel)
    case 'heatmap':
      return modernHeatmap(panel)
    case 'grafana-piechart-panel':
      return oldPieChart(panel)
    case 'text':
      return modernText(panel)
    case 'alertlist':
      return modernAlertList(panel)
    case 'dashlist':
      return modernDashList(panel)
    default:
      return panel
  }
}

/** Keys that any panel may have of old. */
function common(raw: Json): Json {
  const legend = record(record(raw['options'])['legend'])
  const nulls = ['interval', 'timeFrom', 'timeShift', 'repeat', 'maxDataPoints', 'description', 'maxPerRow', 'gridPos', 'cacheTimeout'].filter((key) => raw[key] === null) // prettier-ignore
  const panel = without(raw, 'minSpan', ...nulls)
  const minSpan = number(raw['minSpan'])
  return {
    ...panel,
    ...(minSpan !== undefined &&
      panel['maxPerRow'] === undefined && { maxPerRow: perRow(minSpan) }),
    // A legend that is not shown was a way of showing it.
    ...(legend['displayMode'] === 'hidden' && {
      options: {
        ...record(raw['options']),
        legend: { ...legend, displayMode: 'list', showLegend: false },
      },
    }),
  }
}
