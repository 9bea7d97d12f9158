import { Button } from '@mantine/core'
import { useLocalStorage } from '@mantine/hooks'
import { IconFlag } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { Mark } from '../chart/marks.ts'
import { eventsBetween } from './events-query.ts'
import { marksOf } from './marks-of.ts'

const NONE: readonly Mark[] = []

interface EventMarks {
  /** Empty while the reader does not want them. */
  readonly marks: readonly Mark[]
  /** How many there are, wanted or not. */
  readonly count: number
  readonly isShown: boolean
  readonly setShown: (isShown: boolean) => void
}

/** Events of a span of time as marks, and whether the reader wants them: one choice for all charts, remembered. */
export function useEventMarks(span: {
  readonly fromMs: number
  readonly toMs: number
  readonly pipeline?: string
}): EventMarks {
  const { fromMs, toMs, pipeline } = span
  const [isShown, setShown] = useLocalStorage({ key: 'weir-event-marks', defaultValue: true })
  const { data } = useQuery({ ...eventsBetween(fromMs, toMs), enabled: toMs > fromMs })
  const all = useMemo(() => marksOf(data?.events ?? [], pipeline), [data, pipeline])
  return { marks: isShown ? all : NONE, count: all.length, isShown, setShown }
}

/** Shows or hides the marks; not there while there are none. */
export function EventToggle({ count, isShown, setShown }: EventMarks): React.JSX.Element | null {
  if (count === 0) return null
  return (
    <Button
      size="compact-sm"
      variant={isShown ? 'light' : 'default'}
      leftSection={<IconFlag size={14} aria-hidden />}
      aria-pressed={isShown}
      onClick={() => setShown(!isShown)}
    >
      {count === 1 ? '1 event' : `${count} events`}
    </Button>
  )
}
