/** Types of panels that are drawn as what they are. */
export const PANEL_TYPES: ReadonlySet<string> = new Set(
  (
    'timeseries stat table text gauge bargauge heatmap piechart barchart histogram ' +
    'state-timeline status-history logs alertlist dashlist row'
  ).split(' '),
)

const WITHOUT_QUERY: ReadonlySet<string> = new Set(['text', 'alertlist', 'dashlist', 'row'])

/** Whether a panel of a type shows the answers of its queries; others may carry queries all the same. */
export function showsData(type: string): boolean {
  return !WITHOUT_QUERY.has(type)
}
