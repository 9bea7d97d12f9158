import type { Field, Frame } from '@weir/boards'
import { whole } from '../../format/number.ts'
import { cellText } from './cell-text.ts'

const ROWS_MAX = 200
const FRAMES_MAX = 20

/** Frames as plain tables: for panels that Weir does not know, and for those who want the figures of a chart. */
export function FrameTable(props: {
  readonly frames: readonly Frame[]
  readonly timeZone: string
}): React.JSX.Element {
  const { frames, timeZone } = props
  if (frames.length === 0) return <p className="muted">No data.</p>
  return (
    <div className="stack">
      {frames.slice(0, FRAMES_MAX).map((frame, i) => (
        <div key={`${frame.refId} ${i}`} className="scroll" tabIndex={0}>
          <table className="plain">
            <thead>
              <tr>
                {frame.fields.map((field, column) => (
                  <th key={column} className={field.type === 'number' ? 'right' : ''}>
                    {nameOf(field)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {Array.from({ length: Math.min(frame.length, ROWS_MAX) }, (_, row) => (
                <tr key={row}>
                  {frame.fields.map((field, column) => (
                    <td key={column} className={field.type === 'number' ? 'right num' : 'long'}>
                      {cellText(field, row, timeZone)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
          {frame.length > ROWS_MAX ? (
            <p className="muted">and {whole(frame.length - ROWS_MAX)} more rows</p>
          ) : null}
        </div>
      ))}
      {frames.length > FRAMES_MAX ? (
        <p className="muted">and {whole(frames.length - FRAMES_MAX)} more series</p>
      ) : null}
    </div>
  )
}

function nameOf(field: Field): string {
  return field.displayName ?? field.name
}
