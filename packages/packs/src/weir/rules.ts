/** What whoever runs Weir wants to be told of Weir itself. */
import type { PackAlert } from '../pack.ts'

const WEIR = '{{ $labels.instance }}'

/** Growth of counters in a window, by Weir and what else is asked for. */
function grown(metric: string, window: string, by = 'instance'): string {
  return `sum by (${by}) (increase(${metric}[${window}]))`
}

const INTAKE: readonly PackAlert[] = [
  {
    name: 'WeirLinesRefused',
    expr: 'weir:refused:rate5m',
    threshold: { op: '>', value: 1, unit: 'records/s', by: 'instance' },
    forText: '5m',
    severity: 'warning',
    pipeline: WEIR,
    stage: 'intake',
    summary: 'Weir refuses {{ printf "%.1f" $value }} records per second',
    description:
      'Lines and samples that cannot be read or kept, packets that were lost, pages that could not be scraped.',
    runbook:
      'Status, Intakes shows the last refused line of each way in and why. Which way: `sum by (__name__, reason) ({__name__=~"weir_.+_(rejected|refused)_total"} > 0)`, asked twice.',
  },
  {
    name: 'WeirPacketsDropped',
    expr: grown('weir_statsd_packets_dropped_total', '5m'),
    threshold: { op: '>', value: 0, unit: 'packets', by: 'instance' },
    forText: '0s',
    severity: 'warning',
    pipeline: WEIR,
    stage: 'intake',
    summary: 'The kernel dropped {{ printf "%.0f" $value }} StatsD packets in 5 minutes',
    description: 'They came faster than they were read: counters are too low by what was in them.',
    runbook:
      'Raise `statsd.read_buffer` and the kernel limit `net.core.rmem_max`, let clients send several lines a packet, or send by TCP.',
  },
  {
    name: 'WeirSeriesLimit',
    expr: grown('weir_statsd_rejected_total{reason="series_limit"}', '5m'),
    threshold: { op: '>', value: 0, unit: 'lines', by: 'instance' },
    forText: '0s',
    severity: 'warning',
    pipeline: WEIR,
    stage: 'intake',
    summary: 'StatsD lines are refused: too many series',
    description: 'A metric, or all of them, has as many series as is allowed.',
    runbook:
      'Status shows the metrics with most series and the label that makes them. Take the id out of the name or tag, or raise the limit.',
  },
  {
    name: 'WeirTargetsDown',
    expr: 'count by (job) (up == 0) / count by (job) (up)',
    threshold: { op: '>', value: 0, unit: 'ratio', by: 'job' },
    forText: '5m',
    severity: 'warning',
    pipeline: 'weir',
    stage: 'intake',
    summary: '{{ $value | humanizePercentage }} of the targets of job {{ $labels.job }} are down',
    description: 'They did not answer their last scrapes.',
    runbook: 'Targets shows each with its last error.',
  },
]

/** Who tries to get in and is not let. */
const ACCESS: readonly PackAlert[] = [
  {
    name: 'WeirAccessRefused',
    expr: 'weir:access_refused:rate5m',
    threshold: { op: '>', value: 0.2, unit: 'requests/s', by: 'instance' },
    forText: '5m',
    severity: 'warning',
    pipeline: WEIR,
    stage: 'intake',
    summary: 'Weir refuses {{ printf "%.1f" $value }} requests per second for who asks',
    description:
      'Wrong tokens or passwords, bad certificates, or StatsD from addresses that are not allowed.',
    runbook:
      'A sender whose token was revoked or has ended, or somebody who guesses: `weir audit` has names and addresses, `sum by (reason) (rate(weir_access_refused_total[5m]))` what was wrong. Many addresses at once: close the port to them.',
  },
]

/** What goes on to other servers by remote_write; the engine's own queue is below. */
const SENT_ON: readonly PackAlert[] = [
  {
    name: 'WeirSendingOnBehind',
    expr: 'max by (instance, queue) (weir_remote_write_out_lag_seconds{queue!="engine"})',
    threshold: { op: '>', value: 300, unit: 's', by: 'queue' },
    forText: '5m',
    severity: 'warning',
    pipeline: WEIR,
    stage: 'store',
    summary: 'What is sent on to {{ $labels.queue }} waits since {{ $value | humanizeDuration }}',
    description: 'The receiver is away, refuses, or is too slow. Samples wait on the disk of Weir.',
    runbook:
      'Status, Sent on shows what it answered. `remote_write_queue.max_bytes` and `max_age` say when the oldest are dropped.',
  },
  {
    name: 'WeirSendingOnLost',
    expr: `${grown('weir_remote_write_out_failed_total{queue!="engine",kind!="metadata"}', '15m', 'instance, queue')} + (${grown('weir_remote_write_out_dropped_total{queue!="engine",reason!="relabelled"}', '15m', 'instance, queue')} or 0 * ${grown('weir_remote_write_out_failed_total{queue!="engine",kind!="metadata"}', '15m', 'instance, queue')})`,
    threshold: { op: '>', value: 0, unit: 'samples', by: 'queue' },
    forText: '0s',
    severity: 'warning',
    pipeline: WEIR,
    stage: 'store',
    summary: '{{ printf "%.0f" $value }} samples did not get to {{ $labels.queue }} in 15 minutes',
    description: 'The receiver refused them for good, or they waited for too long. Weir has them.',
    runbook:
      'The log has the words of the receiver: too old, out of order, a limit. `sum by (reason) (increase(weir_remote_write_out_dropped_total[15m]))` tells what was never sent.',
  },
]

