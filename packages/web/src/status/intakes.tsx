import type { IntakeStatus } from '@weir/packs'
import { Skeleton } from '@mantine/core'
import type { UseQueryResult } from '@tanstack/react-query'
import { FailureNote } from '../frame/failure-note.tsx'
import { FigureText } from '../frame/figure-text.tsx'
import { whole } from '../format/number.ts'
import { agoText } from '../time/clock-text.ts'
import { serverNow } from '../time/server-clock.ts'

/** Every open way in: how much comes, what was refused and why. */
export function Intakes({
  query,
}: {
  readonly query: UseQueryResult<readonly IntakeStatus[]>
}): React.JSX.Element {
  const { data, error } = query
  if (data === undefined) return error ? <FailureNote error={error} /> : <Skeleton height={120} />
  return (
    <section className="sheet">
      <div className="sheet-head">
        <h2>Intakes</h2>
      </div>
      <div className="scroll" tabIndex={0} role="region" aria-label="Intakes">
        <table className="plain folds">
          <thead>
            <tr>
              <th>Kind</th>
              <th>Address</th>
              <th className="right">Rate</th>
              <th className="right">Received</th>
              <th>Refused</th>
              <th>Last refused</th>
            </tr>
          </thead>
          <tbody>
            {data.map((intake) => (
              <tr key={`${intake.kind} ${intake.address}`}>
                <td className="num">
                  <b style={{ fontWeight: 600 }}>{intake.kind}</b>
                </td>
                <td className="mono whole">{intake.address}</td>
                <td className="right num">
                  <FigureText
                    value={intake.linesPerSecond}
                    unit={`${intake.counts ?? 'lines'}/s`}
                  />
                </td>
                <td className="right num" data-label="received">
                  {whole(intake.lines)}
                </td>
                <td className="refused" data-label="refused">
                  {Object.values(intake.rejected).every((count) => count === 0) &&
                  !intake.dropped ? (
                    <span className="muted">none</span>
                  ) : null}
                  {intake.dropped ? (
                    <span
                      className="tag"
                      title="Packets that the kernel dropped: the receive buffer was full"
                    >
                      lost packets {whole(intake.dropped)}
                    </span>
                  ) : null}
                  {Object.entries(intake.rejected)
                    .filter(([, count]) => count > 0)
                    .map(([reason, count]) => (
                      <span className="tag" key={reason}>
                        {reason.replaceAll('_', ' ')} {whole(count)}
                      </span>
                    ))}
                </td>
                <td
                  className="whole"
                  data-label="last refused"
                  data-none={intake.lastRejected === null ? '' : undefined}
                >
                  {intake.lastRejected === null ? (
                    <span className="muted">none</span>
                  ) : (
                    <>
                      <code style={{ overflowWrap: 'anywhere' }}>{intake.lastRejected.line}</code>
                      <div className="muted">
                        {intake.lastRejected.reason},{' '}
                        {agoText(intake.lastRejected.atMs, serverNow())}
                      </div>
                    </>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}
