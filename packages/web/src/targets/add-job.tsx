import { CodeBlock } from '../frame/code-block.tsx'

const EXAMPLE = `# weir.yml
scrape_configs:
  - job_name: shop
    static_configs:
      - targets: ['127.0.0.1:9100']
  - job_name: pods
    kubernetes_sd_configs:
      - role: pod
`

/** For those who scrape nothing yet. */
export function AddJob(): React.JSX.Element {
  return (
    <section className="sheet">
      <div className="sheet-head">
        <h2>Scrape something else</h2>
        <span className="muted">So far Weir only scrapes itself.</span>
      </div>
      <div className="sheet-body">
        <p style={{ marginTop: 0 }}>
          Name a job and its targets in weir.yml, or where they are to be found: files
          (file_sd_configs), a server (http_sd_configs), DNS (dns_sd_configs) or a cluster
          (kubernetes_sd_configs). A prometheus.yml works too. Then reload Weir; its targets are
          here at once.
        </p>
        <CodeBlock text={EXAMPLE} />
      </div>
    </section>
  )
}
