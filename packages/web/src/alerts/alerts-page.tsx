import { Tabs } from '@mantine/core'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { EventList } from '../events/event-list.tsx'
import { BacktestTab } from './backtest/backtest-tab.tsx'
import { RecordingRules } from './recording-rules.tsx'
import { RulesTab } from './rules/rules-tab.tsx'
import { FiringTab } from './firing/firing-tab.tsx'
import { Notifications } from './notifications/notifications.tsx'
import { SilencesTab } from './silences/silences-tab.tsx'

const TABS = [
  'firing',
  'notifications',
  'silences',
  'rules',
  'backtest',
  'recording',
  'events',
  'checks',
] as const

/** What fires and who was told; the rules behind it; what senders told. */
export function AlertsPage(): React.JSX.Element {
  const search = useSearch({ from: '/alerts' })
  const navigate = useNavigate({ from: '/alerts' })
  const set = (change: Partial<typeof search>): void => {
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true })
  }
  const tabs = useRef<HTMLDivElement>(null)
  const tab = TABS.find((one) => one === search.tab) ?? 'firing'
  // On a narrow screen the tabs are a line that scrolls.
  useEffect(() => {
    const active = tabs.current?.querySelector(`[id$="-tab-${tab}"]`)
    active?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [tab])
  return (
    <>
      <div className="page-head">
        <h1>Alerts</h1>
      </div>
      <Tabs
        value={tab}
        onChange={(next) =>
          // What was searched for in one tab means nothing in another.
          set({
            tab: next === 'firing' ? undefined : (next ?? undefined),
            q: undefined,
            state: undefined,
            rule: undefined,
            group: undefined,
            file: undefined,
            job: undefined,
          })
        }
        keepMounted={false}
      >
        <Tabs.List mb="md" className="tabs-line" ref={tabs}>
          <Tabs.Tab value="firing">Firing</Tabs.Tab>
          <Tabs.Tab value="notifications">Notifications</Tabs.Tab>
          <Tabs.Tab value="silences">Silences</Tabs.Tab>
          <Tabs.Tab value="rules">Rules</Tabs.Tab>
          <Tabs.Tab value="backtest">Backtest</Tabs.Tab>
          <Tabs.Tab value="recording">Recording rules</Tabs.Tab>
          <Tabs.Tab value="events">Events</Tabs.Tab>
          <Tabs.Tab value="checks">Checks</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="firing">
          <FiringTab query={search.q ?? ''} state={search.state} onChange={set} />
        </Tabs.Panel>
        <Tabs.Panel value="notifications">
          <Notifications state={search.state} onChange={set} />
        </Tabs.Panel>
        <Tabs.Panel value="silences">
          <SilencesTab state={search.state} onChange={set} />
        </Tabs.Panel>
        <Tabs.Panel value="rules">
          <RulesTab query={search.q ?? ''} state={search.state} onChange={set} />
        </Tabs.Panel>
        <Tabs.Panel value="backtest">
          <BacktestTab
            rule={search.rule}
            group={search.group}
            file={search.file}
            job={search.job}
            onJob={(job) => set({ job })}
          />
        </Tabs.Panel>
        <Tabs.Panel value="recording">
          <RecordingRules />
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
