import { Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { queriesQuery } from '../api/weir.ts'
import { FailureNote } from '../frame/failure-note.tsx'
import { compact, figureText, whole } from '../format/number.ts'
import { agoText } from '../time/clock-text.ts'
import { serverNow } from '../time/server-clock.ts'

/** What is asked now, and which expressions took most. */
export function Queries(): React.JSX.Element {
  const { data, error } = useQuery(queriesQuery)
  if (data === undefined) return error ? <FailureNote error={error} /> : <Skeleton height={200} />
  const now = serverNow()
  return (
    <div className="stack">
      <section className="sheet">
        <div className="sheet-head">
          <h2>Running now</h2>
          <span className="muted">
            {data.running.length === 0 ? 'nothing' : whole(data.running.length)}
          </span>
        </div>
        {data.running.length === 0 ? null : (
          <div className="scroll" role="region" aria-label="Running queries" tabIndex={0}>
            <table className="plain">
              <thead>
                <tr>
                  <th>Query</th>
                  <th>Asked by</th>
                  <th>State</th>
                  <th className="right">For</th>
                </tr>
              </thead>
              <tbody>
                {data.running.map((row) => (
                  <tr key={row.id}>
                    <td className="mono query">{row.expr}</td>
                    <td>{row.origin}</td>
                    <td>{row.state}</td>
                    <td className="right num">{figureText(row.seconds, 's')}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </section>
      <section className="sheet">
        <div className="sheet-head">
          <h2>Took most time</h2>
          <span className="muted">
            since the start {agoText(data.sinceMs, now)}
            {data.slowMs === 0
              ? ''
              : `; one that takes ${figureText(data.slowMs / 1000, 's')} is in the log`}
          </span>
        </div>
        <div className="scroll">
          <table className="plain">
            <thead>
              <tr>
                <th>Query</th>
                <th className="right">Time</th>
                <th className="right">Asked</th>
                <th className="right">Failed</th>
                <th className="right">Longest</th>
                <th className="right">Samples read</th>
                <th className="right">Last</th>
              </tr>
            </thead>
            <tbody>
              {data.top.map((row) => (
                <tr key={row.expr}>
                  <td className="mono query">
                    <Link to="/explore" search={{ expr: row.expr }}>
                      {row.expr}
                    </Link>
                  </td>
                  <td className="right num">{figureText(row.seconds, 's')}</td>
                  <td className="right num">{whole(row.count)}</td>
                  <td className="right num">{whole(row.failed)}</td>
                  <td className="right num">{figureText(row.secondsMax, 's')}</td>
                  <td className="right num">{compact(row.samplesRead)}</td>
                  <td className="right num">{agoText(row.lastMs, now)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </section>
    </div>
  )
}
