import type {
  BackfillView,
  BacktestResultView,
  BacktestView,
  IntakeStatus,
  NotificationView,
  PeersView,
  Overview,
  PackDetail,
  PackSummary,
  PipelineDetail,
  PushGroupView,
  QueriesView,
  ScrapeJobView,
  LogsEngineView,
  RemoteWriteView,
  StatsdCardinality,
  WeirStatus,
} from '@weir/packs'
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { groupPath } from '../pushed/group-path.ts'
import type { Labels } from './prometheus.ts'
import { getWeir } from './client.ts'
import { deed, deleteAt, send } from './deed.ts'

/** How often pages ask again, unless the reader chose otherwise. */
export const REFRESH_MS = 10_000

const API = '/api/weir/v1'

export const overviewQuery = (window: string) =>
  queryOptions({
    queryKey: ['overview', window],
    queryFn: ({ signal }) => getWeir<Overview>(`${API}/overview?window=${window}`, signal),
    placeholderData: keepPreviousData,
  })

export const pipelineQuery = (system: string, pipeline: string, window: string) =>
  queryOptions({
    queryKey: ['pipeline', system, pipeline, window],
    queryFn: ({ signal }) =>
      getWeir<PipelineDetail>(
        `${API}/pipelines/${encodeURIComponent(system)}/${encodeURIComponent(pipeline)}?window=${window}`,
        signal,
      ),
    // Another window of the same pipeline may show the old lines meanwhile; another pipeline may not.
    placeholderData: (previous) =>
      previous?.summary.pipeline === pipeline && previous.summary.system === system
        ? previous
        : undefined,
  })

export const intakesQuery = queryOptions({
  queryKey: ['intakes'],
  queryFn: ({ signal }) => getWeir<readonly IntakeStatus[]>(`${API}/intakes`, signal),
})

export const scrapeJobsQuery = queryOptions({
  queryKey: ['scrape-jobs'],
  queryFn: ({ signal }) => getWeir<readonly ScrapeJobView[]>(`${API}/scrape_jobs`, signal),
})

export const pushGroupsQuery = queryOptions({
  queryKey: ['push-groups'],
  queryFn: ({ signal }) => getWeir<readonly PushGroupView[]>(`${API}/push-groups`, signal),
})

/** Deletes a group as a client of the push gateway would. */
export const deleteGroup = deed('ingest', (labels: Labels) => deleteAt(groupPath(labels)))

/** It goes through all series, and changes slowly. */
export const statsdCardinalityQuery = queryOptions({
  queryKey: ['statsd-cardinality'],
  queryFn: ({ signal }) => getWeir<StatsdCardinality>(`${API}/statsd/cardinality`, signal),
  refetchInterval: 6 * REFRESH_MS,
})

export const remoteWriteQuery = queryOptions({
  queryKey: ['remote-write'],
  queryFn: ({ signal }) => getWeir<readonly RemoteWriteView[]>(`${API}/remote-write`, signal),
})

export const logsEngineQuery = queryOptions({
  queryKey: ['logs-engine'],
  queryFn: ({ signal }) => getWeir<LogsEngineView | null>(`${API}/logs/engine`, signal),
})

export const peersQuery = queryOptions({
  queryKey: ['peers'],
  queryFn: ({ signal }) => getWeir<PeersView>(`${API}/peers`, signal),
})

export const notificationsQuery = queryOptions({
  queryKey: ['notifications'],
  queryFn: ({ signal }) => getWeir<readonly NotificationView[]>(`${API}/notifications`, signal),
})

export const queriesQuery = queryOptions({
  queryKey: ['queries'],
  queryFn: ({ signal }) => getWeir<QueriesView>(`${API}/queries`, signal),
  refetchInterval: REFRESH_MS,
})

export const statusQuery = queryOptions({
  queryKey: ['status'],
  queryFn: ({ signal }) => getWeir<WeirStatus>(`${API}/status`, signal),
})

export const packsQuery = queryOptions({
  queryKey: ['packs'],
  queryFn: ({ signal }) => getWeir<readonly PackSummary[]>(`${API}/packs`, signal),
})

export const packQuery = (id: string) =>
  queryOptions({
    queryKey: ['packs', id],
    queryFn: ({ signal }) => getWeir<PackDetail>(`${API}/packs/${encodeURIComponent(id)}`, signal),
  })

/** While something is under way it is looked at every second. */
export const backfillsQuery = queryOptions({
  queryKey: ['backfills'],
  queryFn: ({ signal }) => getWeir<readonly BackfillView[]>(`${API}/backfills`, signal),
  refetchInterval: ({ state }) =>
    state.data?.some(({ endedMs }) => endedMs === null) === true ? 1000 : REFRESH_MS,
})

export const beginBackfill = deed(
  'admin',
  (wish: { readonly file: string; readonly group: string; readonly startMs: number }) => {
    const { file, group, startMs } = wish
    const body = new URLSearchParams({ file, group, start: String(startMs / 1000) })
    return send('POST /api/weir/v1/backfills')<BackfillView>({ body })
  },
)

export const cancelBackfill = deed('admin', (id: string) =>
  send('POST /api/weir/v1/backfills/{id}/cancel')<BackfillView>({ at: { id } }),
)

/** The tests of rules on history that the server still knows, newest first. */
export const backtestsQuery = queryOptions({
  queryKey: ['backtests'],
  queryFn: ({ signal }) => getWeir<readonly BacktestView[]>(`${API}/backtests`, signal),
})

/** While it is under way it is looked at often; what is over stays as it is. */
export const backtestQuery = (id: string) =>
  queryOptions({
    queryKey: ['backtests', id],
    queryFn: ({ signal }) =>
      getWeir<BacktestResultView>(`${API}/backtests/${encodeURIComponent(id)}`, signal),
    refetchInterval: ({ state }) => (state.data?.endedMs === null ? 400 : false),
  })

export const beginBacktest = deed('read', (form: Readonly<Record<string, string>>) =>
  send('POST /api/weir/v1/backtests')<BacktestView>({ body: new URLSearchParams(form) }),
)

export const cancelBacktest = deed('read', (id: string) =>
  send('POST /api/weir/v1/backtests/{id}/cancel')<BacktestView>({ at: { id } }),
)
