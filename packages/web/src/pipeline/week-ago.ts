import type { SignalView } from '@weir/packs'
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { askPrometheus } from '../api/client.ts'
import { alignMatrix } from '../chart/align.ts'

interface MatrixAnswer {
  readonly result: readonly { readonly values?: readonly (readonly [number, string])[] }[]
}

/** A signal as it was a week before, on the grid of today. */
export const weekAgoQuery = (signal: SignalView, isWanted: boolean) =>
  queryOptions({
    queryKey: ['week-ago', signal.expr, signal.startMs, signal.stepMs, signal.values.length],
    queryFn: async ({ signal: abort }) => {
      const { startMs, stepMs, values, expr } = signal
      const endMs = startMs + (values.length - 1) * stepMs
      const { data } = await askPrometheus<MatrixAnswer>(
        'query_range',
        {
          query: `max(${expr} offset 1w)`,
          start: String(startMs / 1000),
          end: String(endMs / 1000),
          step: String(stepMs / 1000),
        },
        abort,
      )
      const pairs = data.result[0]?.values ?? []
      return alignMatrix([pairs], startMs / 1000, endMs / 1000, stepMs / 1000).ys[0] ?? []
    },
    enabled: isWanted,
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    refetchInterval: false,
  })
