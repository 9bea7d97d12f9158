import { figure } from '../format/number.ts'

/** A number with its unit set smaller. */
export function FigureText(props: {
  readonly value: number | null | undefined
  readonly unit: string
}): React.JSX.Element {
  const { text, unit } = figure(props.value, props.unit)
  return (
    <span className="num">
      {text}
      {unit === '' ? null : <small>{unit}</small>}
    </span>
  )
}