const PEERS: readonly PackAlert[] = [
  {
    name: 'WeirPeerAway',
    expr: 'min by (instance, peer) (weir_peer_up)',
    threshold: { op: '<', value: 1, unit: 'up', by: 'peer' },
    forText: '2m',
    severity: 'warning',
    pipeline: WEIR,
    stage: 'notifications',
    summary: 'The other Weir {{ $labels.peer }} does not answer',
    description:
      'This one tells alone. Silences, acknowledgements and what was told are exchanged when it is back.',
    runbook:
      'Does it run, and does its address answer from here? `notifications.peer_secret` and the clocks of both must be the same: its log says what it refuses. With a lease of the rules, one more that is away can mean that nobody evaluates them.',
  },
]

const BACKUPS: readonly PackAlert[] = [
  {
    name: 'WeirBackupFailed',
    expr: grown('weir_backups_total{result=~"failed|abandoned"}', '1h'),
    threshold: { op: '>', value: 0, unit: 'backups', by: 'instance' },
    forText: '0s',
    severity: 'warning',
    pipeline: WEIR,
    stage: 'store',
    summary: 'A backup was begun and not finished',
    description: 'The newest whole one is older than you think.',
    runbook:
      'The log of the part `store` says why, or that the client went away: its disk, its network, `web.backup_stall_timeout`. Run it again by hand and `weir backup --verify` the result.',
  },
]

const LOGS_ENGINE: readonly PackAlert[] = [
  {
    name: 'WeirLogsEngineBehind',
    expr: 'max by (instance) (weir_logs_engine_queue_seconds)',
    threshold: { op: '>', value: 300, unit: 's', by: 'instance' },
    forText: '1m',
    severity: 'warning',
    pipeline: WEIR,
    stage: 'store',
    summary: 'Lines of log have waited {{ $value | humanizeDuration }} for their engine',
    description: 'It is away or too slow. They are on the disk of Weir; nobody finds them yet.',
    runbook:
      'Status says what the engine answered. Look whether it runs, and at `storage.logs`. `weir_logs_engine_queue_bytes` tells how much waits: when it reaches `storage.logs.queue.max_bytes`, senders are told to come again.',
  },
  {
    name: 'WeirLogsEngineLost',
    expr: grown('weir_logs_engine_dropped_lines_total', '5m'),
    threshold: { op: '>', value: 0, unit: 'lines', by: 'instance' },
    forText: '0s',
    severity: 'warning',
    pipeline: WEIR,
    stage: 'store',
    summary: '{{ printf "%.0f" $value }} lines of log were lost on the way to their engine',
    description: 'It refused lines that Weir had acknowledged, or they waited for too long.',
    runbook:
      '`sum by (reason) (increase(weir_logs_engine_dropped_lines_total[5m]))` tells the reasons; the log of the part `logs` has the words of the engine.',
  },
]

