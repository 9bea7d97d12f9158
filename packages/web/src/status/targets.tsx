import { Skeleton } from '@mantine/core'
import type { UseQueryResult } from '@tanstack/react-query'
import { IconCircleCheck, IconCircleDashed, IconCircleX } from '@tabler/icons-react'
import type { Target } from '../api/prometheus.ts'
import { FailureNote } from '../frame/failure-note.tsx'
import { figureText } from '../format/number.ts'
import { agoText } from '../time/clock-text.ts'
import { serverNow } from '../time/server-clock.ts'

const HEALTHS = {
  up: { word: 'Up', tone: 'healthy', Icon: IconCircleCheck },
  down: { word: 'Down', tone: 'failing', Icon: IconCircleX },
  unknown: { word: 'Not yet asked', tone: 'silent', Icon: IconCircleDashed },
} as const

/** What Weir scrapes, the broken first. */
export function Targets({
  query,
}: {
  readonly query: UseQueryResult<readonly Target[]>
}): React.JSX.Element {
  const { data, error } = query
  if (data === undefined) return error ? <FailureNote error={error} /> : <Skeleton height={120} />
  const sorted = data.toSorted((a, b) => Number(a.health === 'up') - Number(b.health === 'up'))
  return (
    <section className="sheet">
      <div className="sheet-head">
        <h2>Scrape targets</h2>
        <span className="muted">
          {data.filter(({ health }) => health === 'up').length} of {data.length} up
        </span>
      </div>
      {data.length === 0 ? (
        <div className="empty">
          No target yet. Name some under <code>scrape_configs</code> in weir.yml.
        </div>
      ) : (
        <div className="scroll" tabIndex={0} role="region" aria-label="Scrape targets">
          <table className="plain">
            <thead>
              <tr>
                <th>Health</th>
                <th>Target</th>
                <th>Labels</th>
                <th>Last scrape</th>
                <th className="right">Took</th>
              </tr>
            </thead>
            <tbody>
              {sorted.map((target) => (
                <TargetRow key={`${target.scrapePool} ${target.scrapeUrl}`} target={target} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  )
}

function TargetRow({ target }: { readonly target: Target }): React.JSX.Element {
  const { word, tone, Icon } = HEALTHS[target.health]
  const lastMs = Date.parse(target.lastScrape)
  return (
    <tr>
      <td>
        <span className="health" data-health={tone}>
          <Icon size={15} aria-hidden />
          {word}
        </span>
      </td>
      <td>
        <span className="mono">{target.scrapeUrl}</span>
        {target.lastError === '' ? null : (
          <div style={{ color: 'var(--failing)' }}>{target.lastError}</div>
        )}
      </td>
      <td>
        {Object.entries(target.labels).map(([label, value]) => (
          <span className="tag" key={label} style={{ whiteSpace: 'nowrap' }}>
            {label}={value}
          </span>
        ))}
      </td>
      <td className="num">{lastMs > 0 ? agoText(lastMs, serverNow()) : 'never'}</td>
      <td className="right num">{figureText(target.lastScrapeDuration, 's')}</td>
    </tr>
  )
}
