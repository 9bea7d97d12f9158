import { colorByName } from '@weir/boards'
import { ColorInput, ColorSwatch, useComputedColorScheme } from '@mantine/core'

const SWATCHES = [
  '#73BF69',
  '#FADE2A',
  '#FF9830',
  '#F2495C',
  '#5794F2',
  '#B877D9',
  '#8F8F8F',
  '#37872D',
  '#C4162A',
  '#1F60C4',
]

/** A colour: one of the usual names, or any in hexadecimal. */
export function ColorField(props: {
  readonly label: string
  readonly value: string
  /** Its label is for screen readers only. */
  readonly isBare?: boolean
  readonly onChange: (color: string) => void
}): React.JSX.Element {
  const { label, value, isBare = false, onChange } = props
  const isDark = useComputedColorScheme('light') === 'dark'
  return (
    <ColorInput
      {...(isBare ? { 'aria-label': label } : { label })}
      size="xs"
      // A name of a dashboard, as dark-green, is none that the field itself could show.
      leftSection={
        <ColorSwatch size={16} color={value === '' ? 'transparent' : colorByName(value, isDark)} />
      }
      value={value}
      fixOnBlur={false}
      swatches={SWATCHES}
      swatchesPerRow={10}
      eyeDropperButtonProps={{ 'aria-label': `${label}: take from the screen` }}
      onChange={onChange}
    />
  )
}
