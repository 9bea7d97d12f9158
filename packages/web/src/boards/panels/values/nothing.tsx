import type { Frame } from '@weir/boards'

/** Said in a panel's box when its data are not of the kind that it draws. */
export function Nothing(props: {
  readonly frames: readonly Frame[]
  /** `numbers`, `a time and states`. */
  readonly wants: string
}): React.JSX.Element {
  const names = props.frames.flatMap(({ fields }) =>
    fields.map((field) => `${field.displayName ?? field.name} (${field.type})`),
  )
  const shown = [...new Set(names)].slice(0, 6)
  return (
    <div className="panel-say">
      <p>Nothing to draw</p>
      <p className="muted">
        {names.length === 0
          ? `This panel wants ${props.wants}; there are no columns.`
          : `This panel wants ${props.wants}; it was given ${shown.join(', ')}${names.length > shown.length ? ', …' : ''}.`}
      </p>
    </div>
  )
}
