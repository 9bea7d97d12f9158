import { CodeBlock } from '../frame/code-block.tsx'

/** What users install; the page itself has no part of it. */
const SDK = '@weir/sdk'

/** For those of whose programs no one is connected. */
export function ConnectFirst(): React.JSX.Element {
  const sdk = `import { connectLevels } from '${SDK}'

connectLevels({ weir: '${location.origin}', service: 'orders' })`
  const targets = `loggers:
  targets:
    - kind: actuator # or kafka_connect, log_level, rudder
      service: billing
      url: http://billing:8080/actuator/loggers`
  return (
    <section className="sheet">
      <div className="sheet-head">
        <h2>No program is connected yet</h2>
        <span className="muted">Below are the parts of Weir itself.</span>
      </div>
      <div className="sheet-body connect-ways">
        <div>
          <p>A program with the SDK connects to Weir by itself; no port of it is open.</p>
          <CodeBlock text={sdk} />
        </div>
        <div>
          <p>Spring Boot, Kafka Connect, Loki and rudder-server are named in weir.yml.</p>
          <CodeBlock text={targets} />
        </div>
      </div>
    </section>
  )
}
