import type { MaintenanceView, MaintenanceWindowView } from '@weir/packs'
import { Button, Skeleton } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useDeed } from '../../access/use-deed.ts'
import { Offered } from '../../access/offered.tsx'
import { maintenanceQuery, planMaintenance, removeMaintenance } from '../../api/alerts.ts'
import { FailureNote } from '../../frame/failure-note.tsx'
import { agoText, shortTime, spanText, timeOfDay } from '../../time/clock-text.ts'
import { serverNow } from '../../time/server-clock.ts'
import { calendarDays } from './calendar-days.ts'
import { MaintenanceDialog } from './maintenance-dialog.tsx'
import { repeatText } from './repeat-text.ts'

const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' })
const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']
const SHOWN_A_DAY = 3

/** Planned maintenance: what is planned, and the coming four weeks. */
export function MaintenanceSheet(): React.JSX.Element {
  const { data, error, refetch } = useQuery(maintenanceQuery)
  const [edited, setEdited] = useState<MaintenanceWindowView | 'new'>()
  return (
    <section className="sheet">
      <div className="sheet-head">
        <h2>Maintenance</h2>
        <span className="muted">planned times in which nobody is told</span>
        <span className="spacer" />
        <Offered to={planMaintenance}>
          <Button size="compact-sm" variant="default" onClick={() => setEdited('new')}>
            Plan
          </Button>
        </Offered>
      </div>
      {data === undefined ? (
        <div className="sheet-body">
          {error === null ? (
            <Skeleton height={120} />
          ) : (
            <FailureNote error={error} retry={() => void refetch()} />
          )}
        </div>
      ) : data.windows.length === 0 ? (
        <div className="empty">Nothing is planned.</div>
      ) : (
        <>
          {data.windows.map((window) => (
            <WindowRow key={window.id} window={window} onEdit={() => setEdited(window)} />
          ))}
          <Calendar view={data} />
        </>
      )}
      {edited === undefined ? null : (
        <MaintenanceDialog
          {...(edited === 'new' ? {} : { window: edited })}
          onClose={() => setEdited(undefined)}
        />
      )}
    </section>
  )
}

function WindowRow(props: {
  readonly window: MaintenanceWindowView
  readonly onEdit: () => void
}): React.JSX.Element {
  const { window, onEdit } = props
  const { id, name, comment, createdBy, matchers, durationMs, timeZone, rrule, next, isOn } = window
  const client = useQueryClient()
  const removing = useDeed(removeMaintenance, {
    onSuccess: () => client.invalidateQueries(maintenanceQuery),
  })
  const now = serverNow()
  const when =
    next === null
      ? 'over'
      : isOn
        ? `on, ends ${agoText(next.endMs, now)}`
        : `${shortTime(next.startMs)}, ${agoText(next.startMs, now)}`
  return (
    <div className="silence">
      <div style={{ minWidth: 0 }}>
        <b style={{ fontWeight: 600 }}>{name}</b>{' '}
        <span className="muted" title={rrule}>
          {spanText(durationMs)} · {repeatText(rrule)} · {timeZone}
        </span>
        <div className="label-tags">
          {matchers.map((one) => (
            <span className="tag mono" key={`${one.name}${one.operator}${one.value}`}>
              {one.name}
              {one.operator}
              {JSON.stringify(one.value)}
            </span>
          ))}
        </div>
        <div style={{ overflowWrap: 'anywhere' }}>
          <span className="muted">{createdBy}</span> {comment}
        </div>
        {removing.error === null ? null : <FailureNote error={removing.error} />}
      </div>
      <div className={isOn ? 'health num' : 'muted num'} data-health={isOn ? 'silent' : undefined}>
        {when}
      </div>
      <div className="silence-actions">
        <Offered to={planMaintenance}>
          <Button size="compact-sm" variant="default" onClick={onEdit}>
            Change
          </Button>
        </Offered>
        <Offered to={removeMaintenance}>
          <Button
            size="compact-sm"
            variant="default"
            loading={removing.isPending}
            onClick={() => removing.mutate(id)}
          >
            Remove
          </Button>
        </Offered>
      </div>
    </div>
  )
}

function Calendar({ view }: { readonly view: MaintenanceView }): React.JSX.Element {
  const now = serverNow()
  const names = new Map(view.windows.map(({ id, name }) => [id, name]))
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label="The coming four weeks">
      <table className="calendar">
        <thead>
          <tr>
            {WEEKDAYS.map((day) => (
              <th key={day} scope="col">
                {day}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {weeksOf(calendarDays(view.times, now)).map((week) => (
            <tr key={week[0]!.startMs}>
              {week.map(({ startMs, times }) => (
                <td
                  key={startMs}
                  data-today={now >= startMs && now < startMs + 86_400_000 ? '' : undefined}
                >
                  <span className="muted">{DAY.format(startMs)}</span>
                  {times.slice(0, SHOWN_A_DAY).map((one) => (
                    <div
                      className="planned clip"
                      key={`${one.id} ${one.startMs}`}
                      title={`${names.get(one.id)}: ${shortTime(one.startMs)} to ${shortTime(one.endMs)}`}
                    >
                      {timeOfDay(one.startMs).slice(0, 5)} {names.get(one.id)}
                    </div>
                  ))}
                  {times.length > SHOWN_A_DAY ? (
                    <div className="muted">{times.length - SHOWN_A_DAY} more</div>
                  ) : null}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function weeksOf<T>(days: readonly T[]): T[][] {
  return Array.from({ length: days.length / 7 }, (_, i) => days.slice(i * 7, i * 7 + 7))
}
