import { formatDate, inkOn } from '@weir/boards'
import { useMemo, useRef, useState } from 'react'
import { spanText } from '../../../time/clock-text.ts'
import { ChartLegend, LEGEND_HEIGHT, wantsLegend } from '../bars/chart-legend.tsx'
import type { PanelProps } from '../panel-props.ts'
import { useTimeCursor } from '../time-cursor.ts'
import { HiddenTable } from '../values/hidden-table.tsx'
import { Nothing } from '../values/nothing.tsx'
import { scrollable } from '../values/scrollable.ts'
import { type Lane, type Stretch, lanesOf, stateKeys } from './lanes.ts'
import { timeTicks } from './time-ticks.ts'
import '../panels.css'

const AXIS = 20
const LANE_LEAST = 16
const NAME_MAX = 170
const CHARACTER = 6.5
/** States that a legend lists. */
const KEYS_MAX = 12

/** States as stretches, as long as they lasted. */
export function StateTimelinePanel(props: PanelProps): React.JSX.Element {
  return <Lanes {...props} merge={props.panel.options['mergeValues'] !== false} isGapped={false} />
}

/** States as boxes, one for each sample. */
export function StatusHistoryPanel(props: PanelProps): React.JSX.Element {
  return <Lanes {...props} merge={false} isGapped />
}

function Lanes(
  props: PanelProps & { readonly merge: boolean; readonly isGapped: boolean },
): React.JSX.Element {
  const { frames, fromMs, toMs, nowMs, dark, timeZone, merge } = props
  const lanes = useMemo(
    () => lanesOf(frames, { merge, fromMs, toMs }, { dark, timeZone, nowMs }),
    [frames, merge, fromMs, toMs, dark, timeZone, nowMs],
  )
  if (lanes.length === 0) return <Nothing frames={frames} wants="a time and states" />
  return <Chart {...props} lanes={lanes} />
}

function Chart(
  props: PanelProps & { readonly lanes: readonly Lane[]; readonly isGapped: boolean },
): React.JSX.Element {
  const { panel, lanes, width, height, fromMs, toMs, dark, timeZone, text, isGapped } = props
  const { options } = panel
  const [pointed, setPointed] = useState<
    { readonly lane: Lane; readonly stretch: Stretch } | undefined
  >()
  const area = useRef<HTMLDivElement>(null)
  const line = useRef<HTMLElement>(null)
  const span = useRef<HTMLElement>(null)
  const longest = Math.max(0, ...lanes.map(({ name }) => name.length))
  const left = Math.min(NAME_MAX, width * 0.32, longest * CHARACTER + 12)
  const plot = width - left
  useTimeCursor({ area, line, span }, { ...props, left, plot })
  const keys = stateKeys(lanes)
  const withLegend = wantsLegend(options) && keys.length > 0 && keys.length <= KEYS_MAX
  const room = height - AXIS - (withLegend ? LEGEND_HEIGHT : 0)
  const laneHeight = Math.max(LANE_LEAST, Math.floor(room / lanes.length))
  const share =
    typeof options['rowHeight'] === 'number' && options['rowHeight'] > 0
      ? Math.min(1, options['rowHeight'])
      : 0.9
  const x = (ms: number): number => left + (plot * (ms - fromMs)) / (toMs - fromMs || 1)
  const withValues = options['showValue'] !== 'never'
  const name = panel.title === '' ? 'States' : text(panel.title)
  const ticks = timeTicks(fromMs, toMs, Math.floor(plot / 70), timeZone)
  return (
    <div ref={area} className="lanes-panel" onPointerLeave={() => setPointed(undefined)}>
      <i ref={span} className="heatmap-drag" hidden />
      <i ref={line} className="lanes-cursor" hidden />
      <div
        className="lanes-scroll"
        {...(laneHeight * lanes.length > room ? { role: 'group', ...scrollable(true, name) } : {})}
        style={{ height: room + AXIS }}
      >
        <svg
          width={width}
          height={laneHeight * lanes.length + AXIS}
          role="img"
          aria-label={`${name}: ${lanes.length} lanes`}
        >
          {ticks.map(({ ms }) => (
            <line
              key={ms}
              className="bar-grid"
              x1={x(ms)}
              x2={x(ms)}
              y1={0}
              y2={laneHeight * lanes.length}
            />
          ))}
          {lanes.map((lane, at) => (
            <g key={at} transform={`translate(0 ${at * laneHeight})`}>
              <text className="bar-tick" x={left - 8} y={laneHeight / 2 + 4} textAnchor="end">
                {lane.name.length * CHARACTER > left - 8
                  ? `${lane.name.slice(0, Math.max(1, Math.floor((left - 14) / CHARACTER)))}…`
                  : lane.name}
                <title>{lane.name}</title>
              </text>
              {lane.stretches.map((stretch, index) => {
                const start = x(stretch.fromMs)
                const whole = x(stretch.toMs) - start
                // Boxes of a few pixels have no room for gaps between them.
                const long = Math.max(1, whole - (isGapped && whole > 6 ? 2 : 0))
                const fits =
                  withValues && long > stretch.text.length * CHARACTER + 6 && laneHeight >= 15
                return (
                  <g key={index} onPointerEnter={() => setPointed({ lane, stretch })}>
                    <rect
                      x={start}
                      y={(laneHeight * (1 - share)) / 2}
                      width={long}
                      height={laneHeight * share}
                      {...(isGapped && whole > 6 ? { rx: 2 } : {})}
                      fill={stretch.color}
                    />
                    {fits ? (
                      <text
                        className="bar-value"
                        x={start + long / 2}
                        y={laneHeight / 2 + 4}
                        textAnchor="middle"
                        style={{ fill: inkOn(stretch.color, dark) }}
                      >
                        {stretch.text}
                      </text>
                    ) : null}
                  </g>
                )
              })}
            </g>
          ))}
          {ticks.map(({ ms, text: at }) => (
            <text
              key={ms}
              className="bar-tick"
              x={x(ms)}
              y={laneHeight * lanes.length + 15}
              textAnchor={x(ms) > width - 22 ? 'end' : x(ms) < left + 16 ? 'start' : 'middle'}
            >
              {at}
            </text>
          ))}
        </svg>
      </div>
      {pointed === undefined ? null : (
        <div
          className="lanes-tip"
          style={x(pointed.stretch.fromMs) > width / 2 ? { left: left + 4 } : { right: 4 }}
        >
          <b>{pointed.lane.name}</b>
          <span className="lanes-state">
            <i style={{ background: pointed.stretch.color }} />
            {pointed.stretch.text === '' ? '(empty)' : pointed.stretch.text}
          </span>
          <span className="muted">
            {formatDate(pointed.stretch.fromMs, 'MM-DD HH:mm:ss', timeZone)}, for{' '}
            {spanText(pointed.stretch.toMs - pointed.stretch.fromMs)}
          </span>
        </div>
      )}
      {withLegend ? (
        <ChartLegend entries={keys.map(({ text: state, color }) => ({ name: state, color }))} />
      ) : null}
      <HiddenTable
        caption={name}
        head={['Lane', 'State', 'From', 'To']}
        rows={lanes.flatMap((lane) =>
          lane.stretches.map(({ text: state, fromMs: a, toMs: b }) => [
            lane.name,
            state,
            formatDate(a, 'YYYY-MM-DD HH:mm:ss', timeZone),
            formatDate(b, 'YYYY-MM-DD HH:mm:ss', timeZone),
          ]),
        )}
      />
    </div>
  )
}
