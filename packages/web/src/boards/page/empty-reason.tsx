import { useQuery } from '@tanstack/react-query'
import { askPrometheus } from '../../api/client.ts'
import type { BoardTime } from './board-time.ts'
import { reasonOf } from './empty-why.ts'
import type { Asked } from './panel-questions.ts'

/** Why a panel is empty: found out when somebody sees it, by leaving conditions out one by one. */
export function EmptyReason(props: {
  readonly why: string
  /** It is the queries that found nothing, and it can be asked why. */
  readonly isAsking: boolean
  readonly asked: readonly Asked[]
  readonly time: BoardTime
}): React.JSX.Element {
  const { why, isAsking, asked, time } = props
  const first = asked.find(({ query }) => query.language === 'promql')?.query
  const { data } = useQuery({
    queryKey: ['why-empty', first?.expr, time.from, time.to],
    queryFn: async ({ signal }) => {
      const { expr, startMs, endMs } = first!
      const { data: tree } = await askPrometheus<unknown>('parse_query', { query: expr }, signal)
      return reasonOf(tree, { startMs, endMs }, signal)
    },
    enabled: isAsking && first !== undefined,
    refetchInterval: false,
    staleTime: 60_000,
  })
  return (
    <div className="panel-say">
      <p>No data</p>
      <p className="muted">
        {data ?? (asked.length === 0 ? 'The panel has no query.' : `${why}.`)}
      </p>
    </div>
  )
}
