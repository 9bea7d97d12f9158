import { formattedText, inkOn } from '@weir/boards'
import { useMemo } from 'react'
import { ringPath, onCircle } from '../gauge/arc.ts'
import { fieldLinks } from '../links/field-links.ts'
import type { PanelProps } from '../panel-props.ts'
import { Linked } from '../values/linked.tsx'
import { NoValue } from '../values/no-value.tsx'
import { scrollable } from '../values/scrollable.ts'
import { linkPlace, reduceOptionsOf, reducedValues } from '../values/reduced-values.ts'
import { type Slice, pieOptionsOf, shareText, slicesOf } from './slices.ts'
import '../panels.css'

const LEGEND_WIDTH = 210
/** Below this a legend beside the pie leaves nothing of it. */
const NARROW = 330
/** Degrees that a label needs. */
const LABEL_LEAST = 14

/** Shares of a whole. */
export function PiePanel(props: PanelProps): React.JSX.Element {
  const { panel, frames, width, height, dark, timeZone, nowMs, text } = props
  const options = pieOptionsOf(panel.options)
  const slices = useMemo(
    () =>
      slicesOf(
        reducedValues(frames, reduceOptionsOf(panel.options), { dark, timeZone, nowMs }),
        options.sort,
      ),
    [frames, panel.options, options.sort, dark, timeZone, nowMs],
  )
  if (slices.length === 0) return <NoValue panel={panel} frames={frames} />
  const isBeside = options.withLegend && options.placement === 'right' && width >= NARROW
  const legendHeight =
    options.withLegend && !isBeside ? Math.min(height * 0.4, 22 * slices.length + 4) : 0
  const room = {
    width: width - (isBeside ? Math.min(LEGEND_WIDTH, width * 0.5) : 0),
    height: height - legendHeight,
  }
  return (
    <div className="pie" data-beside={isBeside ? '' : undefined}>
      <Pie {...{ slices, options, dark }} width={room.width} height={room.height} />
      {options.withLegend ? (
        <ul
          className="pie-legend"
          {...scrollable(slices.length * 22 > (isBeside ? height : legendHeight), 'Legend')}
          style={isBeside ? { maxHeight: height } : { maxHeight: legendHeight }}
        >
          {slices.map((slice) => (
            <li key={slice.key}>
              <Linked links={fieldLinks(linkPlace(slice.value), text)} className="pie-entry">
                <i style={{ background: slice.value.shown.color }} />
                <span className="clip" title={slice.value.name}>
                  {slice.value.name}
                </span>
                {options.values.includes('value') ? (
                  <b>{formattedText(slice.value.shown)}</b>
                ) : null}
                {options.values.includes('percent') ? (
                  <b className="muted">{shareText(slice.share)}</b>
                ) : null}
              </Linked>
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  )
}

function Pie(props: {
  readonly slices: readonly Slice[]
  readonly options: ReturnType<typeof pieOptionsOf>
  readonly width: number
  readonly height: number
  readonly dark: boolean
}): React.JSX.Element {
  const { slices, options, width, height, dark } = props
  const radius = Math.max(12, Math.min(width, height) / 2 - 4)
  const inner = options.isDonut ? radius * 0.62 : 0
  const said = slices.map(
    ({ value, share }) => `${value.name} ${formattedText(value.shown)} (${shareText(share)})`,
  )
  return (
    <svg
      width={width}
      height={height}
      viewBox={`${-width / 2} ${-height / 2} ${width} ${height}`}
      role="img"
      aria-label={said.slice(0, 12).join(', ')}
    >
      {slices.map(({ key, value, share, from, to }) => {
        const label = labelOf({ value, share }, options.labels)
        const { x, y } = onCircle(
          (radius + inner) / 2 + (inner === 0 ? radius * 0.14 : 0),
          (from + to) / 2,
        )
        return (
          <g key={key}>
            <title>{`${value.name}: ${formattedText(value.shown)} (${shareText(share)})`}</title>
            <path
              className="pie-slice"
              data-whole={share === 1 ? '' : undefined}
              d={ringPath({ inner, outer: radius }, from, to)}
              fill={value.shown.color}
            />
            {label === '' || to - from < LABEL_LEAST ? null : (
              <text className="pie-label" x={x} y={y + 4} fill={inkOn(value.shown.color, dark)}>
                {label}
              </text>
            )}
          </g>
        )
      })}
    </svg>
  )
}

function labelOf(
  { value, share }: Pick<Slice, 'value' | 'share'>,
  labels: readonly string[],
): string {
  return [
    labels.includes('name') ? value.name : '',
    labels.includes('value') ? formattedText(value.shown) : '',
    labels.includes('percent') ? shareText(share) : '',
  ]
    .filter(Boolean)
    .join(' ')
}
