import { queryOptions } from '@tanstack/react-query'
import type { BoardAnswer, BoardList, BoardRow } from '@weir/boards'
import { getWeir } from '../../api/client.ts'

/** All dashboards, and files that are none. */
export const boardListQuery = queryOptions({
  queryKey: ['dashboards'],
  queryFn: ({ signal }) => getWeir<BoardList>('/api/weir/v1/dashboards', signal),
})

/** Lines of the list of boards. */
export const boardsQuery = queryOptions({
  ...boardListQuery,
  select: (list: BoardList): readonly BoardRow[] => list.boards,
})

/** A board in the newest form, and what is known of how it is kept. */
export const boardQuery = (uid: string) =>
  queryOptions({
    queryKey: ['dashboard', uid],
    queryFn: ({ signal }) =>
      getWeir<BoardAnswer>(`/api/weir/v1/dashboards/${encodeURIComponent(uid)}`, signal),
    refetchInterval: false,
    staleTime: Infinity,
  })
