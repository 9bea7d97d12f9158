import type { LogLevel } from '@weir/packs'

/** A level, and how many processes have it where that is not all the same. */
export function LevelMark(props: {
  readonly level: LogLevel
  readonly count?: number
}): React.JSX.Element {
  const { level, count } = props
  return (
    <span className="log-level" data-level={level}>
      {level}
      {count === undefined ? null : <small>×{count}</small>}
    </span>
  )
}