const STORE: readonly PackAlert[] = [
  {
    name: 'WeirWritesFailing',
    expr: 'weir:failed_writes:rate5m',
    threshold: { op: '>', value: 0, unit: 'commits/s', by: 'instance' },
    forText: '1m',
    severity: 'critical',
    pipeline: WEIR,
    stage: 'store',
    summary: 'Weir cannot make samples durable',
    description:
      'Commits fail or are refused: senders are told so, StatsD of these moments is lost.',
    runbook: 'Look at the disk first (full, read-only, slow), then at the log of the part `store`.',
  },
  {
    name: 'WeirDiskFull',
    expr: 'min by (instance) (weir_disk_free_bytes / weir_disk_size_bytes)',
    threshold: { op: '<', value: 0.05, unit: 'ratio', by: 'instance' },
    forText: '1m',
    severity: 'critical',
    pipeline: WEIR,
    stage: 'store',
    summary: 'The disk of the data directory has {{ $value | humanizePercentage }} left',
    description: 'When it is full nothing more is taken in; queries go on.',
    runbook:
      'Make room or a larger disk. `storage.metrics.retention_time` and `retention_size` and those of logs say how much is kept.',
  },
  {
    name: 'WeirDiskFilling',
    expr: 'predict_linear(weir_disk_free_bytes[1h], 86400) and on (instance) weir_disk_free_bytes offset 1h and on (instance) weir_disk_free_bytes / weir_disk_size_bytes < 0.3',
    threshold: { op: '<', value: 0, unit: 'bytes', by: 'instance' },
    forText: '15m',
    severity: 'warning',
    pipeline: WEIR,
    stage: 'store',
    summary: 'The disk of the data directory will be full within a day',
    description: 'By the last hour, and less than a third of it is free.',
    runbook: 'Is it Weir (`weir_store_disk_bytes`) or a neighbour? Shorten retention or make room.',
  },
  {
    name: 'WeirMaintenanceFailing',
    expr: grown('weir_store_maintenance_failures_total', '30m'),
    threshold: { op: '>', value: 0, unit: 'runs', by: 'instance' },
    forText: '0s',
    severity: 'warning',
    pipeline: WEIR,
    stage: 'store',
    summary: 'Sealing, compaction or retention failed',
    description: 'The store keeps working but grows.',
    runbook: 'The log of the part `store` says why; `weir check data` looks at the files.',
  },
]

const RULES: readonly PackAlert[] = [
  {
    name: 'WeirRulesLate',
    expr: 'max by (instance) (weir:rule_group_age_intervals:max)',
    threshold: { op: '>', value: 3, unit: 'intervals', by: 'instance' },
    forText: '1m',
    severity: 'critical',
    pipeline: WEIR,
    stage: 'rules',
    summary: 'A rule group is {{ printf "%.0f" $value }} intervals late',
    description: 'Alerts come late by as much.',
    runbook:
      'Which group: `topk(3, weir_alerting_group_last_duration_seconds)`. Make its rules cheaper, its interval longer, or give `query.threads` more.',
  },
  {
    name: 'WeirRulesFailing',
    expr: grown('weir_alerting_rule_failures_total', '5m', 'instance, group'),
    threshold: { op: '>', value: 0, unit: 'rules', by: 'group' },
    forText: '5m',
    severity: 'critical',
    pipeline: WEIR,
    stage: 'rules',
    summary: 'Rules of {{ $labels.group }} fail',
    description: 'What they watch is not watched.',
    runbook: 'Alerts, Rules shows each failing rule with its error.',
  },
  {
    name: 'WeirConfigRefused',
    expr: grown('weir_config_reloads_total{result="refused"}', '15m'),
    threshold: { op: '>', value: 0, unit: 'reloads', by: 'instance' },
    forText: '0s',
    severity: 'warning',
    pipeline: WEIR,
    stage: 'rules',
    summary: 'A new configuration was refused; the old one stays',
    description: 'Something in weir.yml or a file that it names is wrong.',
    runbook: '`weir check config weir.yml` says file, line and key.',
  },
]

const NOTIFICATIONS: readonly PackAlert[] = [
  {
    name: 'WeirReceiverFailing',
    expr: 'max by (instance, receiver, integration) (weir_alerting_receiver_failing_seconds)',
    threshold: { op: '>', value: 120, unit: 's', by: 'receiver' },
    forText: '0s',
    severity: 'critical',
    pipeline: WEIR,
    stage: 'notifications',
    summary:
      'Receiver {{ $labels.receiver }} has taken nothing for {{ $value | humanizeDuration }} ({{ $labels.integration }})',
    description: 'Notifications wait in the outbox and are tried again. Other receivers are told.',
    runbook:
      'Alerts, Notifications shows the last error. Is the key still good, does the address answer from this machine?',
  },
  {
    name: 'WeirNotificationsLost',
    expr: grown('weir_alerting_notifications_failed_total', '15m', 'instance, integration, reason'),
    threshold: { op: '>', value: 0, unit: 'messages', by: 'integration' },
    forText: '0s',
    severity: 'critical',
    pipeline: WEIR,
    stage: 'notifications',
    summary:
      '{{ printf "%.0f" $value }} notification(s) by {{ $labels.integration }} were given up: {{ $labels.reason }}',
    description: 'Somebody was not told.',
    runbook: 'Alerts, Notifications shows which. `refused` is a wrong key or address.',
  },
  {
    name: 'WeirNotificationsWaiting',
    expr: 'sum by (instance) (weir_alerting_notifications_pending)',
    threshold: { op: '>', value: 100, unit: 'messages', by: 'instance' },
    forText: '10m',
    severity: 'warning',
    pipeline: WEIR,
    stage: 'notifications',
    summary: '{{ printf "%.0f" $value }} notifications wait to be sent',
    description: 'More comes than receivers take.',
    runbook: 'Group more (`group_by`, `group_interval`), or look for what fires so much.',
  },
]

