import { formatValue, formattedText, knownUnits } from '@weir/boards'
import { Autocomplete } from '@mantine/core'
import { useMemo } from 'react'

/** A value that shows what a unit does to it. */
const SAMPLE = 1234.5

/** Grafana's units by name, with what becomes of a value; any other text stands behind the number. */
export function UnitPicker(props: {
  readonly value: string
  readonly onChange: (unit: string) => void
}): React.JSX.Element {
  const { value, onChange } = props
  const units = useMemo(() => knownUnits(), [])
  const options = { decimals: null, timeZone: 'utc', nowMs: 0 }
  return (
    <Autocomplete
      label="Unit"
      size="xs"
      placeholder="none"
      data={units}
      limit={60}
      value={value}
      onChange={onChange}
      renderOption={({ option }) => (
        <span className="edit-unit">
          <span>{option.value}</span>
          <span className="muted">{formattedText(formatValue(SAMPLE, option.value, options))}</span>
        </span>
      )}
    />
  )
}
