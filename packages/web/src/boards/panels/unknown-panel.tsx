import { FrameTable } from './frame-table.tsx'
import type { PanelProps } from './panel-props.ts'

/** A kind of panel that Weir does not have: its name, and the data that it would have shown. */
export function UnknownPanel({ panel, frames, timeZone }: PanelProps): React.JSX.Element {
  return (
    <div className="board-unknown">
      <p className="note" data-tone="quiet">
        Weir has no panel of the type <code>{panel.type}</code>. This is its data:
      </p>
      <FrameTable frames={frames} timeZone={timeZone} />
    </div>
  )
}
