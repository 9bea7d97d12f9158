import type { EventPage, EventType } from '@weir/packs'
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { getWeir } from '../api/client.ts'
import { REFRESH_MS } from '../api/weir.ts'

const EVENTS = '/api/weir/v1/events'

/** More marks than this are neither readable nor needed. */
const MARKS_MAX = 1000

/** Events of a span of time, for marks on charts. */
export const eventsBetween = (fromMs: number, toMs: number) =>
  queryOptions({
    queryKey: ['events', fromMs, toMs],
    queryFn: ({ signal }) =>
      getWeir<EventPage>(
        `${EVENTS}?start=${fromMs / 1000}&end=${toMs / 1000}&limit=${MARKS_MAX}`,
        signal,
      ),
    placeholderData: keepPreviousData,
  })

/** The list, page by page. */
export const eventPages = (wanted: {
  readonly kind: 'event' | 'check'
  readonly text: string
  readonly type: EventType | undefined
}) =>
  infiniteQueryOptions({
    queryKey: ['event-list', wanted.kind, wanted.text, wanted.type],
    queryFn: ({ signal, pageParam }) => {
      const query = new URLSearchParams({ kind: wanted.kind, q: wanted.text, before: pageParam })
      if (wanted.type !== undefined) query.set('type[]', wanted.type)
      return getWeir<EventPage>(`${EVENTS}?${query.toString()}`, signal)
    },
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  })
