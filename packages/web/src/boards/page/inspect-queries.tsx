import { useQuery } from '@tanstack/react-query'
import type { QueryStats } from '../../api/prometheus.ts'
import { counted, figureText, threeDigits, whole } from '../../format/number.ts'
import { CodeBlock } from '../../frame/code-block.tsx'
import { spanText } from '../../time/clock-text.ts'
import { askBoard } from './ask-board.ts'
import type { Fed } from './feed.ts'
import { type Asked, questionsOf } from './panel-questions.ts'

/** What a panel asked, what it was answered, and what answering costs Weir. */
export function InspectQueries(props: {
  readonly asked: readonly Asked[]
  readonly fed: Fed<readonly Asked[]>
}): React.JSX.Element {
  const { asked, fed } = props
  const costs = useCosts(asked)
  return (
    <div className="stack" style={{ gap: 12 }}>
      <p className="muted">
        Asked together with the other panels; all answers of this one were there after{' '}
        {threeDigits(fed.tookMs)} ms.
      </p>
      {asked.map(({ name, query, shiftMs }) => {
        const answer = fed.answers.get(name)
        return (
          <section key={name}>
            <h3>
              {query.refId}{' '}
              <span className="muted">
                {query.kind === 'range' ? `step ${spanText(query.stepMs)}` : 'one moment'}
                {shiftMs === 0 ? '' : `, ${spanText(shiftMs)} earlier`}
                {answer?.status === 'success' ? `, ${whole(sizeOf(answer.data))} series` : ''}
              </span>
            </h3>
            <CodeBlock text={query.expr} />
            <p className="muted">{costText(costs.get(name))}</p>
            {answer?.status === 'error' ? (
              <div className="note" data-tone="error">
                {answer.error}
              </div>
            ) : null}
          </section>
        )
      })}
    </div>
  )
}

const NONE: ReadonlyMap<string, QueryStats> = new Map()

/** Asked for once more, as a board does not pay for figures that nobody looks at. */
function useCosts(asked: readonly Asked[]): ReadonlyMap<string, QueryStats> {
  const questions = [...questionsOf(asked)].flatMap(([id, question]) =>
    question.kind === 'exemplars' || question.language === 'logql'
      ? []
      : [{ ...question, id, stats: true }],
  )
  const { data } = useQuery({
    queryKey: ['panel-cost', questions],
    queryFn: async ({ signal }) => {
      const costs = new Map<string, QueryStats>()
      const take: Parameters<typeof askBoard>[1] = (answer) => {
        if (answer.status !== 'success') return
        const { stats } = answer.data as { readonly stats?: QueryStats }
        if (stats !== undefined) costs.set(answer.id, stats)
      }
      await askBoard(questions, take, signal)
      return costs
    },
    enabled: questions.length > 0,
    refetchInterval: false,
    gcTime: 0,
  })
  return data ?? NONE
}

/** What Weir did for an answer, in words. */
function costText(stats: QueryStats | undefined): string {
  const { samplesRead, seriesRead } = stats?.samples ?? {}
  const { evalTotalTime } = stats?.timings ?? {}
  return [
    samplesRead === undefined
      ? ''
      : `${counted(samplesRead, 'sample')} of ${whole(seriesRead ?? 0)} series read`,
    evalTotalTime === undefined ? '' : `evaluated in ${figureText(evalTotalTime, 's')}`,
  ]
    .filter((words) => words !== '')
    .join(' · ')
}

function sizeOf(data: unknown): number {
  const { result } = (data ?? {}) as { readonly result?: unknown }
  return Array.isArray(result) ? result.length : 0
}
