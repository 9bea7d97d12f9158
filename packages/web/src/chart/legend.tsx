import { useComputedColorScheme } from '@mantine/core'
import { paletteColor } from '@weir/boards'

const SHOWN_MAX = 300

/** Names of the lines. A click hides a line; with Ctrl or Cmd, or twice, it stays alone. */
export function Legend(props: {
  readonly names: readonly string[]
  readonly hidden: ReadonlySet<number>
  readonly onChange: (hidden: ReadonlySet<number>) => void
}): React.JSX.Element {
  const { names, hidden, onChange } = props
  const dark = useComputedColorScheme('light') === 'dark'
  const alone = (index: number): void => {
    const others = new Set(names.keys())
    others.delete(index)
    const isAlone = hidden.size === others.size && !hidden.has(index)
    onChange(isAlone ? new Set() : others)
  }
  return (
    <div className="legend" data-long={names.length > 12 ? '' : undefined}>
      {names.slice(0, SHOWN_MAX).map((name, i) => (
        <button
          key={`${i} ${name}`}
          type="button"
          aria-pressed={!hidden.has(i)}
          onDoubleClick={() => alone(i)}
          onClick={(event) => {
            if (event.ctrlKey || event.metaKey) {
              alone(i)
              return
            }
            const next = new Set(hidden)
            if (!next.delete(i)) next.add(i)
            onChange(next)
          }}
        >
          <i style={{ background: paletteColor(i, dark) }} />
          {name}
        </button>
      ))}
      {names.length > SHOWN_MAX ? (
        <span className="muted">and {names.length - SHOWN_MAX} more</span>
      ) : null}
    </div>
  )
}
