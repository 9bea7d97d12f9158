import { useMemo, useState } from 'react'
import type { PanelProps } from '../panel-props.ts'
import { Legend } from './legend.tsx'
import { afterClick, legendOptions, legendRows } from './legend-table.ts'
import { Plot } from './plot.tsx'
import { SERIES_MAX, seriesTable } from './series-table.ts'

const NONE: ReadonlySet<string> = new Set()
/** A legend below takes what it needs up to this share of the panel; beside, this share of its width. */
const BELOW_SHARE = 0.35
const BESIDE_SHARE = 0.4
const LINE_PX = 20
const ROW_PX = 22

/** Lines, bars or points over time. */
export function TimeseriesPanel(props: PanelProps): React.JSX.Element {
  const { panel, frames, width, height, dark, timeZone } = props
  const options = useMemo(() => legendOptions(panel.options), [panel.options])
  const table = useMemo(() => seriesTable(frames), [frames])
  const [hidden, setHidden] = useState(NONE)
  const [pointed, setPointed] = useState<string>()
  const [sort, setSort] = useState({ by: options.sortBy, isDescending: options.isDescending })
  const rows = useMemo(
    () =>
      options.mode === 'hidden'
        ? []
        : legendRows(
            table.series,
            { calcs: options.calcs, sortBy: sort.by, isDescending: sort.isDescending },
            { dark, timeZone },
          ),
    [table, options, sort, dark, timeZone],
  )
  const count = frames.reduce(
    (sum, { fields }) => sum + fields.filter(({ type }) => type === 'number').length,
    0,
  )
  const left = count - SERIES_MAX
  const isBeside = options.mode !== 'hidden' && options.placement === 'right' && width > 420
  const legendWidth = isBeside
    ? Math.min(
        options.width ?? besideWidth(rows, options.calcs.length),
        Math.round(width * BESIDE_SHARE),
      )
    : width
  const legendHeight =
    options.mode === 'hidden' || isBeside
      ? 0
      : Math.min(belowHeight(rows, options, width), Math.round(height * BELOW_SHARE))
  const plotWidth = isBeside ? width - legendWidth - 8 : width
  const names = rows.map(({ name }) => name)
  const tooltip = (panel.options['tooltip'] ?? {}) as Readonly<Record<string, unknown>>
  return (
    <div className="timeseries" data-beside={isBeside ? '' : undefined} style={{ height }}>
      <Plot
        {...{ table, hidden, pointed, dark, timeZone }}
        width={plotWidth}
        height={Math.max(40, height - legendHeight - (left > 0 ? LINE_PX : 0))}
        fromMs={props.fromMs}
        toMs={props.toMs}
        label={`${props.text(panel.title, 'text')}: ${count} series`}
        tooltip={{
          mode:
            tooltip['mode'] === 'multi' || tooltip['mode'] === 'none' ? tooltip['mode'] : 'single',
          sort: tooltip['sort'] === 'asc' || tooltip['sort'] === 'desc' ? tooltip['sort'] : 'none',
        }}
        crosshair={props.crosshair}
        isTooltipShared={props.isTooltipShared}
        marks={props.marks}
        exemplars={props.exemplars}
        onZoom={props.onZoom}
      />
      {left > 0 ? (
        <div className="muted timeseries-more">and {left} more series, not drawn</div>
      ) : null}
      {options.mode === 'hidden' ? null : (
        <div style={isBeside ? { width: legendWidth, height } : { height: legendHeight }}>
          <Legend
            {...{ series: table.series, rows, options, hidden, dark, sort }}
            onPoint={setPointed}
            onSort={(by) =>
              setSort({ by, isDescending: sort.by === by ? !sort.isDescending : by !== 'Name' })
            }
            onClick={(name, isAdding) => setHidden(afterClick(hidden, names, name, isAdding))}
          />
        </div>
      )}
    </div>
  )
}

type Rows = ReturnType<typeof legendRows>

/** About as wide as its longest name and its figures. */
function besideWidth(rows: Rows, calcCount: number): number {
  const longest = rows.reduce((most, { name }) => Math.max(most, name.length), 4)
  return Math.max(120, longest * 7 + 34) + calcCount * 74
}

/** Lines that the names fill, or rows of the table. */
function belowHeight(
  rows: Rows,
  { mode, calcs }: ReturnType<typeof legendOptions>,
  width: number,
): number {
  if (mode === 'table') return (rows.length + 1) * ROW_PX + 4
  const taken = rows.reduce(
    (sum, { name }) => sum + Math.min(width, name.length * 7 + 34 + calcs.length * 90),
    0,
  )
  return Math.max(1, Math.ceil(taken / Math.max(1, width))) * LINE_PX + 4
}
