import { useNavigate, useSearch } from '@tanstack/react-router'
import { PageTabs } from '../frame/page-tabs.tsx'
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
  const scraped = <ScrapedTargets search={search} set={set} />
  const pushed = <PushedGroups query={search.q ?? ''} state={search.health} onChange={set} />
  return (
    <PageTabs
      title="Targets"
      tab={search.tab}
      onTab={(tab) => void navigate({ search: { tab } })}
      tabs={[
        { value: 'scraped', title: 'Scraped', body: scraped },
        { value: 'pushed', title: 'Pushed', body: pushed },
      ]}
    />
  )
}
