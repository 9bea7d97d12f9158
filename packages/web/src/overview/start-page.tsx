import type { Overview } from '@weir/packs'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { intakesQuery, statusQuery } from '../api/weir.ts'
import { CodeBlock } from '../frame/code-block.tsx'
import { Fact } from '../frame/fact.tsx'
import { hostAndPort } from './statsd-address.ts'

/** What is shown before the first pipeline: how to send something, and that Weir itself lives. */
export function StartPage({ overview }: { readonly overview: Overview }): React.JSX.Element {
  const intakes = useQuery(intakesQuery)
  const status = useQuery(statusQuery)
  const statsd = intakes.data?.find(({ kind }) => kind === 'statsd-udp')
  const { host, port } = hostAndPort(statsd?.address ?? '127.0.0.1:8125')
  return (
    <div className="stack" style={{ maxWidth: 860, margin: '0 auto' }}>
      <div style={{ margin: '18px 0 4px' }}>
        <h1 style={{ fontSize: 26 }}>Weir is running. Nothing flows yet.</h1>
        <p className="muted" style={{ fontSize: 15, margin: '6px 0 0' }}>
          Send the first metrics by one of these ways. A pipeline appears here by itself, within one
          flush (10 s by default).
        </p>
      </div>
      <section className="sheet">
        <div className="sheet-head">
          <h2>Your own pipeline</h2>
          <span className="muted">a StatsD line from anything that can send one</span>
        </div>
        <div className="sheet-body">
          <CodeBlock
            text={`echo 'weir.pipeline.orders.sink.records:5|c' | nc -u -w0 ${host} ${port}`}
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
          <h2>Airflow</h2>
          <span className="muted">airflow.cfg, or the same as AIRFLOW__METRICS__… variables</span>
        </div>
        <div className="sheet-body">
          <CodeBlock
            text={`[metrics]\nstatsd_on = True\nstatsd_host = ${host}\nstatsd_port = ${port}\nstatsd_prefix = airflow`}
          />
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
            {overview.systems.length} packs wait for their systems ·{' '}
            <Link to="/status">status</Link>
          </span>
        </div>
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
