import type { BacktestResultView } from '@weir/packs'
import { Button, Progress, Skeleton } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useDeed } from '../../access/use-deed.ts'
import { rulesQuery } from '../../api/prometheus.ts'
import { ruleRowsQuery } from '../../api/rules.ts'
import {
  backtestQuery,
  backtestsQuery,
  beginBacktest,
  cancelBacktest,
  statusQuery,
} from '../../api/weir.ts'
import { FailureNote } from '../../frame/failure-note.tsx'
import { serverNow } from '../../time/server-clock.ts'
import { type BacktestForm, EMPTY, choicesOf, daysOf, parametersOf } from './backtest-form.ts'
import { BacktestResult } from './backtest-result.tsx'
import { BacktestWish } from './backtest-wish.tsx'

interface TabSearch {
  readonly rule?: string | undefined
  readonly group?: string | undefined
  readonly file?: string | undefined
  readonly job?: string | undefined
}

/** Tries a rule on what is stored: what it would have done, and to whom. */
export function BacktestTab(
  props: TabSearch & { readonly onJob: (id: string) => void },
): React.JSX.Element {
  const { rule, group, file, job, onJob } = props
  const rules = useQuery(rulesQuery)
  const known = useQuery({ ...backtestsQuery, enabled: job === undefined && rule === undefined })
  const { data: rows } = useQuery(ruleRowsQuery)
  const { data: status } = useQuery(statusQuery)
  const choices = choicesOf(rules.data ?? [], rows)
  const linked = choices.find(
    (one) => one.rule.name === rule && one.group === group && one.file === file,
  )
  const [changed, setChanged] = useState<Partial<BacktestForm>>({})
  const oldestMs = status?.minTimeMs ?? null
  const form = {
    ...EMPTY,
    rule: (linked ?? choices[0])?.key ?? '',
    days: daysOf(oldestMs === null ? null : serverNow() - oldestMs),
    ...changed,
  }
  const chosen = choices.find(({ key }) => key === form.rule)
  const begin = useDeed(beginBacktest, { onSuccess: ({ id }) => onJob(id) })
  const run = (): void => {
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions()
    begin.mutate(parametersOf(form, chosen, { nowMs: serverNow(), timeZone }))
  }
  if (rules.data === undefined && rules.error === null) return <Skeleton height={240} />
  const shown = job ?? known.data?.[0]?.id
  return (
    <div className="stack">
      <BacktestWish
        form={form}
        choices={choices}
        isBusy={begin.isPending}
        onChange={(change) => setChanged((before) => ({ ...before, ...change }))}
        onRun={run}
      />
      {rules.error === null ? null : (
        <FailureNote error={rules.error} retry={() => void rules.refetch()} />
      )}
      {begin.error === null ? null : <FailureNote error={begin.error} />}
      {shown === undefined ? (
        <div className="sheet empty">
          Choose a rule and see when it would have fired, who would have been told, and what another
          threshold would have changed.
        </div>
      ) : (
        <Job key={shown} id={shown} />
      )}
    </div>
  )
}

function Job({ id }: { readonly id: string }): React.JSX.Element {
  const { data, error, refetch } = useQuery(backtestQuery(id))
  if (error !== null) return <FailureNote error={error} retry={() => void refetch()} />
  if (data === undefined) return <Skeleton height={320} />
  if (data.endedMs === null) return <Running job={data} />
  if (data.state === 'canceled') return <div className="sheet empty">It was canceled.</div>
  if (data.state === 'failed') {
    return (
      <div className="note" data-tone="error">
        {data.error}
      </div>
    )
  }
  return <BacktestResult result={data} />
}

function Running({ job }: { readonly job: BacktestResultView }): React.JSX.Element {
  const client = useQueryClient()
  const cancel = useDeed(cancelBacktest, {
    onSettled: () => client.invalidateQueries(backtestQuery(job.id)),
  })
  const names = job.ruleNames.join(', ')
  return (
    <section className="sheet sheet-body" style={{ display: 'grid', gap: 10 }}>
      <div style={{ display: 'flex', gap: 14, alignItems: 'baseline' }}>
        <b style={{ fontWeight: 600, overflowWrap: 'anywhere' }}>{names}</b>
        <span className="muted">
          {job.state === 'waiting' ? 'waits for its turn' : `${Math.floor(job.progress * 100)} %`}
        </span>
        <span className="spacer" />
        <Button
          size="compact-sm"
          variant="default"
          loading={cancel.isPending}
          onClick={() => cancel.mutate(job.id)}
        >
          Cancel
        </Button>
      </div>
      <Progress value={job.progress * 100} size="sm" aria-label={`Progress of ${names}`} />
      {cancel.error === null ? null : <FailureNote error={cancel.error} />}
    </section>
  )
}
