import { Button, SegmentedControl, Skeleton } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useDeed } from '../../access/use-deed.ts'
import { Offered } from '../../access/offered.tsx'
import { type Silence, expireSilence, keepSilence, silencesQuery } from '../../api/alerts.ts'
import { FailureNote } from '../../frame/failure-note.tsx'
import { MoreButton } from '../../frame/more-button.tsx'
import { agoText, fullTime } from '../../time/clock-text.ts'
import { serverNow } from '../../time/server-clock.ts'
import { MaintenanceSheet } from './maintenance-sheet.tsx'
import { matcherText } from './matcher-text.ts'
import { SilenceDialog } from './silence-dialog.tsx'

const STATES = ['active', 'pending', 'expired'] as const
const STEP = 100

/** Silences, and planned maintenance. */
export function SilencesTab(props: {
  readonly state: string | undefined
  readonly onChange: (change: { state?: string | undefined }) => void
}): React.JSX.Element {
  const { data, error, refetch } = useQuery(silencesQuery)
  const [edited, setEdited] = useState<Silence | 'new'>()
  const [shown, setShown] = useState(STEP)
  const state = STATES.find((one) => one === props.state) ?? 'active'
  if (data === undefined) {
    return error === null ? (
      <Skeleton height={240} />
    ) : (
      <FailureNote error={error} retry={() => void refetch()} />
    )
  }
  const listed = data.filter(({ status }) => status.state === state)
  return (
    <div className="stack">
      <div className="filters">
        <SegmentedControl
          aria-label="State"
          value={state}
          onChange={(next) => props.onChange({ state: next === 'active' ? undefined : next })}
          data={STATES.map((one) => {
            const count = data.filter(({ status }) => status.state === one).length
            return { value: one, label: `${one[0]!.toUpperCase()}${one.slice(1)} ${count}` }
          })}
        />
        <Offered to={keepSilence}>
          <Button variant="default" onClick={() => setEdited('new')}>
            New silence
          </Button>
        </Offered>
      </div>
      {error === null ? null : <FailureNote error={error} />}
      <section className="sheet">
        <div className="sheet-head">
          <h2>Silences</h2>
          <span className="muted">nobody is told about what they match</span>
        </div>
        {listed.length === 0 ? (
          <div className="empty">No silence is {state}.</div>
        ) : (
          listed
            .slice(0, shown)
            .map((one) => <SilenceRow key={one.id} silence={one} onEdit={() => setEdited(one)} />)
        )}
      </section>
      <MoreButton left={listed.length - shown} step={STEP} onMore={() => setShown(shown + STEP)} />
      <MaintenanceSheet />
      {edited === undefined ? null : (
        <SilenceDialog
          matchers={edited === 'new' ? '' : edited.matchers.map(matcherText).join('\n')}
          {...(edited === 'new' || edited.status.state === 'expired' ? {} : { silence: edited })}
          onClose={() => setEdited(undefined)}
        />
      )}
    </div>
  )
}

function SilenceRow(props: {
  readonly silence: Silence
  readonly onEdit: () => void
}): React.JSX.Element {
  const { silence, onEdit } = props
  const { id, status, matchers, createdBy, comment, startsAt, endsAt } = silence
  const client = useQueryClient()
  const ending = useDeed(expireSilence, {
    onSuccess: async () => {
      await Promise.all([
        client.invalidateQueries(silencesQuery),
        client.invalidateQueries({ queryKey: ['alerts'] }),
      ])
    },
  })
  const now = serverNow()
  const [startMs, endMs] = [Date.parse(startsAt), Date.parse(endsAt)]
  const when =
    status.state === 'pending'
      ? `begins ${agoText(startMs, now)}`
      : status.state === 'active'
        ? `ends ${agoText(endMs, now)}`
        : `ended ${agoText(endMs, now)}`
  return (
    <div className="silence">
      <div style={{ minWidth: 0 }}>
        <div className="label-tags">
          {matchers.map((one) => (
            <span className="tag mono" key={matcherText(one)}>
              {matcherText(one)}
            </span>
          ))}
        </div>
        <div style={{ overflowWrap: 'anywhere' }}>
          <span className="muted">{createdBy}</span> {comment}
        </div>
        {ending.error === null ? null : <FailureNote error={ending.error} />}
      </div>
      <div className="muted num" title={`${fullTime(startMs)} to ${fullTime(endMs)}`}>
        {when}
      </div>
      <div className="silence-actions">
        <Offered to={keepSilence}>
          <Button size="compact-sm" variant="default" onClick={onEdit}>
            {status.state === 'expired' ? 'Again' : 'Change'}
          </Button>
        </Offered>
        {status.state === 'expired' ? null : (
          <Offered to={expireSilence}>
            <Button
              size="compact-sm"
              variant="default"
              loading={ending.isPending}
              onClick={() => ending.mutate(id)}
            >
              End now
            </Button>
          </Offered>
        )}
      </div>
    </div>
  )
}
