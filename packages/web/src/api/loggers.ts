import type { LoggersView, OverrideDraft, OverrideView } from '@weir/packs'
import { queryOptions } from '@tanstack/react-query'
import { getWeir } from './client.ts'
import { deed, send } from './deed.ts'
import { REFRESH_MS } from './weir.ts'

const API = '/api/weir/v1/loggers'

interface Overrides {
  readonly overrides: readonly OverrideView[]
}

export const loggersQuery = queryOptions({
  queryKey: ['loggers', 'levels'],
  queryFn: ({ signal }) => getWeir<LoggersView>(API, signal),
})

/** While one is on its way to the processes, the page looks more often. */
const SOON_MS = 1500

export const overridesQuery = queryOptions({
  queryKey: ['loggers', 'overrides'],
  queryFn: ({ signal }) => getWeir<Overrides>(`${API}/overrides`, signal),
  refetchInterval: ({ state }) =>
    state.data?.overrides.some(({ appliedCount, ofCount }) => appliedCount < ofCount) === true
      ? SOON_MS
      : REFRESH_MS,
})

export const auditQuery = queryOptions({
  queryKey: ['loggers', 'audit'],
  queryFn: ({ signal }) => getWeir<Overrides>(`${API}/audit`, signal),
})

export const setLevel = deed('write', (draft: OverrideDraft) =>
  send('POST /api/weir/v1/loggers/overrides')<OverrideView>({ body: draft }),
)

export const clearLevel = deed(
  'write',
  ({ id, by }: { readonly id: string; readonly by: string }) =>
    send('DELETE /api/weir/v1/loggers/overrides/{id}')({ at: { id }, query: { by } }),
)
