import { SegmentedControl, Skeleton, Tabs, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { type RuleGroup, rulesQuery } from '../api/prometheus.ts'
import { compact } from '../format/number.ts'
import { AlertLine, AlertStateMark } from '../frame/alert-line.tsx'
import { FailureNote } from '../frame/failure-note.tsx'
import { spanText } from '../time/clock-text.ts'
import { countStates, shownGroups } from './rule-filter.ts'
import { EventList } from '../events/event-list.tsx'
import { RecordingRules } from './recording-rules.tsx'
import { Notifications } from './notifications.tsx'

const TABS = ['rules', 'recording', 'notifications', 'events', 'checks'] as const

/** Alerting rules with what fires, what was sent to whom, and what senders told. */
export function AlertsPage(): React.JSX.Element {
  const search = useSearch({ from: '/alerts' })
  const navigate = useNavigate({ from: '/alerts' })
  const set = (change: Partial<typeof search>): void => {
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true })
  }
  return (
    <>
      <div className="page-head">
        <h1>Alerts</h1>
      </div>
      <Tabs
        value={TABS.find((tab) => tab === search.tab) ?? 'rules'}
        onChange={(tab) =>
          // What was searched for in one tab means nothing in another.
          set({
            tab: tab === 'rules' ? undefined : (tab ?? undefined),
            q: undefined,
            state: undefined,
          })
        }
        keepMounted={false}
      >
        <Tabs.List mb="md">
          <Tabs.Tab value="rules">Rules</Tabs.Tab>
          <Tabs.Tab value="recording">Recording rules</Tabs.Tab>
          <Tabs.Tab value="notifications">Notifications</Tabs.Tab>
          <Tabs.Tab value="events">Events</Tabs.Tab>
          <Tabs.Tab value="checks">Checks</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="rules">
          <Rules query={search.q ?? ''} state={search.state} onChange={set} />
        </Tabs.Panel>
        <Tabs.Panel value="recording">
          <RecordingRules />
        </Tabs.Panel>
        <Tabs.Panel value="notifications">
          <Notifications />
        </Tabs.Panel>
        <Tabs.Panel value="events">
          <EventList kind="event" query={search.q ?? ''} type={search.state} onChange={set} />
        </Tabs.Panel>
        <Tabs.Panel value="checks">
          <EventList kind="check" query={search.q ?? ''} type={search.state} onChange={set} />
        </Tabs.Panel>
      </Tabs>
    </>
  )
}

function Rules(props: {
  readonly query: string
  readonly state: string | undefined
  readonly onChange: (change: { q?: string | undefined; state?: string | undefined }) => void
}): React.JSX.Element {
  const { data, error, refetch } = useQuery(rulesQuery)
  if (data === undefined) {
    return error === null ? (
      <Skeleton height={240} />
    ) : (
      <FailureNote error={error} retry={() => void refetch()} />
    )
  }
  const counts = countStates(data)
  const groups = shownGroups(data, props.query, props.state)
  return (
    <div className="stack">
      <div style={{ display: 'flex', gap: 10, flexWrap: 'wrap' }}>
        <div className="scroll">
          <SegmentedControl
            aria-label="State"
            value={props.state ?? 'all'}
            onChange={(state) => props.onChange({ state: state === 'all' ? undefined : state })}
            data={[
              { value: 'all', label: 'All' },
              { value: 'firing', label: `Firing ${counts.firing}` },
              { value: 'pending', label: `Pending ${counts.pending}` },
              { value: 'inactive', label: `Inactive ${counts.inactive}` },
            ]}
          />
        </div>
        <TextInput
          data-search
          aria-label="Search alerts"
          placeholder="Search name, label, summary   /"
          value={props.query}
          onChange={(event) => props.onChange({ q: event.currentTarget.value || undefined })}
          style={{ flex: '1 1 220px', maxWidth: 380 }}
        />
      </div>
      {error === null ? null : <FailureNote error={error} />}
      {groups.length === 0 ? (
        <div className="sheet empty">
          {data.length === 0
            ? 'No alerting rules yet. A pack brings its own when its system is first seen.'
            : 'No rule matches.'}
        </div>
      ) : (
        groups.map((group) => <Group key={`${group.file} ${group.name}`} group={group} />)
      )}
    </div>
  )
}

function Group({ group }: { readonly group: RuleGroup }): React.JSX.Element {
  return (
    <section className="sheet">
      <div className="sheet-head">
        <h2>{group.name}</h2>
        <span className="muted">
          {group.file} · every {group.interval} s
        </span>
      </div>
      {group.rules.map((rule) =>
        rule.type === 'recording' ? null : rule.alerts.length > 0 ? (
          rule.alerts.map((alert) => (
            <AlertLine
              key={JSON.stringify(alert.labels)}
              state={alert.state}
              name={rule.name}
              summary={alert.annotations['summary'] ?? alert.annotations['description'] ?? ''}
              labels={alert.labels}
              sinceMs={Date.parse(alert.activeAt)}
              runbookUrl={alert.annotations['runbook_url'] ?? ''}
              value={compact(Number(alert.value))}
              linked
            />
          ))
        ) : (
          <div className="alert" key={`${rule.name} ${rule.query}`}>
            <AlertStateMark state="inactive" />
            <div style={{ minWidth: 0 }}>
              <b style={{ fontWeight: 600 }}>{rule.name}</b>
              <div className="mono muted" style={{ overflowWrap: 'anywhere' }}>
                {rule.query}
              </div>
              {rule.health === 'err' ? (
                <div className="note" data-tone="error">
                  {rule.lastError}
                </div>
              ) : null}
            </div>
            <div className="muted" style={{ fontSize: 13, textAlign: 'right' }}>
              {rule.duration > 0 ? `for ${spanText(rule.duration * 1000)}` : 'at once'}
              <div>
                <Link to="/explore" search={{ expr: rule.query, tab: 'table' }}>
                  Explore
                </Link>
              </div>
            </div>
          </div>
        ),
      )}
    </section>
  )
}
