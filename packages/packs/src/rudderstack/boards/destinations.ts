import { RATE, bars, graph, heatmap, mean, stat } from '../../board-panels.ts'
import type { DashboardDefinition } from '../../pack.ts'
import { edge } from '../records.ts'
import { PLACE, PLACE_VARIABLES } from './place.ts'

const BUCKETS = `rudderstack:delivery_seconds_bucket:rate5m{${PLACE}}`
const OF_DESTINATION = 'destination=~"$destination",destination_type=~"$destination_type"'
const RESPONSES = `rudderstack:responses:rate5m{${OF_DESTINATION}}`
const WAY = '{{source}} → {{destination}}'

const later = (seconds: number): string =>
  `1 - sum by (destination) (rudderstack:delivery_seconds_bucket:rate5m{${PLACE},${edge(seconds)}}) / sum by (destination) (rudderstack:delivery_seconds_bucket:rate5m{${PLACE},le="+Inf"})`

const matching = (matcher: string): string =>
  `sum by (destination) (rudderstack:responses:rate5m{${OF_DESTINATION},${matcher}})`

export const DESTINATIONS_BOARD: DashboardDefinition = {
  name: 'weir-rudderstack-destinations',
  title: 'RudderStack destinations',
  description: 'What is delivered where, how fast, and what destinations answer.',
  variables: PLACE_VARIABLES,
  rows: [
    {
      title: 'At a glance',
      panels: [
        stat(
          ['Delivered', 'Events a second.'],
          'eps',
          `sum(rudderstack:delivered:rate5m{${PLACE}})`,
        ),
        stat(
          ['Answers other than 2xx', 'Share of all.'],
          'percentunit',
          `(sum(rudderstack:responses:rate5m{${OF_DESTINATION},respStatusCode!~"2.."}) or vector(0)) / sum(${RESPONSES})`,
          {
            thresholds: [
              { from: 0.01, color: 'yellow' },
              { from: 0.1, color: 'red' },
            ],
          },
        ),
        stat(
          ['Aborted, 15 min', 'Given up for good.'],
          'short',
          `sum(rudderstack:aborted:increase15m{${OF_DESTINATION}}) or vector(0)`,
          { thresholds: [{ from: 1, color: 'red' }] },
        ),
        stat(
          ['Drained, 30 min', 'Thrown away untried.'],
          'short',
          `sum(rudderstack:drained:increase30m{${OF_DESTINATION}}) or vector(0)`,
          { thresholds: [{ from: 1, color: 'orange' }] },
        ),
        stat(
          ['Pending', 'Events that wait.'],
          'short',
          `sum(rudderstack:pending_events{${OF_DESTINATION}})`,
        ),
        stat(
          ['Destinations', 'That got something in the last five minutes.'],
          'short',
          `count(sum by (destination) (rudderstack:delivered:rate5m{${PLACE}}) > 0)`,
        ),
      ],
    },
    {
      title: 'Delivered',
      panels: [
        graph(['Router', 'Each event by itself.'], 'eps', [
          [`rudderstack:delivered:rate5m{module="router",${PLACE}}`, WAY],
        ]),
        graph(['Batch router', 'Files and bulk interfaces.'], 'eps', [
          [`rudderstack:delivered:rate5m{module="batch_router",${PLACE}}`, WAY],
        ]),
        graph(['In and out, by kind', 'More in than out: delay.'], 'eps', [
          [
            `sum by (destType) (rate(router_generator_events{destType=~"$destination_type"}[${RATE}]))`,
            '{{destType}} in',
          ],
          [
            `sum by (destination_type) (rudderstack:delivered:rate5m{module="router",${PLACE}})`,
            '{{destination_type}} out',
          ],
        ]),
      ],
    },
    {
      title: 'Delivery time',
      panels: [
        heatmap(
          ['All deliveries', 'Events a second by how long they took.'],
          `sum by (le) (${BUCKETS})`,
        ),
        graph(
          [
            'p95',
            'Left out where all deliveries are within the first bucket of a server that knows nothing below a minute.',
          ],
          's',
          [[`rudderstack:delivery_seconds:p95{${PLACE}}`, WAY]],
          { width: 12 },
        ),
        ...[60, 300, 1800].map((seconds) =>
          bars(
            [`Later than ${seconds / 60} min`, 'Share of events.'],
            'percentunit',
            [later(seconds), '{{destination}}'],
            {
              width: 8,
              max: 1,
              thresholds: [
                { from: 0.01, color: 'yellow' },
                { from: 0.05, color: 'red' },
              ],
            },
          ),
        ),
        graph(['Mean', 'From receipt to delivery.'], 's', [
          [`rudderstack:delivery_seconds:mean5m{${PLACE}}`, WAY],
        ]),
        graph(['Network time', 'What the destination itself takes.'], 's', [
          [
            mean('delivery_latency', 'destination', 'destination=~"$destination"'),
            '{{destination}}',
          ],
        ]),
        graph(['Uploads to object storage', 'Mean time.'], 's', [
          [mean('brt_upload_time', 'destType', 'destType=~"$destination_type"'), '{{destType}}'],
        ]),
      ],
    },
    {
      title: 'Answers',
      panels: [
        graph(
          ['By status', 'Over the chosen destinations.'],
          'reqps',
          [[`sum by (respStatusCode) (${RESPONSES})`, '{{respStatusCode}}']],
          { stack: true },
        ),
        graph(['Failures', 'Other than 2xx.'], 'reqps', [
          [matching('respStatusCode!~"2.."'), '{{destination}}'],
        ]),
        graph(['Repetitions', 'Deliveries that are tried again.'], 'reqps', [
          [matching('retry="true"'), '{{destination}}'],
        ]),
        graph(['Aborted, 15 min', 'By where it failed.'], 'short', [
          [
            `sum by (destination, errorAt) (rudderstack:aborted:increase15m{${OF_DESTINATION}})`,
            '{{destination}} {{errorAt}}',
          ],
        ]),
        graph(['Drained, 30 min', 'By reason.'], 'short', [
          [
            `sum by (destination, reasons) (rudderstack:drained:increase30m{${OF_DESTINATION}})`,
            '{{destination}} {{reasons}}',
          ],
        ]),
        graph(['Throttled', 'Jobs not taken up because the destination is held back.'], 'eps', [
          [
            `sum by (destType) (rate(router_throttled{destType=~"$destination_type"}[${RATE}]))`,
            '{{destType}}',
          ],
        ]),
      ],
    },
    {
      title: 'Waiting',
      panels: [
        graph(
          ['Pending events', 'By destination.'],
          'short',
          [
            [
              `sum by (destination) (rudderstack:pending_events{${OF_DESTINATION}})`,
              '{{destination}}',
            ],
          ],
          { width: 12 },
        ),
        graph(
          ['Processor and routers: delay', 'Age of the oldest job taken up last.'],
          's',
          [['max by (module) (pipeline_delay_max_seconds)', '{{module}}']],
          { width: 12 },
        ),
      ],
    },
  ],
}
