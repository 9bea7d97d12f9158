import type { EngineView, WeirStatus } from '@weir/packs'
import type { UseQueryResult } from '@tanstack/react-query'
import { Fact } from '../frame/fact.tsx'
import { agoText } from '../time/clock-text.ts'
import { serverNow } from '../time/server-clock.ts'

const NAMES: Readonly<Record<string, string>> = {
  victoriametrics: 'VictoriaMetrics',
  prometheus: 'Prometheus',
  mimir: 'Mimir',
  cortex: 'Cortex',
  thanos: 'Thanos',
}

/** The engine that keeps the metrics: whether it is there, and what waits for it. Nothing without one. */
export function Engine({
  query,
}: {
  readonly query: UseQueryResult<WeirStatus>
}): React.JSX.Element | null {
  const engine = query.data?.engine
  if (engine === undefined) return null
  const { queueBytes, queueBytesMax, queueSinceMs, queueAgeMaxMs } = engine
  const waitedMs = queueSinceMs === null ? 0 : Math.max(0, serverNow() - queueSinceMs)
  return (
    <section className="sheet">
      <div className="sheet-head">
        <h2>Engine</h2>
        <span className="muted">
          {nameOf(engine)} at <span className="mono">{engine.address}</span> keeps the metrics
        </span>
      </div>
      {engine.awaySinceMs === null ? null : (
        <div
          className="note"
          data-tone="error"
          role="status"
          style={{ overflowWrap: 'anywhere', borderRadius: 0 }}
        >
          It stopped answering {agoText(engine.awaySinceMs, serverNow())}: {engine.why}. What comes
          in is kept, queries fail, and alerts stay as they are.
        </div>
      )}
      <div className="facts">
        <Fact label="Queue" value={queueBytes} unit="bytes" />
        <Fact label="Room for it" value={queueBytesMax} unit="bytes" />
        <Fact label="Oldest has waited" value={waitedMs / 1000} unit="s" />
        <Fact label="It may wait" value={queueAgeMaxMs / 1000} unit="s" />
      </div>
    </section>
  )
}

function nameOf({ flavour, version }: EngineView): string {
  if (flavour === '') return 'An engine that was not reached yet'
  const name = NAMES[flavour] ?? flavour
  // VictoriaMetrics says the version of the Prometheus that it plays.
  return version === '' || flavour === 'victoriametrics' ? name : `${name} ${version}`
}
