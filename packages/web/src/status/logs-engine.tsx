import type { LogsEngineView } from '@weir/packs'
import type { UseQueryResult } from '@tanstack/react-query'
import { Fact } from '../frame/fact.tsx'
import { FailureNote } from '../frame/failure-note.tsx'
import { agoText } from '../time/clock-text.ts'
import { serverNow } from '../time/server-clock.ts'

const NAMES: Readonly<Record<LogsEngineView['kind'], string>> = {
  loki: 'Logs in Loki',
  victorialogs: 'Logs copied to VictoriaLogs',
}

/** Where lines of log go, what waits for it, and what went wrong. Nothing where Weir keeps them alone. */
export function LogsEngine({
  query,
}: {
  readonly query: UseQueryResult<LogsEngineView | null>
}): React.JSX.Element | null {
  const { data, error } = query
  if (data === undefined) return error ? <FailureNote error={error} /> : null
  if (data === null) return null
  return (
    <section className="sheet">
      <div className="sheet-head">
        <h2>{NAMES[data.kind]}</h2>
        <span className="muted">
          <span className="mono">{data.url}</span> · what waits is on the disk
        </span>
      </div>
      <div className="facts">
        <Fact label="Lines sent" value={data.sentLines} unit="" />
        <Fact label="Waiting" value={data.waitingBytes} unit="bytes" />
        <Fact label="Room for" value={data.waitingBytesMax} unit="bytes" />
        <Fact label="Behind" value={data.waitedMs / 1000} unit="s" />
        <Fact label="Lines lost" value={data.lostLines} unit="" />
      </div>
      <div className="sheet-body" style={{ overflowWrap: 'anywhere' }}>
        <State engine={data} />
      </div>
    </section>
  )
}

function State({ engine }: { readonly engine: LogsEngineView }): React.JSX.Element {
  const { lastError, lastErrorMs, lastSentMs } = engine
  if (lastError !== '' && lastErrorMs !== null) {
    return (
      <>
        {lastError} <span className="muted">{agoText(lastErrorMs, serverNow())}</span>
      </>
    )
  }
  if (lastSentMs === null) return <span className="muted">nothing sent yet</span>
  return <span className="muted">sent {agoText(lastSentMs, serverNow())}</span>
}
