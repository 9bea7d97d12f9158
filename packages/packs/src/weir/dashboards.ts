import type { DashboardDefinition, DashboardPanel } from '../pack.ts'

const WEIR = 'instance=~"$instance"'
const rate = (metric: string, more = ''): string =>
  `rate(${metric}{${WEIR}${more}}[$__rate_interval])`

function stat(
  title: string,
  help: string,
  unit: string,
  expr: string,
  thresholds: NonNullable<DashboardPanel['thresholds']> = [],
): DashboardPanel {
  return { kind: 'stat', title, help, unit, width: 4, targets: [{ expr, legend: '' }], thresholds }
}

function graph(
  title: string,
  help: string,
  unit: string,
  ...targets: readonly (readonly [expr: string, legend: string])[]
): DashboardPanel {
  return {
    kind: 'timeseries',
    title,
    help,
    unit,
    width: 8,
    targets: targets.map(([expr, legend]) => ({ expr, legend })),
  }
}

const p95 = (histogram: string): string =>
  `histogram_quantile(0.95, sum by (le) (${rate(`${histogram}_bucket`)}))`

export const DASHBOARDS: readonly DashboardDefinition[] = [
  {
    name: 'weir-itself',
    title: 'Weir',
    description: 'What passes through Weir itself: intake, store, rules, notifications, queries.',
    variables: [
      {
        name: 'instance',
        label: 'Weir',
        metric: 'weir_build_info',
        valueLabel: 'instance',
        pipeline: 'name',
      },
    ],
    rows: [
      {
        title: 'At a glance',
        panels: [
          stat('Series', 'In the store.', 'short', `sum(weir_store_series{${WEIR}})`),
          stat(
            'Taken in',
            'Lines and samples per second.',
            'ops',
            `sum(weir:taken:rate5m{${WEIR}})`,
          ),
          stat(
            'Refused',
            'Per second, by whatever way.',
            'ops',
            `sum(weir:refused:rate5m{${WEIR}})`,
            [{ from: 1, color: 'orange' }],
          ),
          stat(
            'Disk free',
            'Of the disk of the data directory.',
            'percentunit',
            `min(weir_disk_free_bytes{${WEIR}} / weir_disk_size_bytes{${WEIR}})`,
          ),
          stat(
            'Notifications waiting',
            'In the outbox.',
            'short',
            `sum(weir_alerting_notifications_pending{${WEIR}})`,
            [{ from: 100, color: 'orange' }],
          ),
          stat('Targets down', 'Of all jobs.', 'short', 'count(up == 0) or vector(0)', [
            { from: 1, color: 'red' },
          ]),
        ],
      },
      {
        title: 'Intake',
        panels: [
          graph(
            'Taken',
            'Per second.',
            'ops',
            [`sum(${rate('weir_statsd_lines_total')})`, 'StatsD lines'],
            [`sum(${rate('weir_scrape_samples_total')})`, 'scraped samples'],
            [`sum(${rate('weir_logs_lines_total')})`, 'lines of logs'],
          ),
          graph('Refused StatsD', 'By reason, per second.', 'ops', [
            `sum by (reason) (${rate('weir_statsd_rejected_total')}) > 0`,
            '{{reason}}',
          ]),
          graph('Time of scrapes, p95', 'All jobs.', 's', [
            p95('weir_scrape_duration_seconds'),
            'p95',
          ]),
        ],
      },
      {
        title: 'Store',
        panels: [
          graph('Samples made durable', 'Per second.', 'ops', [
            `sum(${rate('weir_store_samples_appended_total')})`,
            'samples',
          ]),
          graph('Commit', 'The newest one.', 's', [
            `max(weir_store_commit_duration_seconds{${WEIR}})`,
            'commit',
          ]),
          graph(
            'Disk',
            'The data directory, and what is free beside it.',
            'bytes',
            [`sum(weir_store_disk_bytes{${WEIR}})`, 'metrics'],
            [`sum(weir_disk_free_bytes{${WEIR}})`, 'free'],
          ),
        ],
      },
      {
        title: 'Rules and notifications',
        panels: [
          graph('Slowest rule groups', 'Their last evaluation.', 's', [
            `topk(5, weir_alerting_group_last_duration_seconds{${WEIR}})`,
            '{{group}}',
          ]),
          graph('Failing rules', 'Per second.', 'ops', [
            `sum by (group) (${rate('weir_alerting_rule_failures_total')}) > 0`,
            '{{group}}',
          ]),
          graph(
            'Notifications',
            'Per second.',
            'ops',
            [`sum(${rate('weir_alerting_notifications_total')})`, 'delivered'],
            [`sum(${rate('weir_alerting_notification_attempts_failed_total')})`, 'failed attempts'],
          ),
        ],
      },
      {
        title: 'Queries and process',
        panels: [
          graph('Time of queries, p95', 'Waiting included.', 's', [
            p95('weir_query_duration_seconds'),
            'p95',
          ]),
          graph('Requests', 'By status, per second.', 'reqps', [
            `sum by (code) (${rate('weir_http_requests_total')})`,
            '{{code}}',
          ]),
          graph('Memory', 'Resident, all threads.', 'bytes', [
            `sum(process_resident_memory_bytes{${WEIR}} and on (instance, job) weir_build_info)`,
            'resident',
          ]),
        ],
      },
    ],
  },
]
