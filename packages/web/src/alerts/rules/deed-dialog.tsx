import { Button, Modal, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useDeed } from '../../access/use-deed.ts'
import { type RuleDeed, type RuleRow, doToRule } from '../../api/rules.ts'
import { FailureNote } from '../../frame/failure-note.tsx'
import { useAuthor } from '../author.ts'
import { nameOf } from './rule-lines.ts'

const WORDS = {
  off: {
    title: 'Switch off',
    button: 'Switch off',
    about: 'It is not evaluated any more. What it fires now ends, and says who ended it.',
  },
  on: { title: 'Switch on', button: 'Switch on', about: 'It is evaluated again from now on.' },
  delete: {
    title: 'Delete',
    button: 'Delete',
    about: 'What it fires now ends. The list of changes keeps what it said.',
  },
} as const

/** Asks who does something to a rule, and why. */
export function DeedDialog(props: {
  readonly row: RuleRow
  readonly deed: RuleDeed
  readonly onClose: () => void
}): React.JSX.Element {
  const { row, deed, onClose } = props
  const { title, button, about } = WORDS[deed]
  const client = useQueryClient()
  const [author, setAuthor, isKnown] = useAuthor()
  const [reason, setReason] = useState('')
  const act = useDeed(doToRule, {
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['rules'] })
      onClose()
    },
  })
  return (
    <Modal.Root opened onClose={onClose} centered>
      <Modal.Overlay />
      <Modal.Content>
        <Modal.Body pt="md">
          <form
            className="stack"
            onSubmit={(event) => {
              event.preventDefault()
              act.mutate({ id: row.id, what: deed, author: { author, reason } })
            }}
          >
            <Modal.Title fw={600} style={{ overflowWrap: 'anywhere' }}>
              {title} {nameOf(row)}
            </Modal.Title>
            <div>{about}</div>
            <Signature {...{ author, isKnown, reason }} onAuthor={setAuthor} onReason={setReason} />
            {act.error === null ? null : <FailureNote error={act.error} />}
            <div style={{ display: 'flex', gap: 10, justifyContent: 'flex-end' }}>
              <Button variant="default" onClick={onClose}>
                Not now
              </Button>
              <Button
                type="submit"
                {...(deed === 'delete' ? { color: 'red' } : {})}
                disabled={author.trim() === ''}
                loading={act.isPending}
              >
                {button}
              </Button>
            </div>
          </form>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  )
}

/** Who, and why. */
export function Signature(props: {
  readonly author: string
  /** He said it when he logged in. */
  readonly isKnown: boolean
  readonly reason: string
  readonly onAuthor: (author: string) => void
  readonly onReason: (reason: string) => void
}): React.JSX.Element {
  return (
    <div style={{ display: 'flex', gap: 10, flexWrap: 'wrap' }}>
      <TextInput
        label="Your name"
        required
        value={props.author}
        readOnly={props.isKnown}
        onChange={(event) => props.onAuthor(event.currentTarget.value)}
        style={{ flex: '1 1 140px' }}
      />
      <TextInput
        label="Why"
        value={props.reason}
        onChange={(event) => props.onReason(event.currentTarget.value)}
        style={{ flex: '2 1 220px' }}
      />
    </div>
  )
}