const QUERIES: readonly PackAlert[] = [
  {
    name: 'WeirQueriesRefused',
    expr: grown('weir_query_refused_total', '5m'),
    threshold: { op: '>', value: 0, unit: 'queries', by: 'instance' },
    forText: '0s',
    severity: 'warning',
    pipeline: WEIR,
    stage: 'queries',
    summary: '{{ printf "%.0f" $value }} queries were refused in 5 minutes',
    description: 'Too many were waiting for a thread.',
    runbook: 'Status shows what runs and which queries cost most. Raise `query.threads`.',
  },
  {
    name: 'WeirQueriesSlow',
    expr: 'histogram_quantile(0.95, sum by (instance, le) (rate(weir_query_duration_seconds_bucket[5m])))',
    threshold: { op: '>', value: 10, unit: 's', by: 'instance' },
    forText: '10m',
    severity: 'warning',
    pipeline: WEIR,
    stage: 'queries',
    summary: 'Queries take {{ $value | humanizeDuration }}',
    description: 'One in twenty, waiting included.',
    runbook: 'Status shows which queries cost most: record what boards ask for again and again.',
  },
  {
    name: 'WeirThreadsCrash',
    expr: `${grown('weir_query_thread_crashes_total', '15m')} + ${grown('weir_logs_query_thread_crashes_total', '15m')}`,
    threshold: { op: '>', value: 0, unit: 'crashes', by: 'instance' },
    forText: '0s',
    severity: 'warning',
    pipeline: WEIR,
    stage: 'queries',
    summary: 'A query thread of Weir ended unasked',
    description: 'It was replaced; the queries that it had failed.',
    runbook: 'The log has the error. Mostly memory: look for a query that reads very much.',
  },
]

/** Of a Weir before an engine that keeps the metrics; without one there are no such series. */
const ENGINE: readonly PackAlert[] = [
  {
    name: 'WeirEngineAway',
    expr: 'min by (instance) (weir_engine_up)',
    threshold: { op: '<', value: 1, unit: 'up', by: 'instance' },
    forText: '1m',
    severity: 'critical',
    pipeline: WEIR,
    stage: 'store',
    summary: 'The engine that keeps the metrics does not answer',
    description:
      'Samples wait in the queue of Weir, queries fail, and alerts stay as they were. This rule is answered by what Weir keeps itself.',
    runbook:
      'Status names the engine, since when it is away and why. Samples are dropped when `storage.metrics.queue.max_bytes` or `max_age` is reached.',
  },
  {
    name: 'WeirEngineQueueFilling',
    expr: 'max by (instance) (weir_store_outgoing_bytes / on (instance, job) weir_engine_queue_max_bytes or label_replace(weir_remote_write_out_lag_seconds{queue="engine"} / on (instance, job) weir_engine_queue_max_age_seconds, "limit", "age", "", ""))',
    threshold: { op: '>', value: 0.5, unit: 'ratio', by: 'instance' },
    forText: '1m',
    severity: 'critical',
    pipeline: WEIR,
    stage: 'store',
    summary: 'The queue to the engine is {{ $value | humanizePercentage }} full',
    description: 'By bytes or by age. When it is full the oldest samples are dropped and counted.',
    runbook:
      'Does the engine take samples (Status, Sent on)? Raise `storage.metrics.queue.max_bytes` while it is mended: the disk must have the room.',
  },
  {
    name: 'WeirEngineRefuses',
    expr: grown('weir_remote_write_out_failed_total{queue="engine",kind!="metadata"}', '15m'),
    threshold: { op: '>', value: 0, unit: 'samples', by: 'instance' },
    forText: '0s',
    severity: 'warning',
    pipeline: WEIR,
    stage: 'store',
    summary: 'The engine refused {{ printf "%.0f" $value }} samples in 15 minutes',
    description: 'They are not in the engine and are not tried again.',
    runbook:
      'The log has its words: too old, out of order, a limit of the tenant. `out_of_order_time_window` of a Prometheus, limits of Mimir.',
  },
]

export const ALERTS: readonly PackAlert[] = [
  ...INTAKE,
  ...ACCESS,
  ...STORE,
  ...BACKUPS,
  ...SENT_ON,
  ...LOGS_ENGINE,
  ...RULES,
  ...NOTIFICATIONS,
  ...PEERS,
  ...QUERIES,
  ...ENGINE,
]
