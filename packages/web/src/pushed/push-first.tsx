import { CodeBlock } from '../frame/code-block.tsx'

/** For those who have pushed nothing yet. */
export function PushFirst(): React.JSX.Element {
  const url = `${location.origin}/metrics/job/backup/instance/db1`
  return (
    <section className="sheet">
      <div className="sheet-head">
        <h2>Nothing was pushed yet</h2>
        <span className="muted">Weir is a push gateway too.</span>
      </div>
      <div className="sheet-body">
        <p style={{ marginTop: 0 }}>
          Batch jobs end before anybody could scrape them: they push when they are done. Whatever
          pushes to a Prometheus Pushgateway pushes to Weir when it gets this address; the path
          names the group.
        </p>
        <CodeBlock text={`echo 'backup_rows 1234' |\n  curl --data-binary @- ${url}`} />
      </div>
    </section>
  )
}
