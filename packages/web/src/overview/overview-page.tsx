import type { Overview, SignalView } from '@weir/packs'
import { ActionIcon, Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { IconDeviceTv } from '@tabler/icons-react'
import { Suspense, lazy, useDeferredValue, useState } from 'react'
import { overviewQuery } from '../api/weir.ts'
import { FailureNote } from '../frame/failure-note.tsx'
import { TimeControl } from '../frame/time-control.tsx'
import { whole } from '../format/number.ts'
import { timeOfDay } from '../time/clock-text.ts'
import { historyMs, shownCount } from '../time/history.ts'
import { useWindow } from '../time/use-window.ts'
import { useFavourites } from './favourites.ts'
import { HEALTH_ORDER, SORTS, countHealths, inOrderOf, pipelineKey, rowsOf } from './filter.ts'
import { HealthCounts } from './health-counts.tsx'
import { LooseAlerts } from './loose-alerts.tsx'
import { OverviewFilters } from './overview-filters.tsx'
import { PipelineList } from './pipeline-list.tsx'
import { StartPage } from './start-page.tsx'

const Wall = lazy(async () => ({ default: (await import('./wall/wall.tsx')).Wall }))

/** Every pipeline, worst first; on a wall as tiles. */
export function OverviewPage(): React.JSX.Element {
  const search = useSearch({ from: '/' })
  const navigate = useNavigate({ from: '/' })
  const { window, chosen, settle } = useWindow(search.window)
  const { data, error, refetch, isPlaceholderData } = useQuery(overviewQuery(window))
  if (data !== undefined && data.pipelines.length > 0 && !isPlaceholderData) {
    settle(signalsOf(data))
  }
  const { favourites, toggle } = useFavourites()
  const [heldOrder, setHeldOrder] = useState<readonly string[] | undefined>(undefined)
  const query = useDeferredValue(search.q ?? '')

  const set = (change: Partial<typeof search>): void => {
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true })
  }

  const head = (
    <div className="page-head">
      <div className="grow">
        <h1>Pipelines</h1>
        <div className="muted" style={{ fontSize: 13 }}>
          {data === undefined
            ? error === null && 'Asking Weir…'
            : `${whole(data.pipelines.length)} watched · as of ${timeOfDay(data.atMs)}`}
          {heldOrder === undefined ? '' : ' · order held while you point'}
        </div>
      </div>
      <div style={{ display: 'flex', gap: 6 }}>
        <ActionIcon
          variant="default"
          size={36}
          aria-label="Wall screen"
          title="Wall screen (w)"
          onClick={() => set({ wall: '1' })}
        >
          <IconDeviceTv size={17} />
        </ActionIcon>
        <TimeControl
          range={{ from: `now-${window}`, to: 'now' }}
          onChange={({ from }) => set({ window: from.slice('now-'.length) })}
          absolute={false}
        />
      </div>
    </div>
  )

  if (data === undefined) {
    return (
      <>
        {head}
        {error === null ? <Loading /> : <FailureNote error={error} retry={() => void refetch()} />}
      </>
    )
  }
  // Weir itself is always there: it is no reason to stop saying how to begin.
  if (data.pipelines.every(({ system }) => system === 'weir')) return <StartPage overview={data} />

  const history = historyMs(signalsOf(data))
  const pipelines = heldOrder === undefined ? data.pipelines : inOrderOf(heldOrder, data.pipelines)
  const health = HEALTH_ORDER.find((each) => each === search.health)
  const view = {
    query,
    health,
    system: search.system,
    team: search.team,
    group: GROUPS.find((each) => each === search.group),
    sort: SORTS.find((each) => each === search.sort),
  }
  const rows = rowsOf(pipelines, view, favourites)
  const shown = shownCount(Math.round(data.windowMs / data.stepMs) + 1, data.stepMs, history)

  if (search.wall !== undefined) {
    return (
      <Suspense>
        <Wall
          overview={data}
          rows={rows}
          shown={shown}
          isLost={error !== null}
          onLeave={() => set({ wall: undefined })}
        />
      </Suspense>
    )
  }
  return (
    <>
      {head}
      <HealthCounts
        counts={countHealths(data.pipelines)}
        chosen={health}
        onChoose={(next) => set({ health: next })}
        total={data.pipelines.length}
      />
      <OverviewFilters
        wish={search}
        systems={namesOf(data, ({ system }) => system)}
        teams={namesOf(data, ({ notes }) => notes.team)}
        onChange={set}
      />
      {error === null ? null : <FailureNote error={error} />}
      {data.alerts.length === 0 ? null : (
        <div style={{ marginBottom: 12 }}>
          <LooseAlerts alerts={data.alerts} />
        </div>
      )}
      <PipelineList
        rows={rows}
        window={chosen}
        shown={shown}
        atMs={data.atMs}
        sort={view.sort}
        onSort={(sort) => set({ sort })}
        favourites={favourites}
        onStar={toggle}
        onHold={(held) => setHeldOrder(held ? data.pipelines.map(pipelineKey) : undefined)}
      />
    </>
  )
}

const GROUPS = ['system', 'team'] as const

function namesOf(
  { pipelines }: Overview,
  name: (pipeline: Overview['pipelines'][number]) => string,
): string[] {
  return [...new Set(pipelines.map(name))].filter((each) => each !== '').toSorted()
}

function signalsOf({ pipelines }: Overview): SignalView[] {
  return pipelines.flatMap(({ signals }) => Object.values(signals))
}

function Loading(): React.JSX.Element {
  return (
    <div className="sheet" role="status" aria-busy="true" aria-label="Loading">
      {[0, 1, 2, 3, 4, 5].map((row) => (
        <div key={row} style={{ padding: '12px 16px', borderBottom: '1px solid var(--line-soft)' }}>
          <Skeleton height={15} width="28%" mb={8} />
          <Skeleton height={12} width="60%" />
        </div>
      ))}
    </div>
  )
}
