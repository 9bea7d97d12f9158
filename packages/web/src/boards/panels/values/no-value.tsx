import type { Frame, Panel } from '@weir/boards'
import { Nothing } from './nothing.tsx'

/** A panel of figures without one: what the board says for it, else why. */
export function NoValue({
  panel,
  frames,
}: {
  readonly panel: Panel
  readonly frames: readonly Frame[]
}): React.JSX.Element {
  const { noValue } = panel.fieldConfig.defaults
  if (typeof noValue === 'string' && noValue !== '') {
    return <div className="panel-say stat-none">{noValue}</div>
  }
  if (frames.some(({ length }) => length > 0)) return <Nothing frames={frames} wants="numbers" />
  return <div className="panel-say muted">No data</div>
}
