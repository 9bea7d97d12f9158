import { type Json, record, records } from '../json.ts'
import { influxToPromql } from './influx-to-promql.ts'

/**
 * A panel that lists the values of a tag. InfluxQL answers such a query with a column of texts, PromQL
 * with a series for each: so the label's column is shown, and nothing else.
 */
export function inventoryPanel(panel: Json): Json {
  const found = records(panel['targets'])
    .filter(({ hide, expr }) => hide !== true && (expr === undefined || expr === ''))
    .map((target) => influxToPromql(target))
    .map((translation) => (typeof translation === 'string' ? undefined : translation.inventory))
  const { label, name } = found[0] ?? {}
  if (found.length !== 1 || label === undefined) return panel
  if (panel['type'] === 'stat') {
    const options = record(panel['options'])
    const reduce = {
      ...record(options['reduceOptions']),
      calcs: ['lastNotNull'],
      fields: `/^${label}$/`,
    }
    return { ...panel, options: { ...options, reduceOptions: reduce } }
  }
  if (panel['type'] !== 'table') return panel
  const organize = {
    id: 'organize',
    options: { excludeByName: { Time: true, Value: true }, renameByName: { [label]: name } },
  }
  return { ...panel, transformations: [organize] }
}
