import { type Field, formatTicks, formatValue, formattedText, seriesColorOf } from '@weir/boards'
import type { PanelProps } from '../panel-props.ts'
import { HiddenTable } from '../values/hidden-table.tsx'
import { Nothing } from '../values/nothing.tsx'
import { niceRange } from './axis.ts'
import { BarPlot, type PlotGroup } from './bar-plot.tsx'
import { ChartLegend, LEGEND_HEIGHT, wantsLegend } from './chart-legend.tsx'
import { histogramOf } from './histogram.ts'
import '../panels.css'

const BUCKETS = 30

/** How often values of each size occur. */
export function HistogramPanel(props: PanelProps): React.JSX.Element {
  const { panel, frames, width, height, dark, text } = props
  const { options } = panel
  const all = frames.flatMap(({ fields }) => fields.filter(({ type }) => type === 'number'))
  const fields = options['combine'] === true ? combined(all) : all
  const number = (key: string): number | undefined =>
    typeof options[key] === 'number' && options[key] > 0 ? options[key] : undefined
  const made = histogramOf(fields, {
    size: number('bucketSize'),
    count: number('bucketCount') ?? BUCKETS,
    offset: number('bucketOffset') ?? 0,
  })
  if (made === undefined) return <Nothing frames={frames} wants="numbers" />
  const unit = fields[0]!.config.unit
  const labels = formatTicks(made.starts, unit)
  const colors = fields.map((field) => seriesColorOf(field, dark))
  const groups = made.starts.map((start, at): PlotGroup => {
    const end = formattedText(formatValue(start + made.size, unit))
    return {
      label: labels[at]!,
      bars: fields.flatMap((field, series) => {
        const count = made.counts[series]![at]!
        if (count === 0) return []
        const name = `${field.displayName ?? field.name} up to ${end}`
        return [
          { name, text: String(count), from: 0, to: count, color: colors[series]!, place: series },
        ]
      }),
    }
  })
  const withLegend = wantsLegend(options) && fields.length > 1
  const name = panel.title === '' ? 'Histogram' : text(panel.title)
  return (
    <div className="bar-chart">
      <BarPlot
        {...{ groups, width, dark }}
        places={fields.length}
        range={niceRange(made.counts.flat(), {})}
        unit={undefined}
        height={height - (withLegend ? LEGEND_HEIGHT : 0)}
        isHorizontal={false}
        withValues={false}
        groupWidth={0.96}
        barWidth={fields.length > 1 ? 0.95 : 1}
        label={`${name}: ${groups.length} buckets`}
        isEdged
      />
      {withLegend ? (
        <ChartLegend
          entries={fields.map((field, at) => ({
            name: field.displayName ?? field.name,
            color: colors[at]!,
          }))}
        />
      ) : null}
      <HiddenTable
        caption={name}
        head={['From', ...fields.map((field) => field.displayName ?? field.name)]}
        rows={made.starts.map((_, at) => [
          labels[at]!,
          ...made.counts.map((counts) => String(counts[at]!)),
        ])}
      />
    </div>
  )
}

/** All values as those of one field. */
function combined(fields: readonly Field[]): Field[] {
  const [first] = fields
  if (first === undefined) return []
  return [
    { ...first, displayName: 'All series', values: fields.flatMap(({ values }) => [...values]) },
  ]
}
