import { RATE, graph, mean, quantiles, stat } from '../../board-panels.ts'
import type { DashboardDefinition } from '../../pack.ts'

const CHOSEN = 'instanceName=~"$instanceName"'
const NAME = '{{instanceName}}'
const REQUESTS = 'transformer_http_request_duration'

export const TRANSFORMER_BOARD: DashboardDefinition = {
  name: 'weir-rudderstack-transformer',
  title: 'RudderStack transformer',
  description: 'The service that runs transformations: requests, memory, event loop, isolates.',
  variables: [
    {
      name: 'instanceName',
      label: 'Transformer',
      metric: 'transformer_memory_heap_used_percent',
      valueLabel: 'instanceName',
    },
  ],
  rows: [
    {
      title: 'At a glance',
      panels: [
        stat(
          ['Requests', 'A second.'],
          'reqps',
          `sum(rate(${REQUESTS}_count{${CHOSEN}}[${RATE}]))`,
        ),
        stat(
          ['Errors', 'Answers with 5xx.'],
          'percentunit',
          `(sum(rate(${REQUESTS}_count{code=~"5..",${CHOSEN}}[${RATE}])) or vector(0)) / sum(rate(${REQUESTS}_count{${CHOSEN}}[${RATE}]))`,
          { thresholds: [{ from: 0.01, color: 'red' }] },
        ),
        stat(
          ['Heap', 'Of the fullest worker.'],
          'percent',
          `max(transformer_memory_heap_used_percent{${CHOSEN}})`,
          {
            thresholds: [
              { from: 70, color: 'yellow' },
              { from: 85, color: 'red' },
            ],
          },
        ),
        stat(['Event loop', 'Lag, p99.'], 's', `max(nodejs_eventloop_lag_p99_seconds{${CHOSEN}})`, {
          thresholds: [{ from: 0.5, color: 'red' }],
        }),
        stat(
          ['Refused, 5 min', 'For want of memory.'],
          'short',
          `sum(increase(transformer_memory_fenced_requests{${CHOSEN}}[${RATE}])) or vector(0)`,
          { thresholds: [{ from: 1, color: 'red' }] },
        ),
        stat(
          ['Retries, 10 min', 'Of the server’s calls, without end.'],
          'short',
          'sum(increase(transformer_client_perpetual_retry_count[10m])) or vector(0)',
          { thresholds: [{ from: 1, color: 'red' }] },
        ),
      ],
    },
    {
      title: 'Requests',
      panels: [
        graph(
          ['Time of a call', 'As the server sees it.'],
          's',
          quantiles(`rate(processor_transformer_request_time_bucket[${RATE}])`),
        ),
        graph(
          ['Time of a request', 'In the transformer.'],
          's',
          quantiles(`rate(${REQUESTS}_bucket{${CHOSEN}}[${RATE}])`),
        ),
        graph(['Answers by status', 'A second.'], 'reqps', [
          [`sum by (code) (rate(${REQUESTS}_count{${CHOSEN}}[${RATE}]))`, '{{code}}'],
        ]),
        graph(['Events sent and received', 'By the server.'], 'eps', [
          [`sum(rate(processor_transformer_sent[${RATE}]))`, 'sent'],
          [`sum(rate(processor_transformer_received[${RATE}]))`, 'received'],
        ]),
        graph(['Failed events', 'Of destination transformations, by kind.'], 'eps', [
          [
            `sum by (destType, errorCategory) (rate(transformer_event_transform_failure[${RATE}]))`,
            '{{destType}} {{errorCategory}}',
          ],
        ]),
        graph(['Calls to destinations', 'By status.'], 'reqps', [
          [
            `sum by (destType, statusCode) (rate(transformer_outgoing_request_count[${RATE}]))`,
            '{{destType}} {{statusCode}}',
          ],
        ]),
      ],
    },
    {
      title: 'Isolates',
      panels: [
        graph(
          ['Wait for an isolate', 'p50, p95, p99.'],
          's',
          quantiles(`rate(transformer_ivm_execution_queue_wait_bucket{${CHOSEN}}[${RATE}])`),
        ),
        graph(['Making one', 'Mean.'], 's', [
          [mean('transformer_createivm_duration', 'instanceName', CHOSEN), NAME],
        ]),
        graph(['Faults', 'Of the platform, ten minutes.'], 'short', [
          [
            `sum by (instanceName) (increase(transformer_ivm_platform_error{${CHOSEN}}[10m]))`,
            NAME,
          ],
        ]),
      ],
    },
    {
      title: 'Process',
      panels: [
        graph(['Heap', 'Percent of what V8 may have.'], 'percent', [
          [`transformer_memory_heap_used_percent{${CHOSEN}}`, NAME],
        ]),
        graph(['Memory', 'Resident.'], 'bytes', [
          [`process_resident_memory_bytes{${CHOSEN}}`, NAME],
        ]),
        graph(['Event loop', 'Lag, p99.'], 's', [
          [`nodejs_eventloop_lag_p99_seconds{${CHOSEN}}`, NAME],
        ]),
      ],
    },
  ],
}
