import type { DiscovererView, ScrapeJobView } from '@weir/packs'
import { whole } from '../format/number.ts'
import { agoText } from '../time/clock-text.ts'
import { serverNow } from '../time/server-clock.ts'

const KINDS: Readonly<Record<string, string>> = {
  file: 'Files',
  http: 'HTTP',
  dns: 'DNS',
  kubernetes: 'Kubernetes',
  consul: 'Consul',
}

/** Where a job looks for its targets, and what is wrong with it. Targets that are just listed need no words. */
export function Discoverers({ job }: { readonly job: ScrapeJobView }): React.JSX.Element | null {
  const told = job.discoverers.filter(({ kind }) => kind !== 'static')
  if (told.length === 0 && job.faultCount === 0) return null
  return (
    <div className="discoverers">
      {told.map((each) => (
        <Discoverer key={`${each.kind} ${each.title}`} discoverer={each} />
      ))}
      {job.faultCount === 0 ? null : (
        <div className="note" data-tone="error">
          {whole(job.faultCount)} found {job.faultCount === 1 ? 'target' : 'targets'} cannot be
          scraped. {job.faults[0]}
        </div>
      )}
    </div>
  )
}

function Discoverer({ discoverer }: { readonly discoverer: DiscovererView }): React.JSX.Element {
  const { kind, title, targetCount, lastError, lastErrorMs } = discoverer
  const looked = lookedText(discoverer)
  return (
    <div>
      <b>{KINDS[kind] ?? kind}</b> <span className="mono">{title}</span>{' '}
      <span className="muted">
        {whole(targetCount)} found, {looked}
      </span>
      {lastError === '' ? null : (
        <div className="note" data-tone="error" role="status">
          {lastError}
          {lastErrorMs === null ? '' : ` (${agoText(lastErrorMs, serverNow())})`}
          {targetCount > 0 ? '. The targets found before stay.' : ''}
        </div>
      )}
    </div>
  )
}

function lookedText({ kind, lastRefreshMs, lastError }: DiscovererView): string {
  if (lastRefreshMs === null) return lastError === '' ? 'not looked at yet' : 'never reached'
  // A cluster is watched all the time; others are looked at now and then.
  if (kind === 'kubernetes' && lastError === '') return 'watched'
  return `looked at ${agoText(lastRefreshMs, serverNow())}`
}
