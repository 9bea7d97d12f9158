import { useNavigate, useSearch } from '@tanstack/react-router'
import { EventList } from '../events/event-list.tsx'
import { type PageTab, PageTabs } from '../frame/page-tabs.tsx'
import { BacktestTab } from './backtest/backtest-tab.tsx'
import { FiringTab } from './firing/firing-tab.tsx'
import { Notifications } from './notifications/notifications.tsx'
import { RecordingRules } from './recording-rules.tsx'
import { RulesTab } from './rules/rules-tab.tsx'
import { SilencesTab } from './silences/silences-tab.tsx'

/** What fires and who was told; the rules behind it; what senders told. */
export function AlertsPage(): React.JSX.Element {
  const search = useSearch({ from: '/alerts' })
  const { tab, q: query = '', state, rule, group, file, job } = search
  const navigate = useNavigate({ from: '/alerts' })
  const set = (change: Partial<typeof search>): void => {
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true })
  }
  const list = { query, state, onChange: set }
  const events = { query, type: state, onChange: set }
  const tabs: PageTab[] = [
    { value: 'firing', title: 'Firing', body: <FiringTab {...list} /> },
    {
      value: 'notifications',
      title: 'Notifications',
      body: <Notifications state={state} onChange={set} />,
    },
    { value: 'silences', title: 'Silences', body: <SilencesTab state={state} onChange={set} /> },
    { value: 'rules', title: 'Rules', body: <RulesTab {...list} /> },
    {
      value: 'backtest',
      title: 'Backtest',
      body: <BacktestTab {...{ rule, group, file, job }} onJob={(next) => set({ job: next })} />,
    },
    { value: 'recording', title: 'Recording rules', body: <RecordingRules /> },
    { value: 'events', title: 'Events', body: <EventList kind="event" {...events} /> },
    { value: 'checks', title: 'Checks', body: <EventList kind="check" {...events} /> },
  ]
  return (
    <PageTabs
      title="Alerts"
      tab={tab}
      // What was searched for in one tab means nothing in another.
      onTab={(next) => void navigate({ search: { tab: next }, replace: true })}
      tabs={tabs}
    />
  )
}
