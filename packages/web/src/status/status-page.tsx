import type { PackSummary, WeirStatus } from '@weir/packs'
import { Skeleton } from '@mantine/core'
import { type UseQueryResult, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import {
  buildQuery,
  configQuery,
  flagsQuery,
  runtimeQuery,
  targetsQuery,
  tsdbQuery,
} from '../api/prometheus.ts'
import {
  intakesQuery,
  logsEngineQuery,
  packsQuery,
  peersQuery,
  remoteWriteQuery,
  statsdCardinalityQuery,
  statusQuery,
} from '../api/weir.ts'
import { useFirstAnswers } from '../api/first-answers.ts'
import { CodeBlock } from '../frame/code-block.tsx'
import { whole } from '../format/number.ts'
import { Fact } from '../frame/fact.tsx'
import { FailureNote } from '../frame/failure-note.tsx'
import { PageTabs } from '../frame/page-tabs.tsx'
import { agoText, fullTime, spanText } from '../time/clock-text.ts'
import { Cardinality } from './cardinality.tsx'
import { Engine } from './engine.tsx'
import { Intakes } from './intakes.tsx'
import { LogsEngine } from './logs-engine.tsx'
import { Peers } from './peers.tsx'
import { Queries } from './queries.tsx'
import { SentOn } from './sent-on.tsx'
import { StatsdSeries } from './statsd-series.tsx'
import { Targets } from './targets.tsx'

/** How Weir itself is: ways in, targets, storage, build, configuration. */
export function StatusPage(): React.JSX.Element {
  const { tab } = useSearch({ from: '/status' })
  const navigate = useNavigate({ from: '/status' })
  return (
    <PageTabs
      title="Status"
      tab={tab}
      onTab={(next) => void navigate({ search: { tab: next } })}
      tabs={[
        { value: 'overview', title: 'Weir', body: <Overview /> },
        { value: 'storage', title: 'Storage', body: <Storage /> },
        { value: 'queries', title: 'Queries', body: <Queries /> },
        { value: 'config', title: 'Configuration', body: <Configuration /> },
      ]}
    />
  )
}

/** All of it at once: what comes late would push down what is read. */
function Overview(): React.JSX.Element {
  const [status, intakes, targets] = [
    useQuery(statusQuery),
    useQuery(intakesQuery),
    useQuery(targetsQuery),
  ]
  const [peers, sentOn] = [useQuery(peersQuery), useQuery(remoteWriteQuery)]
  const [logsEngine, packs] = [useQuery(logsEngineQuery), useQuery(packsQuery)]
  const all = [status, intakes, targets, peers, sentOn, logsEngine, packs]
  if (!useFirstAnswers(all)) return <Skeleton height={640} />
  return (
    <div className="stack">
      <Process query={status} />
      <Engine query={status} />
      <Intakes query={intakes} />
      <Peers query={peers} />
      <SentOn query={sentOn} />
      <LogsEngine query={logsEngine} />
      <Targets query={targets} />
      <Packs query={packs} />
    </div>
  )
}

function Process({ query }: { readonly query: UseQueryResult<WeirStatus> }): React.JSX.Element {
  const { data, error } = query
  if (data === undefined) return error ? <FailureNote error={error} /> : <Skeleton height={150} />
  return (
    <section className="sheet">
      <div className="sheet-head">
        <h2>Weir {data.version}</h2>
        <span className="muted">
          up {spanText(data.atMs - data.startedMs)} · {data.web} · data in{' '}
          <span className="mono">{data.dataDir}</span>
        </span>
      </div>
      <div className="facts">
        <Fact label="Series" value={data.series} unit="" />
        <Fact label="Intake" value={data.samplesPerSecond} unit="samples/s" />
        <Fact label="Disk" value={data.diskBytes} unit="bytes" />
        <Fact label="Memory" value={data.residentBytes} unit="bytes" />
        <Fact label="Memory budget" value={data.memoryBudgetBytes} unit="bytes" />
        <Fact label="CPU so far" value={data.cpuSeconds} unit="s" />
        <Fact label="Query threads" value={data.queryThreads} unit="" />
      </div>
    </section>
  )
}

function Packs({
  query,
}: {
  readonly query: UseQueryResult<readonly PackSummary[]>
}): React.JSX.Element {
  const { data, error } = query
  if (data === undefined) return error ? <FailureNote error={error} /> : <Skeleton height={90} />
  return (
    <section className="sheet">
      <div className="sheet-head">
        <h2>Packs</h2>
        <span className="muted">a pack wakes up when its metrics are first seen</span>
      </div>
      <div className="scroll">
        <table className="plain folds">
          <tbody>
            {data.map((pack) => (
              <tr key={pack.id}>
                <td className="num">
                  <Link to="/packs/$id" params={{ id: pack.id }}>
                    {pack.title}
                  </Link>
                </td>
                <td className="num">
                  {pack.awake ? `awake, ${whole(pack.seriesCount)} series` : 'asleep'}
                </td>
                <td className="muted whole">{pack.description}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

function Storage(): React.JSX.Element {
  const status = useQuery(statusQuery).data
  const retention = useQuery(runtimeQuery).data?.storageRetention
  const { data, error } = useQuery(tsdbQuery)
  // Waited for here, so that nothing is pushed down when it comes.
  const areThere = useFirstAnswers([useQuery(statsdCardinalityQuery)])
  if (data === undefined || !areThere)
    return error ? <FailureNote error={error} /> : <Skeleton height={200} />
  const { minTimeMs = null, maxTimeMs = null, atMs = 0 } = status ?? {}
  return (
    <div className="stack">
      <section className="sheet">
        <div className="sheet-head">
          <h2>Store</h2>
          <span className="muted">
            {minTimeMs === null ? 'empty' : `oldest sample ${fullTime(minTimeMs)}`}
            {maxTimeMs === null ? '' : `, newest ${agoText(maxTimeMs, atMs)}`}
            {retention === undefined ? '' : `, kept for ${retention}`}
          </span>
        </div>
        <div className="facts">
          <Fact label="Series" value={data.headStats?.numSeries} unit="" />
          <Fact label="Samples not sealed yet" value={status?.headSamples} unit="" />
          <Fact label="Sealed samples" value={status?.sealedSamples} unit="" />
          <Fact label="Sealed chunks" value={data.headStats?.chunkCount} unit="" />
          <Fact label="Bytes of these" value={status?.sealedBytes} unit="bytes" />
          <Fact label="Data directory" value={status?.diskBytes} unit="bytes" />
          <Fact label="Deletes to carry out" value={status?.tombstones} unit="" />
        </div>
      </section>
      <Cardinality status={data} />
      <StatsdSeries />
    </div>
  )
}

function Configuration(): React.JSX.Element {
  const config = useQuery(configQuery)
  const flags = useQuery(flagsQuery)
  const build = useQuery(buildQuery)
  return (
    <div className="stack">
      {config.error === null ? null : <FailureNote error={config.error} />}
      <section className="sheet">
        <div className="sheet-head">
          <h2>Configuration</h2>
          <span className="muted">as read; secrets are left out</span>
        </div>
        <div className="sheet-body">
          <CodeBlock text={config.data ?? ''} />
        </div>
      </section>
      <Pairs title="Flags" pairs={flags.data ?? {}} />
      <Pairs title="Build" pairs={build.data ?? {}} />
    </div>
  )
}

function Pairs(props: {
  readonly title: string
  readonly pairs: Readonly<Record<string, string>>
}): React.JSX.Element {
  return (
    <section className="sheet">
      <div className="sheet-head">
        <h2>{props.title}</h2>
      </div>
      <div className="scroll">
        <table className="plain">
          <tbody>
            {Object.entries(props.pairs).map(([key, value]) => (
              <tr key={key}>
                <td className="mono">{key}</td>
                <td className="mono">{value === '' ? <span className="muted">–</span> : value}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}
