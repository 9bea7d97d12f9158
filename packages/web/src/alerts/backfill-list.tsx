import type { BackfillView } from '@weir/packs'
import { Button, Progress } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import {
  IconAlertTriangle,
  IconCircleCheck,
  IconClock,
  IconPlayerStop,
  IconRefresh,
} from '@tabler/icons-react'
import { useDeed } from '../access/use-deed.ts'
import { Offered } from '../access/offered.tsx'
import { backfillsQuery, cancelBackfill } from '../api/weir.ts'
import { counted } from '../format/number.ts'
import { FailureNote } from '../frame/failure-note.tsx'
import { agoText, fullTime, shortTime } from '../time/clock-text.ts'
import { serverNow } from '../time/server-clock.ts'
import { isOver, leftText, percentText } from './backfill-progress.ts'

const STATES = {
  waiting: { word: 'Waiting', tone: 'silent', Icon: IconClock },
  running: { word: 'Running', tone: 'silent', Icon: IconRefresh },
  done: { word: 'Done', tone: 'healthy', Icon: IconCircleCheck },
  canceled: { word: 'Canceled', tone: 'silent', Icon: IconPlayerStop },
  failed: { word: 'Failed', tone: 'failing', Icon: IconAlertTriangle },
} as const

/** What is being filled in, and what was; nothing at all when nobody asked for it. */
export function BackfillList(): React.JSX.Element | null {
  const { data = [], error } = useQuery(backfillsQuery)
  if (error !== null) return <FailureNote error={error} />
  if (data.length === 0) return null
  return (
    <section className="sheet" aria-label="Backfills">
      <div className="sheet-head">
        <h2>Filling in the past</h2>
      </div>
      {data.map((view) => (
        <BackfillLine key={view.id} view={view} />
      ))}
    </section>
  )
}

function BackfillLine({ view }: { readonly view: BackfillView }): React.JSX.Element {
  const client = useQueryClient()
  const cancel = useDeed(cancelBackfill, {
    onSettled: () => client.invalidateQueries(backfillsQuery),
  })
  const { word, tone, Icon } = STATES[view.state]
  const names = view.groups.map(({ name }) => name).join(', ')
  const now = serverNow()
  return (
    <div className="alert">
      <span className="health" data-health={tone}>
        <Icon size={15} aria-hidden />
        {word}
      </span>
      <div style={{ minWidth: 0 }}>
        <div>
          <b style={{ fontWeight: 600, overflowWrap: 'anywhere' }}>{names}</b>{' '}
          <span className="muted" title={`${fullTime(view.startMs)} to ${fullTime(view.endMs)}`}>
            {shortTime(view.startMs)} to {shortTime(view.endMs)}
          </span>
        </div>
        {isOver(view) ? null : (
          <Progress
            value={view.progress * 100}
            size="sm"
            mt={7}
            mb={3}
            aria-label={`Progress of ${names}`}
          />
        )}
        <div className="muted" style={{ fontSize: 13 }}>
          {[percentText(view), counted(view.samples, 'sample'), leftText(view, now)]
            .filter((text) => text !== '')
            .join(' · ')}
        </div>
        {view.error === '' ? null : (
          <div className="note" data-tone="error" style={{ marginTop: 6 }}>
            {view.error}
          </div>
        )}
        {cancel.error === null ? null : <FailureNote error={cancel.error} />}
      </div>
      <div className="muted" style={{ fontSize: 13, textAlign: 'right' }}>
        {view.endedMs === null ? (
          <Offered to={cancelBackfill}>
            <Button
              size="compact-sm"
              variant="default"
              loading={cancel.isPending}
              onClick={() => cancel.mutate(view.id)}
            >
              Cancel
            </Button>
          </Offered>
        ) : (
          <span title={fullTime(view.endedMs)}>{agoText(view.endedMs, now)}</span>
        )}
      </div>
    </div>
  )
}
