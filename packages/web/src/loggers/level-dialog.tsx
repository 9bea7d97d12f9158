import type { LogLevel } from '@weir/packs'
import { Button, Modal, SegmentedControl, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useDeed } from '../access/use-deed.ts'
import { useAuthor } from '../alerts/author.ts'
import { setLevel } from '../api/loggers.ts'
import { FailureNote } from '../frame/failure-note.tsx'
import { LEVELS } from './logger-filter.ts'

const MINUTE_MS = 60_000
const LENGTHS = [
  [5, '5 min'],
  [10, '10 min'],
  [30, '30 min'],
  [60, '1 h'],
  [240, '4 h'],
  [1440, '24 h'],
] as const

/** What the dialog begins with. */
export interface LevelWish {
  readonly service: string
  readonly logger: string
}

/** Changes a level for a while. */
export function LevelDialog(props: {
  readonly wish: LevelWish
  readonly onClose: () => void
}): React.JSX.Element {
  const { wish, onClose } = props
  const client = useQueryClient()
  const [author, setAuthor, isKnown] = useAuthor()
  const [service, setService] = useState(wish.service)
  const [logger, setLogger] = useState(wish.logger)
  const [host, setHost] = useState('')
  const [level, setChosen] = useState<LogLevel>('debug')
  const [minutes, setMinutes] = useState(10)
  const [reason, setReason] = useState('')
  const setting = useDeed(setLevel, {
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['loggers'] })
      onClose()
    },
  })
  const set = (): void =>
    setting.mutate({
      selector: {
        ...(service.trim() === '*' ? {} : { service: service.trim() }),
        ...(host.trim() === '' ? {} : { host: host.trim() }),
      },
      logger: logger.trim(),
      level,
      durationMs: minutes * MINUTE_MS,
      reason: reason.trim(),
      author: author.trim(),
    })
  const isReady = [service, logger, author].every((text) => text.trim() !== '')
  const length = LENGTHS.find(([count]) => count === minutes)![1]
  return (
    <Modal.Root opened onClose={onClose} centered size="lg">
      <Modal.Overlay />
      <Modal.Content>
        <Modal.Body pt="md">
          <form
            className="stack"
            onSubmit={(event) => {
              event.preventDefault()
              if (isReady) set()
            }}
          >
            <Modal.Title fw={600}>Change a level for a while</Modal.Title>
            <div className="two">
              <TextInput
                label="Service"
                value={service}
                spellCheck={false}
                onChange={(event) => setService(event.currentTarget.value)}
              />
              <TextInput
                label="Host"
                placeholder="any"
                value={host}
                spellCheck={false}
                onChange={(event) => setHost(event.currentTarget.value)}
              />
            </div>
            <TextInput
              label="Logger"
              description="* stands for anything: kafka.* are those below kafka"
              value={logger}
              spellCheck={false}
              data-autofocus
              onChange={(event) => setLogger(event.currentTarget.value)}
            />
            <Choice
              label="Level"
              value={level}
              onChange={(next) => setChosen(LEVELS.find((each) => each === next) ?? level)}
              data={LEVELS.map((each) => ({ value: each, label: each }))}
            />
            <Choice
              label="For"
              value={String(minutes)}
              onChange={(next) => setMinutes(Number(next))}
              data={LENGTHS.map(([count, text]) => ({ value: String(count), label: text }))}
            />
            <div className="two">
              <TextInput
                label="Your name"
                value={author}
                readOnly={isKnown}
                onChange={(event) => setAuthor(event.currentTarget.value)}
              />
              <TextInput
                label="Why"
                value={reason}
                onChange={(event) => setReason(event.currentTarget.value)}
              />
            </div>
            {setting.error === null ? null : <FailureNote error={setting.error} />}
            <div style={{ display: 'flex', gap: 10, justifyContent: 'flex-end' }}>
              <Button variant="default" onClick={onClose}>
                Not now
              </Button>
              <Button type="submit" disabled={!isReady} loading={setting.isPending}>
                Set {level} for {length}
              </Button>
            </div>
          </form>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  )
}

function Choice(props: {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
  readonly data: { readonly value: string; readonly label: string }[]
}): React.JSX.Element {
  const { label, ...control } = props
  return (
    <div>
      <div className="wish-label">{label}</div>
      <div className="scroll">
        <SegmentedControl aria-label={label} size="sm" {...control} />
      </div>
    </div>
  )
}
