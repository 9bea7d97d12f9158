import { RATE, bars, graph, quantiles, stat } from '../../board-panels.ts'
import type { DashboardDefinition } from '../../pack.ts'
import { edge } from '../records.ts'
import { PLACE, PLACE_VARIABLES } from './place.ts'

const DELIVERED = `rudderstack:delivered:rate5m{${PLACE}}`
const WAY = '{{source}} → {{destination}}'

export const OVERVIEW: DashboardDefinition = {
  name: 'weir-rudderstack',
  title: 'RudderStack',
  description:
    'The six buckets at a glance: ingestion, user transformation, queue, destinations, warehouse, runtime.',
  variables: PLACE_VARIABLES,
  rows: [
    {
      title: 'Big picture',
      panels: [
        stat(
          ['Received events', 'By all sources, per second.'],
          'eps',
          'sum(rudderstack:received:rate5m{source=~"$source"})',
        ),
        stat(
          [
            'Delivered events',
            'Per second. An event for a warehouse counts in the table of tracks and in its own.',
          ],
          'eps',
          `sum(${DELIVERED})`,
        ),
        stat(
          ['Aborted, 15 min', 'Events given up for good.'],
          'short',
          'sum(rudderstack:aborted:increase15m{destination=~"$destination"}) or vector(0)',
          {
            thresholds: [{ from: 1, color: 'red' }],
          },
        ),
        stat(
          ['Pending events', 'Waiting for destinations.'],
          'short',
          'sum(rudderstack:pending_events{destination=~"$destination"})',
        ),
        stat(
          ['Processor delay', 'Age of the oldest job taken up last.'],
          's',
          'max(pipeline_delay_max_seconds{module="processor"})',
          {
            thresholds: [
              { from: 60, color: 'yellow' },
              { from: 600, color: 'red' },
            ],
          },
        ),
        stat(
          ['Processes', 'Of the server, that tell their figures.'],
          'short',
          'count(rudderstack:instances)',
        ),
      ],
    },
    {
      title: 'Ingestion',
      panels: [
        graph(['Received events', 'By source.'], 'eps', [
          ['rudderstack:received:rate5m{source=~"$source"}', '{{source}}'],
        ]),
        graph(
          ['Request latency', "Of the gateway's answers."],
          's',
          quantiles(`rate(gateway_response_time_bucket[${RATE}])`),
        ),
        graph(['Requests refused', 'By reason; without one: by the rate limit.'], 'reqps', [
          ['sum by (reason) (rudderstack:refused:rate5m{source=~"$source"})', '{{reason}}'],
        ]),
        graph(['Request size', 'Of bodies.'], 'bytes', [
          [
            `histogram_quantile(0.95, sum by (le) (rate(gateway_request_size_bucket[${RATE}])))`,
            'p95',
          ],
          [
            `sum(rate(gateway_request_size_sum[${RATE}])) / sum(rate(gateway_request_size_count[${RATE}]))`,
            'mean',
          ],
        ]),
        graph(
          [
            'In and out of the gateway',
            'Requests that arrive, and that the processor has done. More in than out: it is behind.',
          ],
          'reqps',
          [
            ['sum(rudderstack:requests:rate5m)', 'in'],
            [`sum(rate(processor_gateway_db_write[${RATE}]))`, 'out'],
          ],
        ),
        graph(['Answers by status', 'Of the gateway.'], 'reqps', [
          [`sum by (code) (rate(gateway_response_time_count[${RATE}]))`, '{{code}}'],
        ]),
      ],
    },
    {
      title: 'User transformation',
      panels: [
        graph(['Events into user transformations', 'By way.'], 'eps', [
          [
            `rudderstack:transform_in:rate5m{transformationType="USER_TRANSFORMATION",${PLACE}}`,
            WAY,
          ],
        ]),
        graph(
          ['Time', 'As the server sees it.'],
          's',
          quantiles(
            `rudderstack:transform_seconds_bucket:rate5m{transformationType="USER_TRANSFORMATION",${PLACE}}`,
          ),
        ),
        graph(['Failed events', 'On which the function threw.'], 'eps', [
          [
            `rudderstack:transform_failed:rate5m{transformationType="USER_TRANSFORMATION",${PLACE}}`,
            WAY,
          ],
        ]),
      ],
    },
    {
      title: 'Queue',
      panels: [
        graph(['Tables by queue', 'One or two are right.'], 'short', [
          ['rudderstack:jobsdb_tables', '{{customVal}}'],
        ]),
        graph(['Pending events', 'By destination.'], 'short', [
          [
            'sum by (destination) (rudderstack:pending_events{destination=~"$destination"})',
            '{{destination}}',
          ],
        ]),
        graph(
          ['Time of a question', 'To the queues.'],
          's',
          quantiles(`rate(jobsdb_get_jobs_time_bucket[${RATE}])`),
        ),
      ],
    },
    {
      title: 'Destinations',
      panels: [
        graph(['Delivered', 'By way.'], 'eps', [
          [`sum by (source, destination) (${DELIVERED})`, WAY],
        ]),
        graph(
          ['Delivery time, p95', 'Left out where the buckets of the server are too coarse.'],
          's',
          [[`rudderstack:delivery_seconds:p95{${PLACE}}`, WAY]],
        ),
        bars(
          ['Delivered later than a minute', 'Share of events; an edge of every histogram.'],
          'percentunit',
          [
            `1 - sum by (destination) (rudderstack:delivery_seconds_bucket:rate5m{${PLACE},${edge(60)}}) / sum by (destination) (rudderstack:delivery_seconds_bucket:rate5m{${PLACE},le="+Inf"})`,
            '{{destination}}',
          ],
          {
            width: 8,
            max: 1,
            thresholds: [
              { from: 0.01, color: 'yellow' },
              { from: 0.05, color: 'red' },
            ],
          },
        ),
      ],
    },
    {
      title: 'Warehouse',
      panels: [
        graph(['Rows synced, 1 h', 'By way.'], 'short', [
          [`rudderstack:rows_synced:increase1h{${PLACE}}`, WAY],
        ]),
        graph(['Uploads, 1 h', 'By result.'], 'short', [
          [`sum by (result) (rudderstack:uploads:increase1h{${PLACE}})`, '{{result}}'],
        ]),
        graph(['Since the last sync', 'Grows until the next.'], 's', [
          ['time() - rudderstack:last_synced_time_seconds', '{{pipeline}}'],
        ]),
      ],
    },
    {
      title: 'Runtime',
      panels: [
        graph(['Heap', 'In use.'], 'bytes', [['runtime_mem_heap_inuse', '{{instanceName}}']]),
        graph(['Goroutines', 'By process.'], 'short', [
          ['runtime_cpu_goroutines', '{{instanceName}}'],
        ]),
        graph(
          ['Garbage collection', 'Share of time that the process stands still.'],
          'percentunit',
          [[`rate(runtime_mem_gc_pause_total[${RATE}]) / 1e9`, '{{instanceName}}']],
        ),
      ],
    },
  ],
}
