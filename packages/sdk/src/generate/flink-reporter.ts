export interface FlinkReporterOptions {
  /** `9249`, or a range such as `9249-9260` for processes that share a machine. */
  readonly port?: number | string
  /** Reporter's name among `metrics.reporters`. */
  readonly name?: string
  /** Takes label values as they are (`false`), or replaces what Prometheus once did not take. */
  readonly filterLabelValueCharacters?: boolean
}

/**
 * Lines for Flink's configuration that open its Prometheus page.
 *
 * By the factory, as Flink 1.16 and later demand. A host and an interval, which some guides set, are
 * no options of this reporter: it listens everywhere, and is asked rather than asks.
 */
export function generateFlinkReporterConfig({
  port = '9249-9260',
  name = 'prom',
  filterLabelValueCharacters = true,
}: FlinkReporterOptions = {}): string {
  const key = `metrics.reporter.${name}`
  const entries = [
    ['metrics.reporters', name],
    [`${key}.factory.class`, 'org.apache.flink.metrics.prometheus.PrometheusReporterFactory'],
    [`${key}.port`, String(port)],
    ...(filterLabelValueCharacters ? [] : [[`${key}.filterLabelValueCharacters`, 'false']]),
  ]
  return entries.map(([option, value]) => `${option}: ${value}\n`).join('')
}
