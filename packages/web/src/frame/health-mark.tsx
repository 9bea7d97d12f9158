import type { Health } from '@weir/packs'
import {
  IconAlertTriangleFilled,
  IconCircleCheckFilled,
  IconCircleDashed,
  IconOctagonFilled,
} from '@tabler/icons-react'

const MARKS = {
  failing: { word: 'Failing', Icon: IconOctagonFilled },
  degraded: { word: 'Degraded', Icon: IconAlertTriangleFilled },
  silent: { word: 'Silent', Icon: IconCircleDashed },
  healthy: { word: 'Healthy', Icon: IconCircleCheckFilled },
} as const

/** A health as icon, word and colour: each alone would do. */
export function HealthMark({ health }: { readonly health: Health }): React.JSX.Element {
  const { word, Icon } = MARKS[health]
  return (
    <span className="health" data-health={health}>
      <Icon size={15} aria-hidden />
      {word}
    </span>
  )
}
