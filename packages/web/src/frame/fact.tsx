import { FigureText } from './figure-text.tsx'

/** A labelled figure of a fact sheet. */
export function Fact(props: {
  readonly label: string
  readonly value: number | null | undefined
  readonly unit: string
}): React.JSX.Element {
  return (
    <div className="fact">
      <div className="label">{props.label}</div>
      <FigureText value={props.value} unit={props.unit} />
    </div>
  )
}
