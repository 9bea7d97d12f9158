/** What the colours of a drawing mean. */
export function ChartLegend(props: {
  readonly entries: readonly { readonly name: string; readonly color: string }[]
}): React.JSX.Element {
  return (
    <ul className="chart-legend">
      {props.entries.map(({ name, color }, at) => (
        <li key={at}>
          <i style={{ background: color }} />
          <span className="clip" title={name}>
            {name}
          </span>
        </li>
      ))}
    </ul>
  )
}

export const LEGEND_HEIGHT = 24

/** `options.legend` of a board: whether one is wanted. */
export function wantsLegend(options: Readonly<Record<string, unknown>>): boolean {
  const { legend } = options
  if (typeof legend !== 'object' || legend === null) return true
  const { showLegend, displayMode } = legend as Record<string, unknown>
  return showLegend !== false && displayMode !== 'hidden'
}
