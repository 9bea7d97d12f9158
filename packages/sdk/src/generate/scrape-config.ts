import { toYaml } from './yaml.ts'

export interface ScrapeConfigOptions {
  readonly jobName?: string
  /** `host:port`, of the page that each process serves. */
  readonly targets?: readonly string[]
  readonly scrapeInterval?: string
  readonly metricsPath?: string
  /** Added to every series of these targets; `application` is the job's name unless told. */
  readonly labels?: Readonly<Record<string, string>>
}

/** A `scrape_configs` section, for `prometheus.yml` and `weir.yml` alike. */
export function generatePrometheusScrapeConfig({
  jobName = 'flink-health-consumer',
  targets = ['localhost:9249'],
  scrapeInterval = '15s',
  metricsPath = '/metrics',
  labels = { application: jobName },
}: ScrapeConfigOptions = {}): string {
  return toYaml({
    scrape_configs: [
      {
        job_name: jobName,
        scrape_interval: scrapeInterval,
        metrics_path: metricsPath,
        static_configs: [{ targets, labels }],
      },
    ],
  })
}
