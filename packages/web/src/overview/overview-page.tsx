import type { Health, Overview, SignalView } from '@weir/packs'
import { CloseButton, Select, Skeleton, Switch, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { IconSearch } from '@tabler/icons-react'
import { useDeferredValue, useState } from 'react'
import { overviewQuery } from '../api/weir.ts'
import { FailureNote } from '../frame/failure-note.tsx'
import { HealthMark } from '../frame/health-mark.tsx'
import { TimeControl } from '../frame/time-control.tsx'
import { whole } from '../format/number.ts'
import { timeOfDay } from '../time/clock-text.ts'
import { historyMs, shownCount } from '../time/history.ts'
import { useWindow } from '../time/use-window.ts'
import { HEALTH_ORDER, countHealths, inOrderOf, pipelineKey, rowsOf } from './filter.ts'
import { PipelineList } from './pipeline-list.tsx'
import { StartPage } from './start-page.tsx'

/** Every pipeline, worst first. */
export function OverviewPage(): React.JSX.Element {
  const search = useSearch({ from: '/' })
  const navigate = useNavigate({ from: '/' })
  const { window, chosen, settle } = useWindow(search.window)
  const { data, error, refetch, isPlaceholderData } = useQuery(overviewQuery(window))
  if (data !== undefined && data.pipelines.length > 0 && !isPlaceholderData) {
    settle(signalsOf(data))
  }
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
            ? 'Asking Weir…'
            : `${whole(data.pipelines.length)} watched · as of ${timeOfDay(data.atMs)}`}
          {heldOrder === undefined ? '' : ' · order held while you point'}
        </div>
      </div>
      <TimeControl
        range={{ from: `now-${window}`, to: 'now' }}
        onChange={({ from }) => set({ window: from.slice('now-'.length) })}
        absolute={false}
      />
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
  if (data.pipelines.length === 0) return <StartPage overview={data} />

  const history = historyMs(signalsOf(data))
  const pipelines = heldOrder === undefined ? data.pipelines : inOrderOf(heldOrder, data.pipelines)
  const health = HEALTH_ORDER.find((each) => each === search.health)
  const counts = countHealths(data.pipelines)
  const systems = [...new Set(data.pipelines.map(({ system }) => system))].sort()
  const rows = rowsOf(pipelines, {
    query,
    health,
    system: search.system,
    grouped: search.group === 'system',
  })

  return (
    <>
      {head}
      <Counts
        counts={counts}
        chosen={health}
        onChoose={(next) => set({ health: next })}
        total={data.pipelines.length}
      />
      <div style={{ display: 'flex', gap: 10, margin: '14px 0 10px', flexWrap: 'wrap' }}>
        <TextInput
          data-search
          aria-label="Search pipelines"
          placeholder="Search name, reason, stage   /"
          leftSection={<IconSearch size={15} aria-hidden />}
          rightSection={
            search.q === undefined ? null : (
              <CloseButton
                size="sm"
                aria-label="Clear search"
                onClick={() => set({ q: undefined })}
              />
            )
          }
          value={search.q ?? ''}
          onChange={(event) => set({ q: event.currentTarget.value || undefined })}
          onKeyDown={(event) => {
            if (event.key === 'Escape') event.currentTarget.blur()
          }}
          style={{ flex: '1 1 220px', maxWidth: 380 }}
        />
        <Select
          aria-label="System"
          placeholder="All systems"
          data={systems}
          value={search.system ?? null}
          onChange={(system) => set({ system: system ?? undefined })}
          clearable
          clearButtonProps={{ 'aria-label': 'All systems' }}
          w={150}
        />
        <Switch
          label="Group by system"
          checked={search.group === 'system'}
          onChange={(event) => set({ group: event.currentTarget.checked ? 'system' : undefined })}
          style={{ alignSelf: 'center' }}
        />
      </div>
      {error === null ? null : <FailureNote error={error} />}
      <PipelineList
        rows={rows}
        window={chosen}
        shown={shownCount(Math.round(data.windowMs / data.stepMs) + 1, data.stepMs, history)}
        onHold={(held) => setHeldOrder(held ? data.pipelines.map(pipelineKey) : undefined)}
      />
    </>
  )
}

function signalsOf({ pipelines }: Overview): SignalView[] {
  return pipelines.flatMap(({ signals }) => Object.values(signals))
}

function Counts(props: {
  readonly counts: Readonly<Record<Health, number>>
  readonly chosen: Health | undefined
  readonly onChoose: (health: Health | undefined) => void
  readonly total: number
}): React.JSX.Element {
  const { counts, chosen, onChoose, total } = props
  return (
    <div>
      <div className="counts" role="group" aria-label="Filter by health">
        {HEALTH_ORDER.map((health) => (
          <button
            key={health}
            type="button"
            className="count"
            data-zero={counts[health] === 0 ? '' : undefined}
            aria-pressed={chosen === health}
            onClick={() => onChoose(chosen === health ? undefined : health)}
          >
            <b>{whole(counts[health])}</b>
            <HealthMark health={health} />
          </button>
        ))}
      </div>
      <div className="level" aria-hidden style={{ marginTop: 10 }}>
        {HEALTH_ORDER.filter((health) => counts[health] > 0).map((health) => (
          <i
            key={health}
            style={{
              width: `${(counts[health] / total) * 100}%`,
              background: `var(--bar-${health})`,
            }}
          />
        ))}
      </div>
    </div>
  )
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
