import { Tabs } from '@mantine/core'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { PushedGroups } from '../pushed/pushed-groups.tsx'
import { ScrapedTargets } from './scraped-targets.tsx'
import type { TargetsSearch } from './target-filter.ts'

/** Where metrics come from: what is scraped, and what was pushed instead. */
export function TargetsPage(): React.JSX.Element {
  const search = useSearch({ from: '/targets' })
  const navigate = useNavigate({ from: '/targets' })
  const set = (change: TargetsSearch): void => {
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true })
  }
  return (
    <>
      <div className="page-head">
        <h1>Targets</h1>
      </div>
      <Tabs
        value={search.tab === 'pushed' ? 'pushed' : 'scraped'}
        onChange={(tab) =>
          void navigate({ search: { tab: tab === 'pushed' ? 'pushed' : undefined } })
        }
        keepMounted={false}
      >
        <Tabs.List mb="md">
          <Tabs.Tab value="scraped">Scraped</Tabs.Tab>
          <Tabs.Tab value="pushed">Pushed</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="scraped">
          <ScrapedTargets search={search} set={set} />
        </Tabs.Panel>
        <Tabs.Panel value="pushed">
          <PushedGroups query={search.q ?? ''} state={search.health} onChange={set} />
        </Tabs.Panel>
      </Tabs>
    </>
  )
}
