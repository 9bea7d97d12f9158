/** The queues in PostgreSQL, and whether what is in them moves. */
import type { PackAlert } from '../../pack.ts'
import { grown } from '../records.ts'
import { PLATFORM } from '../signals.ts'

const queue = { pipeline: PLATFORM, stage: 'jobsdb' } as const
const processing = { pipeline: PLATFORM, stage: 'processing' } as const
const REAL_TIME = 'rudderstack:jobsdb_tables{customVal=~"gw|rt|batch_rt"}'

const mean = (metric: string): string =>
  `sum(rate(${metric}_sum[5m])) / (sum(rate(${metric}_count[5m])) > 0)`

export const QUEUE_ALERTS: readonly PackAlert[] = [
  {
    ...queue,
    name: 'RudderQueueTables',
    expr: REAL_TIME,
    threshold: { op: '>', value: 5, unit: 'tables', by: 'customVal' },
    forText: '15m',
    severity: 'warning',
    summary: 'Queue {{ $labels.customVal }} has {{ printf "%.0f" $value }} tables',
    description: 'One or two are right. The more there are, the slower each question is.',
    runbook:
      'Whoever empties it is behind: gw is the processor, rt the router, batch_rt the batch router. Find the destination with most pending events.',
  },
  {
    ...queue,
    name: 'RudderQueueTablesMany',
    expr: REAL_TIME,
    threshold: { op: '>', value: 10, unit: 'tables', by: 'customVal' },
    forText: '15m',
    severity: 'critical',
    summary:
      'Queue {{ $labels.customVal }} has {{ printf "%.0f" $value }} tables and falls behind for good',
    description: 'Above ten tables the queue rarely recovers by itself.',
    runbook: 'As for RudderQueueTables. See the disk of PostgreSQL: it fills next.',
  },
  {
    ...processing,
    name: 'RudderPipelineDelay',
    expr: 'max by (module) (pipeline_delay_max_seconds{module="processor"})',
    threshold: { op: '>', value: 600, unit: 's', by: 'module' },
    forText: '10m',
    severity: 'critical',
    summary: 'The {{ $labels.module }} is {{ $value | humanizeDuration }} behind',
    description: 'Age of the oldest job that it took up last.',
    runbook:
      'Look at the transformer first (time of a call), then at the time of reads and writes of the queue.',
  },
  {
    ...processing,
    name: 'RudderProcessorStuck',
    expr: 'sum(rate(processor_gateway_db_write[10m])) == 0 and sum(rate(gateway_write_key_requests[10m])) > 0',
    forText: '10m',
    severity: 'critical',
    summary: 'The processor stands still while requests arrive',
    description: 'It has written no status for ten minutes; it sends zeros, so this is no silence.',
    runbook:
      'Is the transformer reachable (RudderTransformerUnreachable)? Else take a dump of goroutines and restart.',
  },
  {
    ...processing,
    name: 'RudderProcessorBehind',
    expr: 'rudderstack:processed:rate5m / (sum(rudderstack:received:rate5m) > 1)',
    threshold: { op: '<', value: 0.7, unit: 'ratio', by: '' },
    forText: '20m',
    severity: 'warning',
    summary: 'The processor keeps up with only {{ $value | humanizePercentage }} of what arrives',
    description: 'For twenty minutes more came into the gateway than was taken out of its queue.',
    runbook: 'Scale the transformer or the processor; the queue holds what waits.',
  },
  {
    ...queue,
    name: 'RudderJobsdbTimeouts',
    expr: ['store', 'update', 'query']
      .map(
        (what) =>
          `label_replace(sum by (module) (${grown(`jobsdb_${what}_timeout`, '10m')}), "operation", "${what}", "", "")`,
      )
      .join(' or '),
    threshold: { op: '>', value: 0.5, unit: 'operations', by: 'module' },
    forText: '0s',
    severity: 'critical',
    summary:
      'PostgreSQL is too slow for {{ $labels.module }}: {{ printf "%.0f" $value }} {{ $labels.operation }} operation(s) ran out of time',
    description: 'In the last ten minutes.',
    runbook:
      'Look at locks, disk and CPU of PostgreSQL, and at autovacuum on the tables of the queue.',
  },
  {
    ...queue,
    name: 'RudderJobsdbReadSlow',
    expr: mean('jobsdb_get_jobs_time'),
    threshold: { op: '>', value: 1, unit: 's', by: '' },
    forText: '10m',
    severity: 'warning',
    summary: 'A question to the queue takes {{ $value | humanizeDuration }}',
    description: 'On average of five minutes.',
    runbook: 'Many tables (RudderQueueTables), no statistics after a bulk load, or a busy disk.',
  },
  {
    ...queue,
    name: 'RudderJobsdbWriteSlow',
    expr: mean('store_jobs'),
    threshold: { op: '>', value: 1, unit: 's', by: '' },
    forText: '10m',
    severity: 'warning',
    summary: 'A write to the queue takes {{ $value | humanizeDuration }}',
    description: 'The gateway answers only after it, so clients wait too.',
    runbook: 'Disk and WAL of PostgreSQL; connections in use (sql_db_in_use_connections).',
  },
  {
    ...queue,
    name: 'RudderMigrationFailing',
    expr: `sum by (customVal, error) (${grown('migration_loop_count{error!="",error!="false"}', '1h')})`,
    threshold: { op: '>', value: 2.5, unit: 'rounds', by: 'customVal' },
    forText: '0s',
    severity: 'warning',
    summary:
      'Compaction of queue {{ $labels.customVal }} failed {{ printf "%.0f" $value }} times in an hour',
    description: 'Tables that are done are not put together, so their number grows.',
    runbook: 'The label `error` names the kind; a lock held by a long question is the usual one.',
  },
  {
    ...queue,
    name: 'RudderConnectionsExhausted',
    expr: 'max by (name) (sql_db_in_use_connections / (sql_db_max_open_connections > 0))',
    threshold: { op: '>', value: 0.95, unit: 'ratio', by: 'name' },
    forText: '10m',
    severity: 'warning',
    summary: 'Pool {{ $labels.name }} has no connection to spare',
    description: 'Work waits for a connection to PostgreSQL.',
    runbook: 'Slow questions hold them; raise the pool only if PostgreSQL has room.',
  },
]
