import { Tooltip } from '@mantine/core'
import { useMay } from './use-may.ts'

/** Said once, in the bar, to those who may only look: why they do not find what others do. */
export function LooksOnly(): React.JSX.Element | null {
  const mayRead = useMay({ wants: 'read' })
  const mayWrite = useMay({ wants: 'write' })
  if (mayWrite || !mayRead) return null
  const why = 'You may look, not change. To change things, ask for the scope write.'
  return (
    <Tooltip label={why} events={{ hover: true, focus: true, touch: true }} multiline w={230}>
      <span className="tag looks-only" tabIndex={0} aria-label={`Read only. ${why}`} role="note">
        Read only
      </span>
    </Tooltip>
  )
}
