import { RATE, graph, stat } from '../../board-panels.ts'
import type { DashboardDefinition } from '../../pack.ts'

const CHOSEN = 'instanceName=~"$instanceName"'
const NAME = '{{instanceName}}'

export const RUNTIME_BOARD: DashboardDefinition = {
  name: 'weir-rudderstack-runtime',
  title: 'RudderStack runtime',
  description: 'The processes of the server: memory, garbage collection, goroutines, connections.',
  variables: [
    {
      name: 'instanceName',
      label: 'Process',
      metric: 'runtime_cpu_goroutines',
      valueLabel: 'instanceName',
    },
  ],
  rows: [
    {
      title: 'Processes',
      panels: [
        stat(['Processes', 'That tell their figures.'], 'short', 'count(rudderstack:instances)'),
        stat(['Memory', 'Of the fullest.'], 'percent', 'max(mem_used_percent)', {
          thresholds: [
            { from: 80, color: 'yellow' },
            { from: 90, color: 'red' },
          ],
        }),
        stat(['Scheduler lag', 'How late a tick is.'], 'ms', 'max(cpu_scheduler_lag_ms)', {
          thresholds: [
            { from: 20, color: 'yellow' },
            { from: 100, color: 'red' },
          ],
        }),
        stat(['Restarts, 1 h', 'Of all.'], 'short', 'sum(resets(runtime_mem_gc_count[1h]))'),
        {
          kind: 'table',
          title: 'Versions',
          help: 'What runs.',
          unit: 'short',
          width: 8,
          height: 4,
          targets: [
            {
              expr: 'group by (instanceName, version, commit) (rudder_server_config)',
              legend: '',
            },
          ],
        },
      ],
    },
    {
      title: 'Memory',
      panels: [
        graph(['Heap in use', 'By process.'], 'bytes', [
          [`runtime_mem_heap_inuse{${CHOSEN}}`, NAME],
        ]),
        graph(['Heap allocated', 'By process.'], 'bytes', [
          [`runtime_mem_heap_alloc{${CHOSEN}}`, NAME],
        ]),
        graph(['Stacks', 'By process.'], 'bytes', [[`runtime_mem_stack_inuse{${CHOSEN}}`, NAME]]),
      ],
    },
    {
      title: 'Garbage collection',
      panels: [
        graph(['Pauses', 'Share of time.'], 'percentunit', [
          [`rate(runtime_mem_gc_pause_total{${CHOSEN}}[${RATE}]) / 1e9`, NAME],
        ]),
        graph(['Collections', 'A second.'], 'ops', [
          [`rate(runtime_mem_gc_count{${CHOSEN}}[${RATE}])`, NAME],
        ]),
        graph(['CPU', 'Share that the collector has had since the start.'], 'short', [
          [`runtime_mem_gc_cpu_percent{${CHOSEN}}`, NAME],
        ]),
      ],
    },
    {
      title: 'Work',
      panels: [
        graph(['Goroutines', 'By process.'], 'short', [
          [`runtime_cpu_goroutines{${CHOSEN}}`, NAME],
        ]),
        graph(['Scheduler lag', 'Above ten: the process wants for CPU.'], 'ms', [
          [`cpu_scheduler_lag_ms{${CHOSEN}}`, NAME],
        ]),
        graph(['Connections in use', 'By pool.'], 'short', [
          [`sum by (name) (sql_db_in_use_connections{${CHOSEN}})`, '{{name}}'],
        ]),
        graph(['Waits for a connection', 'A second, by pool.'], 'ops', [
          [`sum by (name) (rate(sql_db_wait_count_total{${CHOSEN}}[${RATE}]))`, '{{name}}'],
        ]),
        graph(['Control plane', 'Failed questions, a second.'], 'ops', [
          [`sum(rate(config_backend_errors[${RATE}]))`, 'errors'],
        ]),
        graph(['Reports', 'Age of the oldest that waits.'], 's', [
          ['max by (client) (reporting_metrics_lag_seconds)', '{{client}}'],
        ]),
      ],
    },
  ],
}
