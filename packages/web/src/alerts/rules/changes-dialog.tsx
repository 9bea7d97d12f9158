import { Button, Modal, Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type RuleChange, ruleChangesQuery } from '../../api/rules.ts'
import { FailureNote } from '../../frame/failure-note.tsx'
import { MoreButton } from '../../frame/more-button.tsx'
import { agoText, fullTime } from '../../time/clock-text.ts'
import { serverNow } from '../../time/server-clock.ts'
import { useState } from 'react'

const WORDS = {
  created: 'made',
  changed: 'changed',
  deleted: 'deleted',
  off: 'switched off',
  on: 'switched on',
} as const

const STEP = 50

/** What people changed of rules, newest first. */
export function ChangesDialog({ onClose }: { readonly onClose: () => void }): React.JSX.Element {
  const { data, error, refetch } = useQuery(ruleChangesQuery)
  const [count, setCount] = useState(STEP)
  return (
    <Modal.Root opened onClose={onClose} centered size="lg">
      <Modal.Overlay />
      <Modal.Content>
        <Modal.Body pt="md">
          <Modal.Title fw={600} mb={8}>
            Changes of rules
          </Modal.Title>
          {data === undefined ? (
            error === null ? (
              <Skeleton height={160} />
            ) : (
              <FailureNote error={error} retry={() => void refetch()} />
            )
          ) : data.length === 0 ? (
            <div className="empty">Nobody has changed a rule here yet.</div>
          ) : (
            <>
              {data.slice(0, count).map((change) => (
                <Change key={`${change.atMs} ${change.id} ${change.action}`} change={change} />
              ))}
              <div style={{ padding: 12, textAlign: 'center' }}>
                <MoreButton
                  left={data.length - count}
                  step={STEP}
                  onMore={() => setCount(count + STEP)}
                />
              </div>
            </>
          )}
          <div style={{ display: 'flex', justifyContent: 'flex-end', marginTop: 14 }}>
            <Button variant="default" onClick={onClose}>
              Close
            </Button>
          </div>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  )
}

function Change({ change }: { readonly change: RuleChange }): React.JSX.Element {
  const { author, action, name, reason, atMs, before, after } = change
  const isOther = action === 'changed' && before !== null && after !== null
  return (
    <div style={{ padding: '10px 0', borderBottom: '1px solid var(--line-soft)' }}>
      <div style={{ display: 'flex', gap: 10 }}>
        <div style={{ flex: 1, minWidth: 0, overflowWrap: 'anywhere' }}>
          {author} {WORDS[action]} <b style={{ fontWeight: 600 }}>{name}</b>
          {reason === '' ? null : <span className="muted">: {reason}</span>}
        </div>
        <span className="muted num" title={fullTime(atMs)}>
          {agoText(atMs, serverNow())}
        </span>
      </div>
      {isOther
        ? differences(before.rule, after.rule).map(([key, was, is]) => (
            <div
              key={key}
              className="mono muted"
              style={{ overflowWrap: 'anywhere', marginTop: 3 }}
            >
              {key}: {was} → {is}
            </div>
          ))
        : null}
    </div>
  )
}

function differences(before: object, after: object): [string, string, string][] {
  const was = before as Readonly<Record<string, unknown>>
  const is = after as Readonly<Record<string, unknown>>
  const show = (value: unknown): string =>
    value === undefined ? '–' : typeof value === 'string' ? value : JSON.stringify(value)
  return [...new Set([...Object.keys(was), ...Object.keys(is)])]
    .map((key): [string, string, string] => [key, show(was[key]), show(is[key])])
    .filter(([, one, other]) => one !== other)
}
