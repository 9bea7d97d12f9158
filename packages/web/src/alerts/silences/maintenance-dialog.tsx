import type { MaintenanceWindowView } from '@weir/packs'
import { Button, Modal, NativeSelect, NumberInput, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useDeed } from '../../access/use-deed.ts'
import { planMaintenance } from '../../api/alerts.ts'
import { FailureNote } from '../../frame/failure-note.tsx'
import { inputTime } from '../../time/clock-text.ts'
import { serverNow } from '../../time/server-clock.ts'
import { useAuthor } from '../author.ts'
import { MatcherField } from './matcher-field.tsx'
import { operatorOf, parseMatchers } from './matcher-text.ts'

const HOUR_MS = 3_600_000
const REPEATS = [
  { value: '', label: 'Once' },
  { value: 'FREQ=DAILY', label: 'Every day' },
  { value: 'FREQ=WEEKLY', label: 'Every week' },
  { value: 'FREQ=MONTHLY', label: 'Every month' },
  { value: 'other', label: 'By a rule…' },
]

/** Plans maintenance, or changes a plan. */
export function MaintenanceDialog(props: {
  readonly window?: MaintenanceWindowView
  readonly onClose: () => void
}): React.JSX.Element {
  const { window, onClose } = props
  const client = useQueryClient()
  const [author, setAuthor, isKnown] = useAuthor()
  const [name, setName] = useState(window?.name ?? '')
  const [comment, setComment] = useState(window?.comment ?? '')
  const [matchers, setMatchers] = useState(() =>
    (window?.matchers ?? [])
      .map((one) => one.name + one.operator + JSON.stringify(one.value))
      .join('\n'),
  )
  const [start, setStart] = useState(() => window?.start ?? inputTime(serverNow() + HOUR_MS))
  const [hours, setHours] = useState<string | number>((window?.durationMs ?? 2 * HOUR_MS) / HOUR_MS)
  const [timeZone, setTimeZone] = useState(
    () => window?.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
  )
  const [rrule, setRrule] = useState(window?.rrule ?? '')
  const [isOther, setOther] = useState(!REPEATS.some(({ value }) => value === rrule))
  const read = parseMatchers(matchers)
  const planning = useDeed(planMaintenance, {
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['maintenance'] })
      onClose()
    },
  })
  const plan = (): void => {
    const draft = {
      name: name.trim(),
      comment: comment.trim(),
      createdBy: author.trim(),
      matchers: read.matchers.map((one) => ({
        name: one.name,
        operator: operatorOf(one),
        value: one.value,
      })),
      start,
      durationMs: Math.round(Number(hours) * HOUR_MS),
      timeZone: timeZone.trim(),
      rrule: rrule.trim(),
    }
    planning.mutate({ id: window?.id, draft })
  }
  const isReady =
    name.trim() !== '' &&
    author.trim() !== '' &&
    read.wrong === undefined &&
    read.matchers.length > 0 &&
    Number(hours) > 0
  return (
    <Modal.Root opened onClose={onClose} centered size="lg">
      <Modal.Overlay />
      <Modal.Content>
        <Modal.Body pt="md">
          <form
            className="stack"
            onSubmit={(event) => {
              event.preventDefault()
              if (isReady) plan()
            }}
          >
            <Modal.Title fw={600}>
              {window === undefined ? 'Plan maintenance' : 'Change maintenance'}
            </Modal.Title>
            <TextInput
              label="Name"
              value={name}
              data-autofocus
              onChange={(event) => setName(event.currentTarget.value)}
            />
            <MatcherField value={matchers} onChange={setMatchers} />
            <div className="two">
              <TextInput
                type="datetime-local"
                label="First time"
                value={start}
                onChange={(event) => setStart(event.currentTarget.value)}
              />
              <NumberInput
                label="Hours"
                min={0.25}
                max={744}
                step={0.5}
                value={hours}
                onChange={setHours}
              />
            </div>
            <div className="two">
              <NativeSelect
                label="Again"
                value={isOther ? 'other' : rrule}
                onChange={(event) => {
                  const { value } = event.currentTarget
                  setOther(value === 'other')
                  if (value !== 'other') setRrule(value)
                }}
                data={REPEATS}
              />
              <TextInput
                label="Time zone"
                value={timeZone}
                onChange={(event) => setTimeZone(event.currentTarget.value)}
              />
            </div>
            {isOther ? (
              <TextInput
                label="Rule"
                description="As in iCalendar: FREQ=MONTHLY;BYDAY=2TU"
                value={rrule}
                spellCheck={false}
                onChange={(event) => setRrule(event.currentTarget.value)}
              />
            ) : null}
            <div className="two">
              <TextInput
                label="Your name"
                value={author}
                readOnly={isKnown}
                onChange={(event) => setAuthor(event.currentTarget.value)}
              />
              <TextInput
                label="Why"
                value={comment}
                onChange={(event) => setComment(event.currentTarget.value)}
              />
            </div>
            {planning.error === null ? null : <FailureNote error={planning.error} />}
            <div style={{ display: 'flex', gap: 10, justifyContent: 'flex-end' }}>
              <Button variant="default" onClick={onClose}>
                Not now
              </Button>
              <Button type="submit" disabled={!isReady} loading={planning.isPending}>
                {window === undefined ? 'Plan' : 'Change'}
              </Button>
            </div>
          </form>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  )
}
