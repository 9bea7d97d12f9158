import { Button } from '@mantine/core'
import { whole } from '../format/number.ts'

/** Shows the next rows of a long list; nothing when none are left. */
export function MoreButton(props: {
  readonly left: number
  readonly step: number
  readonly onMore: () => void
}): React.JSX.Element | null {
  const { left, step, onMore } = props
  if (left <= 0) return null
  return (
    <Button variant="default" size="compact-sm" onClick={onMore}>
      Show {whole(Math.min(step, left))} more of {whole(left)}
    </Button>
  )
}
