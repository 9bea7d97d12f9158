import type { FiringAlert } from '@weir/packs'
import { Button, Menu, TextInput } from '@mantine/core'
import { IconCheck, IconClockPause, IconVolumeOff } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Offered } from '../../access/offered.tsx'
import { useDeed } from '../../access/use-deed.ts'
import { type AlertAction, actOn, keepSilence } from '../../api/alerts.ts'
import { FailureNote } from '../../frame/failure-note.tsx'
import { serverNow } from '../../time/server-clock.ts'
import { useAuthor } from '../author.ts'
import { tomorrowNine } from './firing-rows.ts'

const HOUR_MS = 3_600_000

/** What can be done about an alert. */
export function AlertActions(props: {
  readonly alert: FiringAlert
  readonly onSilence: () => void
}): React.JSX.Element {
  const { alert, onSilence } = props
  const { marks } = alert
  const [author, setAuthor, isKnown] = useAuthor()
  const [text, setText] = useState('')
  const client = useQueryClient()
  const doing = useDeed(actOn, {
    onSuccess: async (_, { action: { kind } }) => {
      if (kind === 'note' || kind === 'assign') setText('')
      await Promise.all([
        client.invalidateQueries({ queryKey: ['alerts'] }),
        client.invalidateQueries({ queryKey: ['silences'] }),
      ])
    },
  })
  const isNameless = author.trim() === ''
  const act = (action: AlertAction) => () =>
    doing.mutate({ fingerprint: alert.fingerprint, by: author.trim(), action })
  const snooze = (untilMs: number | null) => act({ kind: 'snooze', untilMs })
  const isAcked = (marks?.ack ?? null) !== null
  const isSnoozed = (marks?.snooze ?? null) !== null
  return (
    <div className="alert-actions">
      <div className="filters">
        <Button
          size="compact-md"
          leftSection={<IconCheck size={15} aria-hidden />}
          variant={isAcked ? 'default' : 'filled'}
          disabled={isNameless || doing.isPending}
          onClick={act(isAcked ? { kind: 'unack' } : { kind: 'ack', comment: text.trim() })}
        >
          {isAcked ? 'Take back acknowledgement' : 'Acknowledge'}
        </Button>
        {isSnoozed ? (
          <Button
            size="compact-md"
            variant="default"
            disabled={isNameless || doing.isPending}
            onClick={act({ kind: 'wake' })}
          >
            End snooze
          </Button>
        ) : (
          <Menu position="bottom-start" withinPortal>
            <Menu.Target>
              <Button
                size="compact-md"
                variant="default"
                leftSection={<IconClockPause size={15} aria-hidden />}
                disabled={isNameless || doing.isPending}
              >
                Snooze
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={() => snooze(serverNow() + HOUR_MS)()}>1 hour</Menu.Item>
              <Menu.Item onClick={() => snooze(serverNow() + 4 * HOUR_MS)()}>4 hours</Menu.Item>
              <Menu.Item onClick={() => snooze(tomorrowNine(serverNow()))()}>
                Until tomorrow, 9:00
              </Menu.Item>
              <Menu.Item onClick={() => snooze(null)()}>Until resolved</Menu.Item>
            </Menu.Dropdown>
          </Menu>
        )}
        <Offered to={keepSilence}>
          <Button
            size="compact-md"
            variant="default"
            leftSection={<IconVolumeOff size={15} aria-hidden />}
            onClick={onSilence}
          >
            Silence…
          </Button>
        </Offered>
        {isNameless ? <span className="muted">Give your name below, then act.</span> : null}
      </div>
      <form
        className="filters"
        onSubmit={(event) => {
          event.preventDefault()
          if (text.trim() !== '' && !isNameless) act({ kind: 'note', text: text.trim() })()
        }}
      >
        <TextInput
          size="xs"
          aria-label="Your name"
          placeholder="Your name"
          value={author}
          readOnly={isKnown}
          onChange={(event) => setAuthor(event.currentTarget.value)}
          style={{ width: 130 }}
        />
        <TextInput
          size="xs"
          aria-label="Note or name"
          placeholder="A note, or who it is for"
          value={text}
          maxLength={4096}
          onChange={(event) => setText(event.currentTarget.value)}
          style={{ flex: '1 1 200px', maxWidth: 380 }}
        />
        <Button
          size="xs"
          type="submit"
          variant="default"
          disabled={isNameless || text.trim() === '' || doing.isPending}
        >
          Add note
        </Button>
        <Button
          size="xs"
          variant="default"
          disabled={isNameless || text.trim() === '' || doing.isPending}
          onClick={act({ kind: 'assign', to: text.trim() })}
        >
          Assign
        </Button>
      </form>
      {doing.error === null ? null : <FailureNote error={doing.error} />}
    </div>
  )
}
