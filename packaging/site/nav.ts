/** What there is and where it stands. A page of docs/ that is not here yet comes last, under "More". */
export interface Section {
  readonly title: string
  /** Pages of docs/ without their ending. */
  readonly pages: readonly string[]
}

const SECTIONS: readonly Section[] = [
  {
    title: 'Begin',
    pages: [
      'quick-start',
      'install',
      'configuration',
      'upgrade',
      'changes',
      'adopt',
      'comparison',
      'benchmarks',
      'reliability',
    ],
  },
  {
    title: 'Systems',
    pages: [
      'packs/README',
      'packs/airflow',
      'packs/flink',
      'packs/dagger',
      'packs/dkron',
      'packs/rudderstack',
      'packs/kafka-iceberg',
      'packs/custom',
      'packs/weir',
      'packs/own',
      'packs/export',
      'packs/coverage',
      'pipelines',
    ],
  },
  {
    title: 'Metrics in',
    pages: [
      'statsd',
      'statsd-mapping',
      'statsd-exporter',
      'scrape',
      'discovery',
      'otlp',
      'push-gateway',
      'influx',
      'remote-write',
      'events',
      'sdk-metrics',
      'clients',
      'import',
    ],
  },
  {
    title: 'Logs in',
    pages: [
      'send-logs',
      'fluentd',
      'syslog',
      'follow-files',
      'sdk-logging',
      'log-levels',
      'metrics-from-logs',
      'log-rules',
    ],
  },
  {
    title: 'Look',
    pages: ['explore', 'promql', 'explore-logs', 'logs', 'logql', 'dashboards', 'grafana'],
  },
  {
    title: 'Be told',
    pages: [
      'alerts',
      'rules',
      'rules-test',
      'backtest',
      'backfill',
      'alerts-routing',
      'receivers',
      'silences',
      'alerts-daily',
      'two-weirs',
      'from-alertmanager',
    ],
  },
  {
    title: 'Run it',
    pages: [
      'access',
      'login',
      'security',
      'report-a-weakness',
      'audit',
      'retention',
      'data',
      'backup',
      'engines',
      'engines-logs',
      'scaling',
      'support-bundle',
    ],
  },
  {
    title: 'Reference',
    pages: ['http-api', 'http-paths', 'http-scopes', 'errors', 'architecture', 'releasing'],
  },
]

/** The menu of these pages. */
export function menuOf(paths: readonly string[]): Section[] {
  const listed = SECTIONS.flatMap(({ pages }) => pages)
  const isOwn = (path: string): boolean =>
    !listed.includes(path) && !UNLISTED.some((folder) => path.startsWith(folder))
  const more = { title: 'More', pages: paths.filter(isOwn) }
  return more.pages.length === 0 ? [...SECTIONS] : [...SECTIONS, more]
}

/** Pages that belong to one above without a line of their own in the menu: by the folder they lie in. */
export const UNLISTED = ['packs/reference/', 'formats/'] as const

/** Pages whose second-level sections are pages of their own on the site, from the one named on. */
export const SPLIT: Readonly<Record<string, string>> = { receivers: 'Webhook' }
