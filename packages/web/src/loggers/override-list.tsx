import type { OverrideView } from '@weir/packs'
import { Button } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useDeed } from '../access/use-deed.ts'
import { Offered } from '../access/offered.tsx'
import { useAuthor } from '../alerts/author.ts'
import { clearLevel } from '../api/loggers.ts'
import { counted, whole } from '../format/number.ts'
import { FailureNote } from '../frame/failure-note.tsx'
import { fullTime } from '../time/clock-text.ts'
import { LevelMark } from './level-mark.tsx'
import { furtherOf, leftText, loggersText } from './override-text.ts'
import { useNow } from './use-now.ts'

/** Changes of levels that hold now: for how long, who took them, and a way to end them. */
export function OverrideList(props: {
  readonly overrides: readonly OverrideView[]
}): React.JSX.Element {
  const now = useNow()
  return (
    <section className="sheet" aria-label="Changed levels">
      <div className="sheet-head">
        <h2>Changed levels</h2>
        <span className="muted">they go back by themselves</span>
      </div>
      {props.overrides.map((override) => (
        <OverrideRow key={override.id} override={override} nowMs={now} />
      ))}
    </section>
  )
}

function OverrideRow(props: {
  readonly override: OverrideView
  readonly nowMs: number
}): React.JSX.Element {
  const { override, nowMs } = props
  const { id, level, reason, author, expiresAtMs, startsAtMs, records, recordsMax } = override
  const [me] = useAuthor()
  const client = useQueryClient()
  const clearing = useDeed(clearLevel, {
    onSuccess: () => client.invalidateQueries({ queryKey: ['loggers'] }),
  })
  const most = recordsMax === null ? '' : ` of at most ${whole(recordsMax)} each`
  return (
    <div className="override">
      <div style={{ minWidth: 0 }}>
        <LevelMark level={level} /> <b className="mono logger-name">{loggersText(override)}</b>{' '}
        {furtherOf(override).map((text) => (
          <span className="tag mono" key={text}>
            {text}
          </span>
        ))}
        <div className="override-why">
          <span className="muted">{author}</span> {reason}
        </div>
        <Reach override={override} />
        {clearing.error === null ? null : <FailureNote error={clearing.error} />}
      </div>
      <div className="override-records muted">
        {records === 0 ? '' : `${counted(records, 'record')} let through${most}`}
      </div>
      <div className="override-end">
        <b
          className="num"
          role="timer"
          title={`${fullTime(startsAtMs)} to ${fullTime(expiresAtMs)}`}
        >
          {leftText(expiresAtMs - nowMs)}
        </b>
        <Offered to={clearLevel}>
          <Button
            size="compact-sm"
            variant="default"
            loading={clearing.isPending}
            onClick={() => clearing.mutate({ id, by: me })}
          >
            End now
          </Button>
        </Offered>
      </div>
    </div>
  )
}

/** How many processes took it, and which did not. */
function Reach({ override }: { readonly override: OverrideView }): React.JSX.Element {
  const { appliedCount, ofCount, reach } = override
  if (ofCount === 0) return <div className="muted">no process has such a logger yet</div>
  const isAll = appliedCount === ofCount
  return (
    <div className="override-reach">
      <span className="health" data-health={isAll ? 'healthy' : 'degraded'}>
        Applied by {whole(appliedCount)} of {whole(ofCount)}
      </span>
      {reach.map(({ instance, service, host, state, error }) => (
        <span className="override-odd" key={instance} title={instance}>
          {service} on {host}: {state === 'failed' ? error : 'did not answer yet'}
        </span>
      ))}
    </div>
  )
}
