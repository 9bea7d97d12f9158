import type { Overview } from '@weir/packs'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { intakesQuery, packsQuery, statusQuery } from '../api/weir.ts'
import { CodeBlock } from '../frame/code-block.tsx'
import { counted } from '../format/number.ts'
import { Fact } from '../frame/fact.tsx'
import { HealthMark } from '../frame/health-mark.tsx'
import { LooseAlerts } from './loose-alerts.tsx'
import { reasonText } from './since-text.ts'
import { hostAndPort } from './statsd-address.ts'

/** What is shown before the first pipeline: how to send something, and that Weir itself lives. */
export function StartPage({ overview }: { readonly overview: Overview }): React.JSX.Element {
  const intakes = useQuery(intakesQuery)
  const status = useQuery(statusQuery)
  const packs = useQuery(packsQuery)
  const fires = overview.alerts.some(({ state }) => state === 'firing')
  const statsd = intakes.data?.find(({ kind }) => kind === 'statsd-udp')
  const { host, port } = hostAndPort(statsd?.address ?? '127.0.0.1:8125')
  return (
    <div className="stack" style={{ maxWidth: 860, margin: '0 auto' }}>
      <div style={{ margin: '18px 0 4px' }}>
        <h1 style={{ fontSize: 26 }}>
          {fires
            ? 'Alerts fire, and no pipeline sends yet.'
            : 'Weir is running. Nothing flows yet.'}
        </h1>
        <p className="muted" style={{ fontSize: 15, margin: '6px 0 0' }}>
          Send the first metrics by one of these ways. A pipeline appears here by itself, within one
          flush (10 s by default).
        </p>
      </div>
      <LooseAlerts alerts={overview.alerts} />
      <section className="sheet">
        <div className="sheet-head">
          <h2>Your own pipeline</h2>
          <span className="muted">a StatsD line from anything that can send one</span>
        </div>
        <div className="sheet-body">
          <CodeBlock
            text={`echo 'weir.pipeline.orders.sink.records:5|c' | nc -u -w1 ${host} ${port}`}
          />
          <p className="muted" style={{ fontSize: 13, margin: '8px 0 0' }}>
            Pipeline <b>orders</b>, stage <b>sink</b>, five records. The{' '}
            <Link to="/packs/$id" params={{ id: 'custom' }}>
              pack
            </Link>{' '}
            lists the other signals.
          </p>
        </div>
      </section>
      <section className="sheet">
        <div className="sheet-head">
          <h2>A system that Weir knows</h2>
          <span className="muted">what to set in it, in every version, and what you then see</span>
        </div>
        <div className="pack-links">
          {(packs.data ?? [])
            .filter(({ id }) => id !== 'custom')
            .map(({ id, title, awake, description }) => (
              <Link key={id} to="/packs/$id" params={{ id }}>
                <b>{title}</b>
                {awake ? <span className="tag">metrics come</span> : null}
                <span>{description}</span>
              </Link>
            ))}
        </div>
      </section>
      <section className="sheet">
        <div className="sheet-head">
          <h2>Anything else</h2>
        </div>
        <div className="sheet-body muted">
          Scrape <Link to="/targets">targets</Link>, send StatsD to{' '}
          <code>
            {host}:{port}
          </code>
          , OTLP to <code>/v1/metrics</code>, remote write to <code>/api/v1/write</code>, line
          protocol to <code>/write</code>, or push to <code>/metrics/job/…</code>. What comes is in{' '}
          <Link to="/explore">Explore</Link> at once, and <Link to="/logs">lines of log</Link>{' '}
          beside it.
        </div>
      </section>
      <section className="sheet">
        <div className="sheet-head">
          <h2>See it full</h2>
          <span className="muted">simulated pipelines over the real wire</span>
        </div>
        <div className="sheet-body">
          <CodeBlock text="weir demo" />
        </div>
      </section>
      <section className="sheet">
        <div className="sheet-head">
          <h2>Weir itself</h2>
          <span className="muted">
            {counted(overview.systems.length, 'pack')} for systems that may come ·{' '}
            <Link to="/status">status</Link>
          </span>
        </div>
        {overview.pipelines.map((own) => (
          <div key={own.pipeline} className="what-changed">
            <HealthMark health={own.health} />
            <Link
              to="/pipelines/$system/$pipeline"
              params={{ system: own.system, pipeline: own.pipeline }}
            >
              {own.pipeline}
            </Link>
            <span>{reasonText(own, overview.atMs)}</span>
          </div>
        ))}
        <div className="facts">
          <Fact label="Series" value={status.data?.series} unit="" />
          <Fact label="Samples" value={status.data?.samplesPerSecond} unit="samples/s" />
          <Fact label="Memory" value={status.data?.residentBytes} unit="bytes" />
          <Fact label="StatsD lines" value={statsd?.lines} unit="" />
        </div>
      </section>
    </div>
  )
}
