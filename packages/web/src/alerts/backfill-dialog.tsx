import { Button, Modal, SegmentedControl, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useDeed } from '../access/use-deed.ts'
import type { RuleGroup } from '../api/prometheus.ts'
import { backfillsQuery, beginBackfill } from '../api/weir.ts'
import { FailureNote } from '../frame/failure-note.tsx'
import { inputTime } from '../time/clock-text.ts'
import { serverNow } from '../time/server-clock.ts'
import { BACK } from './backfill-progress.ts'

const DAY_MS = 86_400_000

/** Asks how far back, and begins. */
export function BackfillDialog(props: {
  readonly group: RuleGroup
  readonly onClose: () => void
}): React.JSX.Element {
  const { group, onClose } = props
  const client = useQueryClient()
  const [now] = useState(serverNow)
  const [from, setFrom] = useState(() => inputTime(now - 7 * DAY_MS))
  const begin = useDeed(beginBackfill, {
    onSuccess: async () => {
      await client.invalidateQueries(backfillsQuery)
      onClose()
    },
  })
  const chosen = BACK.find(([days]) => inputTime(now - days * DAY_MS) === from)
  const isUsable = Date.parse(from) < now
  return (
    <Modal.Root opened onClose={onClose} centered>
      <Modal.Overlay />
      <Modal.Content>
        <Modal.Body pt="md">
          <form
            className="stack"
            onSubmit={(event) => {
              event.preventDefault()
              begin.mutate({ file: group.file, group: group.name, startMs: Date.parse(from) })
            }}
          >
            <Modal.Title fw={600}>Fill in the past of {group.name}</Modal.Title>
            <div>
              Its recording rules are evaluated as if they had been there since then. Samples that
              are there already stay as they are.
            </div>
            <SegmentedControl
              aria-label="How far back"
              fullWidth
              value={chosen === undefined ? '' : String(chosen[0])}
              onChange={(days) => setFrom(inputTime(now - Number(days) * DAY_MS))}
              data={BACK.map(([days, words]) => ({ value: String(days), label: words }))}
            />
            <TextInput
              type="datetime-local"
              label="Since"
              value={from}
              max={inputTime(now)}
              error={isUsable ? undefined : 'Want a time in the past'}
              onChange={(event) => setFrom(event.currentTarget.value)}
            />
            {begin.error === null ? null : <FailureNote error={begin.error} />}
            <div style={{ display: 'flex', gap: 10, justifyContent: 'flex-end' }}>
              <Button variant="default" onClick={onClose}>
                Not now
              </Button>
              <Button type="submit" disabled={!isUsable} loading={begin.isPending}>
                Fill in
              </Button>
            </div>
          </form>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  )
}
