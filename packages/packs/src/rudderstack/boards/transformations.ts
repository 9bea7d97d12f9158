import { RATE, graph, heatmap, mean, quantiles } from '../../board-panels.ts'
import type { DashboardDefinition } from '../../pack.ts'
import { PLACE, PLACE_VARIABLES } from './place.ts'

const WAY = '{{source}} → {{destination}}'
const stage = (what: string, kind: string): string =>
  `rudderstack:transform_${what}:rate5m{transformationType="${kind}_TRANSFORMATION",${PLACE}}`

/** User and destination transformations, by way. */
export const TRANSFORMATIONS_BOARD: DashboardDefinition = {
  name: 'weir-rudderstack-transformations',
  title: 'RudderStack transformations',
  description: 'User transformations and destination transformations, as the server sees them.',
  variables: PLACE_VARIABLES,
  rows: [
    ...(['USER', 'DEST'] as const).map((kind) => ({
      title: kind === 'USER' ? 'User transformations' : 'Destination transformations',
      panels: [
        graph(['Events in', 'By way.'], 'eps', [[stage('in', kind), WAY]]),
        graph(['Events that failed', 'By way.'], 'eps', [[stage('failed', kind), WAY]]),
        graph(['Time, p95', 'Of a batch, by way.'], 's', [
          [
            `histogram_quantile(0.95, sum by (source, destination, le) (${stage('seconds_bucket', kind)}))`,
            WAY,
          ],
        ]),
        heatmap(
          ['Time', 'Batches a second by how long they took.'],
          `sum by (le) (${stage('seconds_bucket', kind)})`,
        ),
        graph(['Time, all ways', 'p50, p95, p99.'], 's', quantiles(stage('seconds_bucket', kind)), {
          width: 12,
        }),
      ],
    })),
    {
      title: 'User functions in the transformer',
      panels: [
        graph(['One run of a function', "From the transformer's own page."], 's', [
          [
            'max by (transformationId, quantile) (transformer_user_transform_function_latency_summary{quantile=~"0.5|0.99"})',
            '{{transformationId}} p{{quantile}}',
          ],
        ]),
        graph(['Making an isolate', 'Mean.'], 's', [
          [mean('transformer_createivm_duration', 'instanceName'), '{{instanceName}}'],
        ]),
        graph(['Events in a request', 'The size of the input, median.'], 'short', [
          [
            'max by (transformationId) (transformer_user_transform_batch_size_summary{quantile="0.5"})',
            '{{transformationId}}',
          ],
        ]),
        graph(['Errors', 'Calls that failed, by status.'], 'eps', [
          [
            `sum by (transformationId, status) (rate(transformer_user_transform_errors[${RATE}]))`,
            '{{transformationId}} {{status}}',
          ],
        ]),
        graph(['Heap of isolates', 'After a run, the largest.'], 'bytes', [
          [
            'max by (transformationId) (transformer_user_transform_used_heap_size{quantile="0.99"})',
            '{{transformationId}}',
          ],
        ]),
        graph(['Cache of isolates', 'Found and made.'], 'ops', [
          [`sum(rate(transformer_ivm_cache_hits_total[${RATE}]))`, 'found'],
          [`sum(rate(transformer_ivm_cache_misses_total[${RATE}]))`, 'made'],
        ]),
      ],
    },
    {
      title: 'Processor',
      panels: [
        graph(['Events', 'Found in jobs, and given on by router.'], 'eps', [
          ['rudderstack:processed:rate5m', 'in'],
          [`sum by (module) (rate(processor_num_output_events[${RATE}]))`, 'to {{module}}'],
        ]),
        graph(['Errors', 'By destination, stage and status.'], 'eps', [
          [
            `sum by (destName, stage, statusCode) (rate(proc_error_counts[${RATE}]))`,
            '{{destName}} {{stage}} {{statusCode}}',
          ],
        ]),
        graph(['Tracking plans', 'Events that broke theirs.'], 'eps', [
          [`sum by (source) (rate(proc_num_tp_output_failed_events[${RATE}]))`, '{{source}}'],
        ]),
        graph(['Left out as duplicates', 'By source.'], 'eps', [
          [`sum by (source) (rate(processor_write_key_duplicate_events[${RATE}]))`, '{{source}}'],
        ]),
        graph(['Filtered on purpose', 'By destination.'], 'eps', [
          [`sum by (destName) (rate(proc_filtered_counts[${RATE}]))`, '{{destName}}'],
        ]),
        graph(
          ['Age of events when taken up', 'p50, p95, p99.'],
          's',
          quantiles(`rate(processor_event_pickup_lag_seconds_bucket[${RATE}])`),
        ),
      ],
    },
  ],
}
