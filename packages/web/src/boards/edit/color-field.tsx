import { ColorInput } from '@mantine/core'

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
  return (
    <ColorInput
      {...(isBare ? { 'aria-label': label } : { label })}
      size="xs"
      value={value}
      fixOnBlur={false}
      swatches={SWATCHES}
      swatchesPerRow={10}
      eyeDropperButtonProps={{ 'aria-label': `${label}: take from the screen` }}
      onChange={onChange}
    />
  )
}
