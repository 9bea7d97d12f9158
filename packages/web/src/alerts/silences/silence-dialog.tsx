import { Button, Modal, SegmentedControl, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useDeed } from '../../access/use-deed.ts'
import { type Silence, keepSilence } from '../../api/alerts.ts'
import { FailureNote } from '../../frame/failure-note.tsx'
import { inputTime } from '../../time/clock-text.ts'
import { serverNow } from '../../time/server-clock.ts'
import { useAuthor } from '../author.ts'
import { MatcherField } from './matcher-field.tsx'
import { parseMatchers } from './matcher-text.ts'

const HOUR_MS = 3_600_000
const LENGTHS = [
  [1, '1 h'],
  [4, '4 h'],
  [24, '1 day'],
  [168, '1 week'],
] as const

/** Makes a silence, or changes one. */
export function SilenceDialog(props: {
  readonly matchers: string
  readonly silence?: Silence
  readonly onClose: () => void
}): React.JSX.Element {
  const { silence, onClose } = props
  const client = useQueryClient()
  const [now] = useState(serverNow)
  const [matchers, setMatchers] = useState(props.matchers)
  const [start, setStart] = useState(() =>
    inputTime(silence === undefined ? now : Date.parse(silence.startsAt)),
  )
  const [end, setEnd] = useState(() =>
    inputTime(silence === undefined ? now + 4 * HOUR_MS : Date.parse(silence.endsAt)),
  )
  const [comment, setComment] = useState(silence?.comment ?? '')
  const [author, setAuthor, isKnown] = useAuthor()
  const read = parseMatchers(matchers)
  const keeping = useDeed(keepSilence, {
    onSuccess: async () => {
      await Promise.all([
        client.invalidateQueries({ queryKey: ['silences'] }),
        client.invalidateQueries({ queryKey: ['alerts'] }),
      ])
      onClose()
    },
  })
  const keep = (): void =>
    keeping.mutate({
      ...(silence === undefined ? {} : { id: silence.id }),
      matchers: read.matchers,
      startsAt: startOf(start, silence),
      endsAt: new Date(end).toISOString(),
      createdBy: author.trim(),
      comment: comment.trim(),
    })
  const isLate = !(Date.parse(end) > Math.max(Date.parse(start), now))
  const isReady =
    read.wrong === undefined && read.matchers.length > 0 && !isLate && author.trim() !== ''
  const chosen = LENGTHS.find(([hours]) => inputTime(Date.parse(start) + hours * HOUR_MS) === end)
  return (
    <Modal.Root opened onClose={onClose} centered size="lg">
      <Modal.Overlay />
      <Modal.Content>
        <Modal.Body pt="md">
          <form
            className="stack"
            onSubmit={(event) => {
              event.preventDefault()
              if (isReady) keep()
            }}
          >
            <Modal.Title fw={600}>
              {silence === undefined ? 'New silence' : 'Change silence'}
            </Modal.Title>
            <MatcherField value={matchers} onChange={setMatchers} />
            <SegmentedControl
              aria-label="How long"
              fullWidth
              value={chosen === undefined ? '' : String(chosen[0])}
              onChange={(hours) => setEnd(inputTime(Date.parse(start) + Number(hours) * HOUR_MS))}
              data={LENGTHS.map(([hours, words]) => ({ value: String(hours), label: words }))}
            />
            <div className="two">
              <TextInput
                type="datetime-local"
                label="From"
                value={start}
                onChange={(event) => setStart(event.currentTarget.value)}
              />
              <TextInput
                type="datetime-local"
                label="Until"
                value={end}
                error={isLate ? 'Want an end that is yet to come' : undefined}
                onChange={(event) => setEnd(event.currentTarget.value)}
              />
            </div>
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
            {keeping.error === null ? null : <FailureNote error={keeping.error} />}
            <div style={{ display: 'flex', gap: 10, justifyContent: 'flex-end' }}>
              <Button variant="default" onClick={onClose}>
                Not now
              </Button>
              <Button type="submit" disabled={!isReady} loading={keeping.isPending}>
                Silence
              </Button>
            </div>
          </form>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  )
}

/** A field for times knows minutes only: what was not touched stays what it was. */
function startOf(field: string, silence: Silence | undefined): string {
  const isKept = silence !== undefined && inputTime(Date.parse(silence.startsAt)) === field
  return isKept ? silence.startsAt : new Date(field).toISOString()
}
