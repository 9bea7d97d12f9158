import { queryOptions } from '@tanstack/react-query'
import { getWeir } from '../../api/client.ts'

/** A line of the list of boards. */
interface BoardSummary {
  readonly uid: string
  readonly title: string
  readonly tags: readonly string[]
}

export const boardsQuery = queryOptions({
  queryKey: ['dashboards'],
  queryFn: ({ signal }) => getWeir<readonly BoardSummary[]>('/api/weir/v1/dashboards', signal),
})

/** A board as it is stored: Grafana's JSON. */
export const boardQuery = (uid: string) =>
  queryOptions({
    queryKey: ['dashboard', uid],
    queryFn: ({ signal }) =>
      getWeir<Readonly<Record<string, unknown>>>(
        `/api/weir/v1/dashboards/${encodeURIComponent(uid)}`,
        signal,
      ),
    refetchInterval: false,
    staleTime: Infinity,
  })
