import { formatTicks, inkOn } from '@weir/boards'
import { niceTicks } from './axis.ts'

/** One bar of a group, or of a stack. */
export interface PlotBar {
  readonly name: string
  /** As it is said. */
  readonly text: string
  /** From where to where on the axis of values. */
  readonly from: number
  readonly to: number
  readonly color: string
  /** Which of the group's places it stands in; those of a stack share one. */
  readonly place: number
}

export interface PlotGroup {
  readonly label: string
  readonly bars: readonly PlotBar[]
}

export interface PlotProps {
  readonly groups: readonly PlotGroup[]
  /** Places in each group. */
  readonly places: number
  readonly range: { readonly min: number; readonly max: number }
  readonly unit: string | undefined
  readonly width: number
  readonly height: number
  readonly isHorizontal: boolean
  readonly withValues: boolean
  readonly dark: boolean
  /** Shares of the room: of a group in its slot, of a bar in its place. */
  readonly groupWidth: number
  readonly barWidth: number
  readonly label: string
  /** Labels stand under the edges between groups, as those of a histogram do. */
  readonly isEdged?: boolean
}

const CHARACTER = 6.4
const LABELS_MAX = 140

/** Bars along one axis, upright or lying. */
export function BarPlot(props: PlotProps): React.JSX.Element {
  return props.isHorizontal ? <Lying {...props} /> : <Upright {...props} />
}

function Upright(props: PlotProps): React.JSX.Element {
  const { groups, range, unit, width, height, label, isEdged = false } = props
  const ticks = niceTicks(range, Math.max(2, Math.floor(height / 46)), unit)
  const texts = formatTicks(ticks, unit)
  const left = Math.max(...texts.map(({ length }) => length), 1) * CHARACTER + 10
  const longest = Math.max(...groups.map((group) => group.label.length), 1)
  const slot = (width - left - 4) / Math.max(1, groups.length)
  const isTurned = !isEdged && longest * CHARACTER > slot * 1.6 && longest > 4
  const bottom = isTurned ? Math.min(72, longest * CHARACTER * 0.62 + 12) : 20
  const plot = { height: Math.max(20, height - bottom - 8), top: 8 }
  const y = (value: number): number =>
    plot.top + plot.height * (1 - (value - range.min) / (range.max - range.min || 1))
  const every = Math.max(
    1,
    Math.ceil((isTurned ? 15 : Math.min(longest, 14) * CHARACTER + 10) / slot),
  )
  return (
    <svg className="bar-plot" width={width} height={height} role="img" aria-label={label}>
      {ticks.map((tick, at) => (
        <g key={tick}>
          <line
            className="bar-grid"
            x1={left}
            x2={width}
            y1={y(tick)}
            y2={y(tick)}
            data-zero={tick === 0 ? '' : undefined}
          />
          <text className="bar-tick" x={left - 6} y={y(tick) + 4} textAnchor="end">
            {texts[at]}
          </text>
        </g>
      ))}
      {groups.map((group, at) => (
        <g key={at}>
          <Group {...props} group={group} start={left + at * slot} slot={slot} scale={y} />
          {at % every === 0 ? (
            <text
              className="bar-tick"
              textAnchor={isTurned ? 'end' : 'middle'}
              transform={`translate(${left + (at + (isEdged ? 0 : 0.5)) * slot} ${plot.top + plot.height + 15})${isTurned ? ' rotate(-38)' : ''}`}
            >
              {cut(
                group.label,
                isTurned ? 18 : Math.max(3, Math.floor((slot * every) / CHARACTER)),
              )}
              <title>{group.label}</title>
            </text>
          ) : null}
        </g>
      ))}
    </svg>
  )
}

function Lying(props: PlotProps): React.JSX.Element {
  const { groups, range, unit, width, height, label } = props
  const longest = Math.max(...groups.map((group) => group.label.length), 1)
  const left = Math.min(LABELS_MAX, width * 0.36, longest * CHARACTER + 12)
  const ticks = niceTicks(range, Math.max(2, Math.floor((width - left) / 90)), unit)
  const texts = formatTicks(ticks, unit)
  const plot = { width: Math.max(20, width - left - 34), height: height - 20 }
  const x = (value: number): number =>
    left + (plot.width * (value - range.min)) / (range.max - range.min || 1)
  const slot = plot.height / Math.max(1, groups.length)
  const every = Math.max(1, Math.ceil(14 / slot))
  return (
    <svg className="bar-plot" width={width} height={height} role="img" aria-label={label}>
      {ticks.map((tick, at) => (
        <g key={tick}>
          <line
            className="bar-grid"
            x1={x(tick)}
            x2={x(tick)}
            y1={0}
            y2={plot.height}
            data-zero={tick === 0 ? '' : undefined}
          />
          <text className="bar-tick" x={x(tick)} y={height - 5} textAnchor="middle">
            {texts[at]}
          </text>
        </g>
      ))}
      {groups.map((group, at) => (
        <g key={at}>
          <Group {...props} group={group} start={at * slot} slot={slot} scale={x} />
          {at % every === 0 ? (
            <text className="bar-tick" x={left - 8} y={(at + 0.5) * slot + 4} textAnchor="end">
              {cut(group.label, Math.floor((left - 12) / CHARACTER))}
              <title>{group.label}</title>
            </text>
          ) : null}
        </g>
      ))}
    </svg>
  )
}

/** The bars of one group, side by side in its slot. */
function Group(
  props: PlotProps & {
    readonly group: PlotGroup
    /** Pixels along the axis of groups. */
    readonly start: number
    readonly slot: number
    readonly scale: (value: number) => number
  },
): React.JSX.Element {
  const {
    group,
    start,
    slot,
    scale,
    places,
    isHorizontal,
    withValues,
    dark,
    groupWidth,
    barWidth,
  } = props
  const room = (slot * groupWidth) / places
  const thick = Math.max(1, room * barWidth)
  const margin = (slot * (1 - groupWidth)) / 2
  return (
    <>
      {group.bars.map(({ name, text, from, to, color, place }, at) => {
        const side = start + margin + room * place + (room - thick) / 2
        const [a, b] = [scale(from), scale(to)]
        const [low, long] = [Math.min(a, b), Math.max(0.5, Math.abs(b - a))]
        const box = isHorizontal
          ? { x: low, y: side, width: long, height: thick }
          : { x: side, y: low, width: thick, height: long }
        const fits = isHorizontal ? thick >= 12 : thick >= text.length * CHARACTER + 2
        const isInside = isHorizontal ? long > text.length * CHARACTER + 12 : long > 20
        return (
          <g key={at}>
            <title>{`${group.label} · ${name}: ${text}`}</title>
            <rect {...box} rx={Math.min(2, thick / 4)} fill={color} />
            {withValues && fits && from !== to ? (
              <text
                className="bar-value"
                style={isInside ? { fill: inkOn(color, dark) } : {}}
                x={isHorizontal ? (isInside ? low + long - 5 : low + long + 4) : side + thick / 2}
                y={isHorizontal ? side + thick / 2 + 4 : isInside ? low + 14 : low - 4}
                textAnchor={isHorizontal ? (isInside ? 'end' : 'start') : 'middle'}
              >
                {text}
              </text>
            ) : null}
          </g>
        )
      })}
    </>
  )
}

function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, Math.max(1, length - 1))}…` : text
}
