import {
  type DisplayValue,
  type Field,
  formattedText,
  isColoredByValue,
  valueColorOf,
} from '@weir/boards'

const CELLS = 24

/** One bar: plain, in a gradient of its scale's colours, or in cells like an old display. */
export function Bar(props: {
  readonly shown: DisplayValue
  readonly field: Field
  readonly mode: string
  readonly name: string
  readonly isVertical: boolean
  readonly isUnfilledShown: boolean
  readonly dark: boolean
}): React.JSX.Element {
  const { shown, field, mode, name, isVertical, isUnfilledShown, dark } = props
  const range = field.range ?? { min: 0, max: 100 }
  const share = `${(shown.percent * 100).toFixed(2)}%`
  return (
    <span
      className="meter"
      role="meter"
      aria-label={name}
      aria-valuenow={Number.isNaN(shown.numeric) ? range.min : shown.numeric}
      aria-valuemin={range.min}
      aria-valuemax={range.max}
      aria-valuetext={formattedText(shown)}
      data-mode={mode}
      data-bare={isUnfilledShown ? undefined : ''}
    >
      {mode === 'lcd' ? (
        Array.from({ length: CELLS }, (_, at) => {
          const level = range.min + ((range.max - range.min) * (at + 0.5)) / CELLS
          const isLit = shown.percent > 0 && at < Math.max(1, Math.round(shown.percent * CELLS))
          const color = isColoredByValue(field) ? valueColorOf(field, level, dark) : shown.color
          return <i key={at} data-lit={isLit ? '' : undefined} style={{ background: color }} />
        })
      ) : (
        <i
          style={{
            [isVertical ? 'height' : 'width']: share,
            background:
              mode === 'basic' ? shown.color : gradient({ shown, field, isVertical, dark }),
          }}
        />
      )}
    </span>
  )
}

/** From the colour of the scale's low end to the value's own. */
function gradient(of: {
  readonly shown: DisplayValue
  readonly field: Field
  readonly isVertical: boolean
  readonly dark: boolean
}): string {
  const { shown, field, isVertical, dark } = of
  const side = isVertical ? 'to top' : 'to right'
  const { min } = field.range ?? { min: 0 }
  const low = isColoredByValue(field)
    ? valueColorOf(field, min, dark)
    : `color-mix(in srgb, ${shown.color} 45%, transparent)`
  return `linear-gradient(${side}, ${low}, ${shown.color})`
}
