import type { PanelProps } from '../panel-props.ts'
import { HiddenTable } from '../values/hidden-table.tsx'
import { Nothing } from '../values/nothing.tsx'
import { niceRange } from './axis.ts'
import { barGroups } from './bar-groups.ts'
import { BarPlot } from './bar-plot.tsx'
import { ChartLegend, LEGEND_HEIGHT, wantsLegend } from './chart-legend.tsx'
import '../panels.css'

/** Bars for rows of a table. */
export function BarChartPanel(props: PanelProps): React.JSX.Element {
  const { panel, frames, width, height, dark, timeZone, nowMs, text } = props
  const { options } = panel
  const frame = frames.find(({ fields }) => fields.some(({ type }) => type === 'number'))
  const word = (key: string, otherwise: string): string =>
    typeof options[key] === 'string' ? options[key] : otherwise
  const stacking = word('stacking', 'none')
  const chosen = { xField: word('xField', ''), stacking, colorByField: word('colorByField', '') }
  const made = frame === undefined ? undefined : barGroups(frame, chosen, { dark, timeZone, nowMs })
  if (made === undefined || made.groups.length === 0) {
    return <Nothing frames={frames} wants="rows with numbers" />
  }
  const { groups, series, places, ends, fields } = made
  const orientation = word('orientation', 'auto')
  const isHorizontal =
    orientation === 'horizontal' || (orientation === 'auto' && height > width * 1.2)
  const withLegend = wantsLegend(options) && series.length > 1
  const { min, max, unit } = fields[0]!.config
  const showValue = word('showValue', 'auto')
  const name = panel.title === '' ? 'Bar chart' : text(panel.title)
  return (
    <div className="bar-chart">
      <BarPlot
        {...{ groups, places, isHorizontal, dark, width }}
        range={stacking === 'percent' ? { min: 0, max: 1 } : niceRange(ends, { min, max, unit })}
        unit={stacking === 'percent' ? 'percentunit' : unit}
        height={height - (withLegend ? LEGEND_HEIGHT : 0)}
        withValues={showValue !== 'never'}
        groupWidth={shareIn(options['groupWidth'], 0.7)}
        barWidth={shareIn(options['barWidth'], 0.97)}
        label={`${name}: ${groups.length} groups of ${series.length} bars`}
      />
      {withLegend ? <ChartLegend entries={series} /> : null}
      <HiddenTable
        caption={name}
        head={['Group', ...series.map((one) => one.name)]}
        rows={groups.map(({ label, bars }) => [label, ...bars.map((bar) => bar.text)])}
      />
    </div>
  )
}

function shareIn(value: unknown, otherwise: number): number {
  return typeof value === 'number' && value > 0 && value <= 1 ? value : otherwise
}
