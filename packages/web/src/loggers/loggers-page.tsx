import type { LoggerService } from '@weir/packs'
import { SegmentedControl, Skeleton, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useDeferredValue, useMemo, useState } from 'react'
import { useMay } from '../access/use-may.ts'
import { loggersQuery, overridesQuery, setLevel } from '../api/loggers.ts'
import { FailureNote } from '../frame/failure-note.tsx'
import { MoreButton } from '../frame/more-button.tsx'
import { PageTabs } from '../frame/page-tabs.tsx'
import { AuditList } from './audit-list.tsx'
import { ConnectFirst } from './connect-first.tsx'
import { LevelDialog, type LevelWish } from './level-dialog.tsx'
import { type LoggersSearch, wantedServices } from './logger-filter.ts'
import { OverrideList } from './override-list.tsx'
import { ServiceSheet } from './service-sheet.tsx'

/** Log levels of running programs, and what was changed in them. */
export function LoggersPage(): React.JSX.Element {
  const search = useSearch({ from: '/loggers' })
  const navigate = useNavigate({ from: '/loggers' })
  const set = (change: LoggersSearch): void => {
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true })
  }
  return (
    <PageTabs
      title="Loggers"
      tab={search.tab}
      onTab={(tab) => void navigate({ search: { tab } })}
      tabs={[
        { value: 'levels', title: 'Levels', body: <Levels search={search} set={set} /> },
        { value: 'history', title: 'History', body: <AuditList /> },
      ]}
    />
  )
}

interface Wish {
  readonly search: LoggersSearch
  readonly set: (change: LoggersSearch) => void
}

function Levels({ search, set }: Wish): React.JSX.Element {
  const loggers = useQuery(loggersQuery)
  const overrides = useQuery(overridesQuery).data?.overrides ?? []
  const { data, error, refetch } = loggers
  const failed = error === null ? null : <FailureNote error={error} retry={() => void refetch()} />
  if (data === undefined) return failed ?? <Skeleton height={320} />
  const isAlone = data.services.every(({ instances }) =>
    instances.every(({ kind }) => kind === 'weir'),
  )
  return (
    <div className="stack">
      {failed}
      {isAlone ? <ConnectFirst /> : null}
      {overrides.length === 0 ? null : <OverrideList overrides={overrides} />}
      <Services services={data.services} search={search} set={set} />
    </div>
  )
}

/** So many services are shown at first. */
const SHEETS = 12

function Services(
  props: Wish & { readonly services: readonly LoggerService[] },
): React.JSX.Element {
  const { services, search, set } = props
  const [sheets, setSheets] = useState(SHEETS)
  const [wish, setWish] = useState<LevelWish>()
  const mayChange = useMay(setLevel)
  const query = useDeferredValue(search.q ?? '')
  const onlyChanged = search.show === 'changed'
  const wanted = useMemo(
    () => wantedServices(services, query, onlyChanged),
    [services, query, onlyChanged],
  )
  return (
    <>
      <div className="filters">
        <SegmentedControl
          aria-label="Which loggers"
          value={onlyChanged ? 'changed' : 'all'}
          onChange={(next) => set({ show: next === 'changed' ? next : undefined })}
          data={[
            { value: 'all', label: 'All' },
            { value: 'changed', label: 'Changed' },
          ]}
        />
        <TextInput
          data-search
          aria-label="Search loggers"
          placeholder="Search service, logger   /"
          value={search.q ?? ''}
          onChange={(event) => set({ q: event.currentTarget.value || undefined })}
          style={{ flex: '1 1 220px', maxWidth: 380 }}
        />
      </div>
      {wanted.length === 0 ? <div className="sheet empty">No logger matches.</div> : null}
      {wanted.slice(0, sheets).map((service) => (
        <ServiceSheet key={service.service} service={service} onChange={setWish} />
      ))}
      <MoreButton
        left={wanted.length - sheets}
        step={SHEETS * 2}
        onMore={() => setSheets(sheets + SHEETS * 2)}
      />
      {wish === undefined || !mayChange ? null : (
        <LevelDialog wish={wish} onClose={() => setWish(undefined)} />
      )}
    </>
  )
}
