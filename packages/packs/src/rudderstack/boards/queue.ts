import { RATE, graph, mean, quantiles, stat } from '../../board-panels.ts'
import type { DashboardDefinition } from '../../pack.ts'

const CUSTOM = 'customVal'

export const QUEUE_BOARD: DashboardDefinition = {
  name: 'weir-rudderstack-queue',
  title: 'RudderStack queues',
  description: 'The queues in PostgreSQL: size, time of questions, throughput.',
  variables: [],
  rows: [
    {
      title: 'Size',
      panels: [
        ...(['gw', 'rt', 'batch_rt'] as const).map((queue) =>
          stat(
            [`Tables of ${queue}`, 'One or two are right; above five the consumer is behind.'],
            'short',
            `rudderstack:jobsdb_tables{customVal="${queue}"}`,
            {
              thresholds: [
                { from: 4, color: 'yellow' },
                { from: 6, color: 'red' },
              ],
            },
          ),
        ),
        stat(
          ['Pending events', 'For all destinations.'],
          'short',
          'sum(rudderstack:pending_events)',
        ),
        stat(
          ['Time-outs, 1 h', 'Of reads and writes.'],
          'short',
          'sum(increase(jobsdb_store_timeout[1h]) or increase(jobsdb_update_timeout[1h]) or increase(jobsdb_query_timeout[1h])) or vector(0)',
          { thresholds: [{ from: 1, color: 'red' }] },
        ),
        stat(
          ['Connections', 'Of the fullest pool, in use.'],
          'percentunit',
          'max(sql_db_in_use_connections / (sql_db_max_open_connections > 0))',
          {
            thresholds: [
              { from: 0.8, color: 'yellow' },
              { from: 0.95, color: 'red' },
            ],
          },
        ),
        graph(['Tables', 'By queue.'], 'short', [['rudderstack:jobsdb_tables', '{{customVal}}']]),
        graph(['Pending events', 'By destination.'], 'short', [
          ['sum by (destination) (rudderstack:pending_events)', '{{destination}}'],
        ]),
        graph(['Tables waiting to be dropped', 'By queue.'], 'short', [
          [`max by (${CUSTOM}) (jobsdb_pre_drop_tables_count)`, '{{customVal}}'],
        ]),
      ],
    },
    {
      title: 'Time',
      panels: [
        graph(
          ['Reads', 'p50, p95, p99 over all queues.'],
          's',
          quantiles(`rate(jobsdb_get_jobs_time_bucket[${RATE}])`),
        ),
        graph(['Writes of jobs', 'Mean, by queue.'], 's', [
          [mean('store_jobs', CUSTOM), '{{customVal}}'],
        ]),
        graph(['Writes of statuses', 'Mean, by queue.'], 's', [
          [mean('update_job_status_time', CUSTOM), '{{customVal}}'],
        ]),
        graph(['Compaction', 'Mean time of a round.'], 's', [
          [mean('migration_loop', CUSTOM), '{{customVal}}'],
        ]),
        graph(['Wait for a lock', 'Mean.'], 's', [
          [mean('jobsdb_lock_wait_time', 'lockType'), '{{lockType}}'],
        ]),
        graph(['Wait for a turn', 'Mean.'], 's', [
          [mean('jobsdb_get_jobs_wait_time', CUSTOM), '{{customVal}}'],
        ]),
      ],
    },
    {
      title: 'Throughput',
      panels: [
        graph(['Stored', 'Jobs, by queue.'], 'ops', [
          [`sum by (${CUSTOM}) (rate(jobsdb_stored_jobs[${RATE}]))`, '{{customVal}}'],
        ]),
        graph(['Read', 'Jobs, by queue.'], 'ops', [
          [`sum by (${CUSTOM}) (rate(jobsdb_queried_jobs[${RATE}]))`, '{{customVal}}'],
        ]),
        graph(['Statuses', 'Written, by queue.'], 'ops', [
          [`sum by (${CUSTOM}) (rate(jobsdb_updated_jobs[${RATE}]))`, '{{customVal}}'],
        ]),
        graph(['Stored bytes', 'By queue.'], 'Bps', [
          [`sum by (${CUSTOM}) (rate(jobsdb_stored_bytes[${RATE}]))`, '{{customVal}}'],
        ]),
        graph(['In and out of the gateway', 'Jobs that the processor reads and settles.'], 'ops', [
          [`sum(rate(processor_gateway_db_read[${RATE}]))`, 'read'],
          [`sum(rate(processor_gateway_db_write[${RATE}]))`, 'settled'],
        ]),
        graph(['Delay', 'Age of the oldest job taken up last.'], 's', [
          ['max by (module) (pipeline_delay_max_seconds)', '{{module}}'],
        ]),
      ],
    },
  ],
}
