import { formattedText, inkOn, legibleOn, reduceValues } from '@weir/boards'
import type { FieldLink } from '../links/field-links.ts'
import { Figure } from '../values/figure.tsx'
import { Linked } from '../values/linked.tsx'
import type { ReducedValue } from '../values/reduced-values.ts'
import { fontFor } from '../values/tile-grid.ts'
import type { StatOptions } from './stat-options.ts'
import { trendOf } from './trend.ts'

/** Pixels from a tile's edge to what is in it; of a low tile. */
const PADDING = 10
const PADDING_LOW = 4
/** Below this name and value do not stand side by side. */
const NARROW = 150
/** Below this a name and a trend have no room. */
const LOW = 56

export function StatTile(props: {
  readonly value: ReducedValue
  readonly options: StatOptions
  readonly width: number
  readonly height: number
  readonly dark: boolean
  readonly links: readonly FieldLink[]
  readonly withName: boolean
  readonly isCentered: boolean
}): React.JSX.Element {
  const { value, options, width, height, dark, links, withName, isCentered } = props
  const { shown, name } = value
  const isFilled = options.colorMode === 'background' || options.colorMode === 'background_solid'
  const padding = height < LOW ? PADDING_LOW : PADDING
  const inner = { width: width - 2 * padding, height: height - 2 * padding }
  const isWide =
    withName &&
    options.withValue &&
    ((height < LOW && width >= NARROW) || (options.isWide && inner.width > inner.height * 3.2))
  const trend =
    options.withGraph && height >= LOW && options.withValue
      ? trendOf(value, { width, height: Math.round(height * 0.42) })
      : undefined
  const text = options.withValue ? formattedText(shown) || '–' : name
  const change = options.withChange ? changeOf(value) : undefined
  const fontSize =
    options.valueSize ??
    fontFor(
      text,
      {
        width: isWide ? inner.width * 0.55 : inner.width,
        height: isWide
          ? inner.height
          : inner.height * (height < LOW ? 0.6 : trend === undefined ? 0.72 : 0.56) -
            (change === undefined ? 0 : 16),
      },
      { min: 12, max: 76 },
    )
  const color = isFilled
    ? inkOn(shown.color, dark)
    : options.colorMode === 'value'
      ? legibleOn(shown.color, { dark, ratio: fontSize >= 40 ? 3 : 4.5 })
      : undefined
  return (
    <Linked
      links={links}
      className={['stat-tile', isWide ? 'stat-wide' : '', height < LOW ? 'stat-low' : ''].join(' ')}
      style={{
        width,
        height,
        padding,
        ...(trend === undefined || isWide ? {} : { paddingBottom: Math.round(height * 0.3) }),
        ...(isFilled ? { background: backgroundOf(shown.color, options.colorMode) } : {}),
        ...(color === undefined ? {} : { color }),
        ...(isCentered && !isWide ? { alignItems: 'center', textAlign: 'center' } : {}),
      }}
    >
      {trend === undefined ? null : (
        <svg
          className="stat-trend"
          viewBox={`0 0 ${width} ${Math.round(height * 0.42)}`}
          preserveAspectRatio="none"
          style={{ color: isFilled ? color : shown.color, height: Math.round(height * 0.42) }}
          aria-hidden
        >
          <path className="area" d={trend.area} />
          <path className="line" d={trend.line} />
        </svg>
      )}
      {withName && options.withValue ? (
        <span
          className="stat-name"
          style={{
            ...(isFilled ? { color } : {}),
            ...(options.titleSize === undefined ? {} : { fontSize: options.titleSize }),
          }}
          title={name}
        >
          {name}
        </span>
      ) : null}
      {options.withValue || options.withNameOnly ? (
        <span className="stat-value" style={{ fontSize }} title={text}>
          {options.withValue ? <Figure value={shown} /> : name}
        </span>
      ) : (
        <span className="visually-hidden">{`${name}: ${formattedText(shown)}`}</span>
      )}
      {change === undefined ? null : (
        <span
          className="stat-change"
          data-tone={isFilled ? undefined : changeTone(change, options.changeColor)}
        >
          {change > 0 ? '▲' : change < 0 ? '▼' : '■'} {Math.abs(change * 100).toFixed(1)}%
        </span>
      )}
    </Linked>
  )
}

function backgroundOf(color: string, mode: string): string {
  if (mode === 'background_solid') return color
  return `linear-gradient(120deg, color-mix(in srgb, ${color} 94%, black), ${color})`
}

/** From the first value to the last, as a share of the first. */
function changeOf({ field, rowIndex }: ReducedValue): number | undefined {
  if (rowIndex !== undefined || field.type !== 'number') return undefined
  const [first, last] = ['firstNotNull', 'lastNotNull'].map((id) => reduceValues(field.values, id))
  if (typeof first !== 'number' || typeof last !== 'number' || first === 0) return undefined
  return (last - first) / Math.abs(first)
}

function changeTone(change: number, mode: string): string | undefined {
  if (change === 0 || mode === 'same_as_value') return undefined
  return change > 0 === (mode !== 'inverted') ? 'up' : 'down'
}
