import { Popover } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { askPrometheus } from '../../api/client.ts'
import type { BoardTime } from './board-time.ts'
import { reasonOf } from './empty-why.ts'
import type { Asked } from './panel-questions.ts'

interface Emptiness {
  readonly why: string
  /** It is the queries that found nothing, and it can be asked why. */
  readonly isAsking: boolean
  readonly asked: readonly Asked[]
  /** Data sources of queries that cannot be asked here. */
  readonly unanswered: readonly string[]
  readonly time: BoardTime
}

/** Below this, sentences break in the middle of words or are cut off. */
const ROOMY = { width: 300, height: 110 }

/** Why a panel is empty: in the panel where there is room, else for who asks. */
export function EmptyReason(
  props: Emptiness & { readonly size: { readonly width: number; readonly height: number } },
): React.JSX.Element {
  const [isWanted, setWanted] = useState(false)
  const { size, ...emptiness } = props
  if (size.width >= ROOMY.width && size.height >= ROOMY.height) {
    return (
      <div className="panel-say">
        <p>No data</p>
        <Reason {...emptiness} />
      </div>
    )
  }
  return (
    <div className="panel-say">
      <Popover width={300} withArrow shadow="md" onChange={setWanted}>
        <Popover.Target>
          <button type="button" className="panel-why" aria-label="No data: why?">
            No data
          </button>
        </Popover.Target>
        <Popover.Dropdown className="panel-note">
          {isWanted ? <Reason {...emptiness} /> : null}
        </Popover.Dropdown>
      </Popover>
    </div>
  )
}

/** Found out when somebody sees it, by leaving conditions out one by one. */
function Reason(props: Emptiness): React.JSX.Element {
  const { why, isAsking, asked, unanswered, time } = props
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
  const said = data ?? (asked.length === 0 ? unaskedWhy(unanswered) : `${why}.`)
  return <p className="muted">{said}</p>
}

function unaskedWhy(unanswered: readonly string[]): string {
  if (unanswered.length === 0) return 'The panel has no query.'
  return `Its queries are for ${unanswered.join(', ')}; Weir answers PromQL and LogQL.`
}
