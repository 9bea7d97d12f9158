import {
  type Field,
  formatValue,
  formattedText,
  legibleOn,
  namedColor,
  thresholdSteps,
} from '@weir/boards'
import { useMemo } from 'react'
import { fieldLinks } from '../links/field-links.ts'
import type { PanelProps } from '../panel-props.ts'
import { sizes } from '../stat/stat-options.ts'
import { Linked } from '../values/linked.tsx'
import { NoValue } from '../values/no-value.tsx'
import {
  type ReducedValue,
  linkPlace,
  reduceOptionsOf,
  reducedValues,
} from '../values/reduced-values.ts'
import { scrollable } from '../values/scrollable.ts'
import { TILE_GAP, fontFor, isTall, tileGrid } from '../values/tile-grid.ts'
import { onCircle, ringPath } from './arc.ts'
import { scaled } from './scale.ts'
import '../panels.css'

/** From half past seven to half past four. */
const FROM = -120
const TO = 120
const DIALS_MAX = 60

/** Dials: where a value stands between the ends of its scale. */
export function GaugePanel(props: PanelProps): React.JSX.Element {
  const { panel, frames, width, height, dark, timeZone, nowMs, text } = props
  const values = useMemo(
    () =>
      reducedValues(frames.map(scaled), reduceOptionsOf(panel.options), { dark, timeZone, nowMs }),
    [frames, panel.options, dark, timeZone, nowMs],
  )
  if (values.length === 0) return <NoValue panel={panel} frames={frames} />
  const dials = values.slice(0, DIALS_MAX)
  const orientation = panel.options['orientation']
  const grid = tileGrid(
    dials.length,
    { width, height },
    typeof orientation === 'string' ? orientation : 'auto',
    { width: 90, height: 76 },
    1.2,
  )
  return (
    <div
      className="tiles"
      {...(isTall(grid, height) ? { role: 'group', ...scrollable(true, 'Dials') } : {})}
      style={{ gridTemplateColumns: `repeat(${grid.columns}, ${grid.width}px)`, gap: TILE_GAP }}
    >
      {dials.map((value, at) => (
        <Linked key={at} links={fieldLinks(linkPlace(value), text)} className="dial-link">
          <Dial
            {...{ value, dark }}
            width={grid.width}
            height={grid.height}
            withName={dials.length > 1}
            withMarkers={panel.options['showThresholdMarkers'] !== false}
            withLabels={panel.options['showThresholdLabels'] === true}
            valueSize={sizes(panel.options['text']).valueSize}
          />
        </Linked>
      ))}
    </div>
  )
}

function Dial(props: {
  readonly value: ReducedValue
  readonly width: number
  readonly height: number
  readonly dark: boolean
  readonly withName: boolean
  readonly withMarkers: boolean
  readonly withLabels: boolean
  readonly valueSize: number | undefined
}): React.JSX.Element {
  const { value, width, height, dark, withName, withMarkers, withLabels, valueSize } = props
  const { shown, field, name } = value
  const nameHeight = withName ? 18 : 0
  const room = withLabels ? 14 : 2
  const side = withLabels ? 34 : 2
  // The dial is open at the bottom: of its circle three quarters are seen.
  const radius = Math.max(20, Math.min(width / 2 - side, (height - nameHeight - room * 2) / 1.5))
  const thick = Math.max(7, radius * 0.2)
  const rim = withMarkers ? Math.max(3, radius * 0.05) : 0
  const bar = { outer: radius - rim - (withMarkers ? 2 : 0), inner: radius - rim - thick }
  const range = field.range ?? { min: 0, max: 100 }
  const steps = thresholdSteps(field.config.thresholds, range)
  const text = formattedText(shown) || '–'
  const fontSize =
    valueSize ??
    fontFor(text, { width: bar.inner * 1.7, height: radius * 0.6 }, { min: 11, max: 56 })
  const filled = FROM + (TO - FROM) * shown.percent
  return (
    <div
      role="meter"
      aria-label={name}
      aria-valuenow={Number.isNaN(shown.numeric) ? range.min : shown.numeric}
      aria-valuemin={range.min}
      aria-valuemax={range.max}
      aria-valuetext={text}
      className="dial"
      style={{ width, height }}
    >
      <svg
        width={width}
        height={Math.min(height - nameHeight, radius * 1.5 + room * 2)}
        aria-hidden
      >
        <g transform={`translate(${width / 2} ${radius + room})`}>
          <path className="dial-empty" d={ringPath(bar, FROM, TO)} />
          {shown.percent > 0 ? <path d={ringPath(bar, FROM, filled)} fill={shown.color} /> : null}
          {withMarkers ? <Markers {...{ steps, range, radius, rim, dark }} /> : null}
          {withLabels ? <StepLabels {...{ steps, range, radius, field }} /> : null}
          <text
            className="dial-value"
            y={fontSize * 0.2}
            fontSize={fontSize}
            fill={legibleOn(shown.color, { dark, ratio: fontSize >= 40 ? 3 : 4.5 })}
          >
            {text}
          </text>
        </g>
      </svg>
      {withName ? (
        <div className="dial-name clip" title={name}>
          {name}
        </div>
      ) : null}
    </div>
  )
}

type Steps = ReturnType<typeof thresholdSteps>

const angleOf = (at: number, { min, max }: { min: number; max: number }): number =>
  FROM + (TO - FROM) * Math.min(1, Math.max(0, (at - min) / (max - min || 1)))

function Markers(props: {
  readonly steps: Steps
  readonly range: { min: number; max: number }
  readonly radius: number
  readonly rim: number
  readonly dark: boolean
}): React.JSX.Element {
  const { steps, range, radius, rim, dark } = props
  return (
    <>
      {steps.map(({ value, color }, at) => {
        const from = angleOf(value, range)
        const to = at + 1 < steps.length ? angleOf(steps[at + 1]!.value, range) : TO
        if (to <= from) return null
        return (
          <path
            key={at}
            d={ringPath({ outer: radius, inner: radius - rim }, from, to)}
            fill={namedColor(color, dark)}
          />
        )
      })}
    </>
  )
}

function StepLabels(props: {
  readonly steps: Steps
  readonly range: { min: number; max: number }
  readonly radius: number
  readonly field: Field
}): React.JSX.Element {
  const { steps, range, radius, field } = props
  const { unit, decimals } = field.config
  const places = [range.min, ...steps.map(({ value }) => value), range.max].filter(
    (at) => at >= range.min && at <= range.max,
  )
  return (
    <>
      {[...new Set(places)].map((at) => {
        const angle = angleOf(at, range)
        const { x, y } = onCircle(radius + 7, angle)
        const anchor = Math.abs(x) < radius * 0.3 ? 'middle' : x < 0 ? 'end' : 'start'
        return (
          <text key={at} className="dial-step" x={x} y={y + 3} textAnchor={anchor}>
            {formattedText(formatValue(at, unit, { decimals }))}
          </text>
        )
      })}
    </>
  )
}
