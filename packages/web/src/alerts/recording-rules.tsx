import { Button, Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { IconAlertTriangle, IconCircleCheck, IconClock, IconHistory } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { Offered } from '../access/offered.tsx'
import { type RecordingRule, type RuleGroup, rulesQuery } from '../api/prometheus.ts'
import { beginBackfill } from '../api/weir.ts'
import { FailureNote } from '../frame/failure-note.tsx'
import { BackfillDialog } from './backfill-dialog.tsx'
import { BackfillList } from './backfill-list.tsx'

const HEALTHS = {
  ok: { word: 'Works', tone: 'healthy', Icon: IconCircleCheck },
  err: { word: 'Fails', tone: 'failing', Icon: IconAlertTriangle },
  unknown: { word: 'Not yet', tone: 'silent', Icon: IconClock },
} as const

/** Rules that record series, and their past. */
export function RecordingRules(): React.JSX.Element {
  const { data, error, refetch } = useQuery(rulesQuery)
  const [filled, setFilled] = useState<RuleGroup>()
  if (data === undefined) {
    return error === null ? (
      <Skeleton height={240} />
    ) : (
      <FailureNote error={error} retry={() => void refetch()} />
    )
  }
  const groups = data
    .map((group) => ({ group, rules: group.rules.filter((rule) => rule.type === 'recording') }))
    .filter(({ rules }) => rules.length > 0)
  return (
    <div className="stack">
      <BackfillList />
      {groups.length === 0 ? (
        <div className="sheet empty">
          No recording rules yet. A pack brings its own when its system is first seen.
        </div>
      ) : (
        groups.map(({ group, rules }) => (
          <Group
            key={`${group.file} ${group.name}`}
            group={group}
            rules={rules}
            onFill={() => setFilled(group)}
          />
        ))
      )}
      {filled === undefined ? null : (
        <BackfillDialog group={filled} onClose={() => setFilled(undefined)} />
      )}
    </div>
  )
}

function Group(props: {
  readonly group: RuleGroup
  readonly rules: readonly RecordingRule[]
  readonly onFill: () => void
}): React.JSX.Element {
  const { group, rules, onFill } = props
  return (
    <section className="sheet">
      <div className="sheet-head">
        <h2>{group.name}</h2>
        <span className="muted" style={{ flex: 1, minWidth: 0, overflowWrap: 'anywhere' }}>
          {group.file} · every {group.interval} s
        </span>
        <Offered to={beginBackfill}>
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconHistory size={14} aria-hidden />}
            aria-label={`Fill in the past of ${group.name}`}
            onClick={onFill}
          >
            Fill in the past
          </Button>
        </Offered>
      </div>
      {rules.map((rule) => (
        <RuleLine key={`${rule.name} ${rule.query}`} rule={rule} />
      ))}
    </section>
  )
}

function RuleLine({ rule }: { readonly rule: RecordingRule }): React.JSX.Element {
  const { word, tone, Icon } = HEALTHS[rule.health]
  return (
    <div className="alert">
      <span className="health" data-health={tone}>
        <Icon size={15} aria-hidden />
        {word}
      </span>
      <div style={{ minWidth: 0 }}>
        <b style={{ fontWeight: 600, overflowWrap: 'anywhere' }}>{rule.name}</b>
        <div className="mono muted" style={{ overflowWrap: 'anywhere' }}>
          {rule.query}
        </div>
        {rule.health === 'err' ? (
          <div className="note" data-tone="error">
            {rule.lastError}
          </div>
        ) : null}
      </div>
      <div style={{ fontSize: 13, textAlign: 'right' }}>
        <Link to="/explore" search={{ expr: rule.name }}>
          Explore
        </Link>
      </div>
    </div>
  )
}
