import { formattedText, legibleOn } from '@weir/boards'
import { useMemo } from 'react'
import { whole } from '../../../format/number.ts'
import { scaled } from '../gauge/scale.ts'
import { fieldLinks } from '../links/field-links.ts'
import type { PanelProps } from '../panel-props.ts'
import { Linked } from '../values/linked.tsx'
import { NoValue } from '../values/no-value.tsx'
import { scrollable } from '../values/scrollable.ts'
import { fontFor } from '../values/tile-grid.ts'
import { linkPlace, reduceOptionsOf, reducedValues } from '../values/reduced-values.ts'
import { Bar } from './bar.tsx'
import '../panels.css'

const BARS_MAX = 200
const ROW_LEAST = 22
const COLUMN_LEAST = 44
const GAP = 6

/** A bar for each value. */
export function BarGaugePanel(props: PanelProps): React.JSX.Element {
  const { panel, frames, width, height, dark, timeZone, nowMs, text } = props
  const { options } = panel
  const values = useMemo(
    () => reducedValues(frames.map(scaled), reduceOptionsOf(options), { dark, timeZone, nowMs }),
    [frames, options, dark, timeZone, nowMs],
  )
  if (values.length === 0) return <NoValue panel={panel} frames={frames} />
  const bars = values.slice(0, BARS_MAX)
  const word = (key: string, otherwise: string): string =>
    typeof options[key] === 'string' ? options[key] : otherwise
  const orientation = word('orientation', 'auto')
  const isVertical = orientation === 'vertical' || (orientation === 'auto' && width > height * 1.4)
  const mode = word('displayMode', 'gradient')
  const isOver = !isVertical && word('namePlacement', 'auto') === 'top'
  const least = isVertical ? COLUMN_LEAST : isOver ? 38 : ROW_LEAST
  const room = isVertical ? width : height
  const size = Math.min(
    isVertical ? 120 : 56,
    Math.max(least, Math.floor(room / bars.length) - GAP),
  )
  const longest = Math.max(...bars.map(({ shown }) => formattedText(shown).length))
  return (
    <div
      className="bars"
      {...(bars.length * (size + GAP) > room ? { role: 'group', ...scrollable(true, 'Bars') } : {})}
      data-vertical={isVertical ? '' : undefined}
      data-over={isOver ? '' : undefined}
      style={
        {
          '--bar-size': `${size}px`,
          '--bar-figure': `${Math.max(4, longest) + 1}ch`,
          '--bar-font': `${fontFor('x'.repeat(longest), { width: size, height: 17 }, { min: 10, max: 14 })}px`,
        } as React.CSSProperties
      }
    >
      {bars.map((value, at) => {
        const { name, shown, field } = value
        const valueColor = word('valueMode', 'color')
        return (
          <Linked key={at} links={fieldLinks(linkPlace(value), text)} className="bar-row">
            {word('namePlacement', 'auto') === 'hidden' ? null : (
              <span className="bar-name" title={name}>
                {name}
              </span>
            )}
            <Bar
              {...{ shown, field, mode, isVertical, dark, name }}
              isUnfilledShown={options['showUnfilled'] !== false}
            />
            {valueColor === 'hidden' ? null : (
              <span
                className="bar-figure"
                style={
                  valueColor === 'color'
                    ? { color: legibleOn(shown.color, { dark, ratio: 4.5 }) }
                    : {}
                }
              >
                {formattedText(shown) || '–'}
              </span>
            )}
          </Linked>
        )
      })}
      {values.length > bars.length ? (
        <p className="muted">and {whole(values.length - bars.length)} more</p>
      ) : null}
    </div>
  )
}
