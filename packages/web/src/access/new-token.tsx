import {
  Button,
  Checkbox,
  CopyButton,
  Modal,
  NativeSelect,
  NumberInput,
  TextInput,
} from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useDeed } from './use-deed.ts'
import { SCOPES, type Scope, createToken, tokensQuery } from '../api/access.ts'
import { FailureNote } from '../frame/failure-note.tsx'

const ABOUT: Readonly<Record<Scope, string>> = {
  ingest: 'send metrics, logs, pushes and alerts',
  read: 'ask queries, see the page and /metrics',
  write: 'change silences, rules, dashboards and log levels; read',
  admin: 'everything: tokens, reload, deleting data',
}

const DAY_MS = 86_400_000
const SPANS = [
  { value: '30', label: 'in 30 days' },
  { value: '90', label: 'in 90 days' },
  { value: '365', label: 'in a year' },
  { value: '', label: 'never' },
]

const MIB = 2 ** 20
const LIMITS = [
  { key: 'requestsPerSecond', unit: 1, field: { label: 'Requests a second' } },
  { key: 'bytesPerSecond', unit: MIB, field: { label: 'MiB a second' } },
  { key: 'series', unit: 1, field: { label: 'Series at a time', allowDecimal: false } },
] as const

/** Makes a token; its text is shown here once and can never be had again. */
export function NewToken({ onClose }: { readonly onClose: () => void }): React.JSX.Element {
  const client = useQueryClient()
  const [name, setName] = useState('')
  const [scopes, setScopes] = useState<readonly string[]>([])
  const [days, setDays] = useState('90')
  const [limits, setLimits] = useState<Readonly<Record<string, string | number>>>({})
  const making = useDeed(createToken, {
    onSuccess: () => client.invalidateQueries(tokensQuery),
  })
  const made = making.data
  return (
    <Modal
      opened
      onClose={onClose}
      centered
      closeOnClickOutside={made === undefined}
      closeOnEscape={made === undefined}
      title={made === undefined ? 'New token' : `The token ${made.name}`}
    >
      {made === undefined ? (
        <form
          className="stack"
          onSubmit={(event) => {
            event.preventDefault()
            making.mutate({
              name,
              scopes: SCOPES.filter((scope) => scopes.includes(scope)),
              ...(days === '' ? {} : { expiresInMs: Number(days) * DAY_MS }),
              ...limitsOf(limits),
            })
          }}
        >
          <TextInput
            label="Name"
            description="Who or what uses it; it is recorded with every change."
            maxLength={64}
            data-autofocus
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Checkbox.Group label="It may" value={[...scopes]} onChange={setScopes}>
            <div className="token-scopes">
              {SCOPES.map((scope) => (
                <Checkbox key={scope} value={scope} label={scope} description={ABOUT[scope]} />
              ))}
            </div>
          </Checkbox.Group>
          <NativeSelect
            label="It ends"
            data={SPANS}
            value={days}
            onChange={(event) => setDays(event.currentTarget.value)}
          />
          <fieldset className="token-limits">
            <legend>
              At most <span className="muted">what is left empty has no limit</span>
            </legend>
            {LIMITS.map(({ key, field }) => (
              <NumberInput
                key={key}
                placeholder="any"
                hideControls
                max={1e9}
                {...field}
                value={limits[key] ?? ''}
                onChange={(value) => setLimits({ ...limits, [key]: value })}
              />
            ))}
          </fieldset>
          {making.error === null ? null : <FailureNote error={making.error} />}
          <div className="dialog-foot">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button
              type="submit"
              loading={making.isPending}
              disabled={name === '' || scopes.length === 0}
            >
              Make it
            </Button>
          </div>
        </form>
      ) : (
        <div className="stack">
          <div>Copy it now: it is shown this once, and Weir keeps only a hash of it.</div>
          <code className="made-token">{made.token}</code>
          <div className="dialog-foot">
            <CopyButton value={made.token}>
              {({ copied, copy }) => (
                <Button variant="default" onClick={copy}>
                  {copied ? 'Copied' : 'Copy'}
                </Button>
              )}
            </CopyButton>
            <Button onClick={onClose}>I have it</Button>
          </div>
        </div>
      )}
    </Modal>
  )
}

/** Only what was filled in. */
function limitsOf(typed: Readonly<Record<string, string | number>>): {
  readonly limits?: Readonly<Record<string, number>>
} {
  const filled = LIMITS.flatMap(({ key, unit }) => {
    const value = Number(typed[key] ?? '')
    return value > 0 ? [[key, value * unit] as const] : []
  })
  return filled.length === 0 ? {} : { limits: Object.fromEntries(filled) }
}
