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
import { getWeir, postWeir } from './client.ts'

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

export const beginBackfill = (wish: {
  readonly file: string
  readonly group: string
  readonly startMs: number
}): Promise<BackfillView> =>
  postWeir(`${API}/backfills`, {
    file: wish.file,
    group: wish.group,
    start: String(wish.startMs / 1000),
  })

export const cancelBackfill = (id: string): Promise<BackfillView> =>
  postWeir(`${API}/backfills/${encodeURIComponent(id)}/cancel`, {})

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

export const beginBacktest = (form: Readonly<Record<string, string>>): Promise<BacktestView> =>
  postWeir(`${API}/backtests`, form)

export const cancelBacktest = (id: string): Promise<BacktestView> =>
  postWeir(`${API}/backtests/${encodeURIComponent(id)}/cancel`, {})
