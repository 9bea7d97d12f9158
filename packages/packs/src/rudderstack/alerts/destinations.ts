/** Deliveries: too slow, refused, given up, stopped. */
import type { PackAlert } from '../../pack.ts'
import { grown, ofPipelines } from '../records.ts'

const PIPELINE = '{{ $labels.pipeline }}'
const here = { pipeline: PIPELINE, stage: 'router' } as const

const P95 = 'rudderstack:delivery_seconds:p95'
const RESPONSES = 'rudderstack:responses:rate5m'

/** At least five deliveries in five minutes, so that one slow event does not wake anybody. */
const ENOUGH = (module: string): string =>
  `and on (source, destination) sum by (source, destination) (rudderstack:delivery_seconds_bucket:rate5m{module="${module}",le="+Inf"}) * 300 > 4.5`

/** Messages to people, webhooks and streams: late is as bad as lost. */
const WITHIN_A_MINUTE = [
  'BRAZE',
  'CUSTOMERIO',
  'ITERABLE',
  'MAILCHIMP',
  'ONE_SIGNAL',
  'SENDGRID',
  'SLACK',
  'WEBHOOK',
  'HTTP',
  'KAFKA',
  'CONFLUENT_CLOUD',
  'AZURE_EVENT_HUB',
  'KINESIS',
  'GOOGLEPUBSUB',
  'EVENTBRIDGE',
] as const

const MINUTE_VALUES = Object.fromEntries(WITHIN_A_MINUTE.map((type) => [type, 60]))

const share = (of: string): string =>
  ofPipelines(
    `sum by (destination) (${RESPONSES}{${of}}) / (sum by (destination) (${RESPONSES}) > 0)`,
  )

export const DESTINATION_ALERTS: readonly PackAlert[] = [
  {
    ...here,
    name: 'RudderDeliveryTooSlow',
    expr: `${P95}{module="router"}`,
    threshold: {
      op: '>',
      value: 1800,
      unit: 's',
      by: 'destination_type',
      values: MINUTE_VALUES,
      also: ENOUGH('router'),
    },
    forText: '2m',
    severity: 'critical',
    summary: `{{ $labels.destination_type }} gets events of ${PIPELINE} too late: {{ $value | humanizeDuration }}`,
    description:
      'More than one event in twenty took longer from receipt to delivery than its kind of destination allows: a minute for messages, webhooks and streams, half an hour for others. Choose edges of the histogram as limits; on a server that runs the warehouse these are 60, 300, 1800, 3600 s.',
    runbook:
      'Compare the pending events with the rate delivered. Answers other than 2xx or throttling: the destination is the brake. All fine there: the processor (pipeline delay) or the queue is. The transformation of this destination may have become slow too.',
  },
  {
    ...here,
    name: 'RudderDeliverySlow',
    expr: `${P95}{module="router"}`,
    threshold: {
      op: '>',
      value: 300,
      unit: 's',
      by: 'destination_type',
      values: {
        FACEBOOK_PIXEL: 1800,
        GOOGLE_ADWORDS_ENHANCED_CONVERSIONS: 1800,
        GOOGLE_ADWORDS_OFFLINE_CONVERSIONS: 1800,
        TIKTOK_ADS: 1800,
      },
      also: ENOUGH('router'),
    },
    forText: '10m',
    severity: 'warning',
    summary: `Events of ${PIPELINE} take {{ $value | humanizeDuration }} to be delivered`,
    description:
      'More than one event in twenty took longer than five minutes (advertising: half an hour).',
    runbook: 'As for RudderDeliveryTooSlow, with more time.',
  },
  {
    ...here,
    name: 'RudderBatchDeliverySlow',
    expr: `${P95}{module="batch_router"}`,
    threshold: { op: '>', value: 300, unit: 's', by: 'destination_type' },
    forText: '10m',
    severity: 'warning',
    summary: `Batches of ${PIPELINE} take {{ $value | humanizeDuration }} to be delivered`,
    description: 'Batches are collected for half a minute; over five is not the collecting.',
    runbook: 'Look at brt_upload_time and at the credentials and region of the bucket.',
  },
  {
    ...here,
    name: 'RudderDeliveryStopped',
    expr: 'sum by (source, destination, destination_type, pipeline) (rudderstack:pipelines * on (source, destination) group_left () sum by (source, destination) (rudderstack:delivered:rate5m{module="router"})) == 0 and on (source, destination) sum by (source, destination) (rudderstack:delivered:rate5m{module="router"} offset 1h) > 0.1 and on (destination) sum by (destination) (rudderstack:pending_events) > 0',
    forText: '15m',
    severity: 'critical',
    summary: `Nothing is delivered on ${PIPELINE} any more`,
    description:
      'An hour ago events were delivered, events wait for the destination, and none is delivered.',
    runbook:
      'Was the destination switched off or its credentials changed? Look at the answers by status, then at the log of router.<TYPE>.',
  },
  {
    ...here,
    name: 'RudderRouterStuck',
    expr: 'sum by (destType) (rate(pipeline_processed_events{module="router"}[10m])) == 0 and on (destType) sum by (destType) (last_over_time(jobsdb_rt_pending_events_count_all{destType!="ALL"}[15m])) > 0',
    pipeline: '(rudderstack)',
    stage: 'jobsdb',
    forText: '10m',
    severity: 'critical',
    summary: 'The router of {{ $labels.destType }} stands still while events wait',
    description:
      'The server sends a zero for each type every 15 s, so a flat line is a stop and no silence.',
    runbook:
      'Take a dump of goroutines, then restart the processor. A lock in PostgreSQL or a full disk is the usual cause.',
  },
  {
    ...here,
    name: 'RudderBatchRouterStuck',
    expr: 'sum by (destType) (rate(pipeline_processed_events{module="batch_router"}[10m])) == 0 and on (destType) sum by (destType) (last_over_time(jobsdb_batch_rt_pending_events_count_all{destType!="ALL"}[15m])) > 0',
    pipeline: '(rudderstack)',
    stage: 'jobsdb',
    forText: '10m',
    severity: 'critical',
    summary: 'The batch router of {{ $labels.destType }} stands still while events wait',
    description: 'As RudderRouterStuck, for destinations that take files.',
    runbook: 'As for RudderRouterStuck; also whether object storage answers.',
  },
  {
    ...here,
    name: 'RudderEventsAborted',
    expr: ofPipelines('sum by (destination) (rudderstack:aborted:increase15m)'),
    threshold: { op: '>', value: 0.5, unit: 'events', by: 'destination_type' },
    forText: '0s',
    severity: 'warning',
    summary: `{{ printf "%.0f" $value }} event(s) for {{ $labels.destination }} were given up for good`,
    description:
      'In the last 15 minutes, without those that the server marks with alert="false". They are not sent again.',
    runbook:
      'The label errorAt tells whether the transformation or the delivery failed, respStatusCode what the destination said. After the repair, replay from the archive.',
  },
  {
    ...here,
    name: 'RudderEventsAbortedRatio',
    expr: ofPipelines(
      `sum by (destination) (rudderstack:aborted:increase15m) / 900 / on (destination) (sum by (destination) (${RESPONSES}) > 0)`,
    ),
    threshold: { op: '>', value: 0.05, unit: 'ratio', by: 'destination_type' },
    forText: '15m',
    severity: 'critical',
    summary: `{{ $value | humanizePercentage }} of the events for {{ $labels.destination }} are lost`,
    description: 'Events given up, of all answers of the destination.',
    runbook:
      'Switch the destination off while it is repaired: what waits is kept, what is aborted is not.',
  },
  {
    ...here,
    name: 'RudderEventsDrained',
    expr: ofPipelines('sum by (destination) (rudderstack:drained:increase30m)'),
    threshold: { op: '>', value: 0.5, unit: 'events', by: 'destination_type' },
    forText: '0s',
    severity: 'warning',
    summary: `{{ printf "%.0f" $value }} event(s) for {{ $labels.destination }} were thrown away untried`,
    description:
      'Of the last 30 minutes. The label `reasons` of drained_events tells: destination disabled, job expired, and the like.',
    runbook:
      'Disabled on purpose: silence it. Expired: the destination has been too slow for hours.',
  },
  {
    ...here,
    name: 'RudderDestinationThrottled',
    expr: share('respStatusCode="429"'),
    threshold: { op: '>', value: 0.2, unit: 'ratio', by: 'destination_type' },
    forText: '10m',
    severity: 'warning',
    summary: `{{ $labels.destination }} answers {{ $value | humanizePercentage }} of deliveries with 429`,
    description: 'The destination takes less than it is given; events wait and age.',
    runbook: 'Ask for a higher limit there, or set the throttling of the router below it.',
  },
  {
    ...here,
    name: 'RudderDestinationFailing',
    expr: share('respStatusCode=~"5.."'),
    threshold: { op: '>', value: 0.1, unit: 'ratio', by: 'destination_type' },
    forText: '10m',
    severity: 'critical',
    summary: `{{ $labels.destination }} answers {{ $value | humanizePercentage }} of deliveries with 5xx`,
    description: 'The server tries again for three hours, then gives up.',
    runbook:
      "See the destination's status page. 500 to 599 may also come from the transformation in the router.",
  },
  {
    ...here,
    name: 'RudderDestinationRejects',
    expr: share('respStatusCode=~"4..",respStatusCode!="429"'),
    threshold: { op: '>', value: 0.1, unit: 'ratio', by: 'destination_type' },
    forText: '10m',
    severity: 'warning',
    summary: `{{ $labels.destination }} rejects {{ $value | humanizePercentage }} of deliveries (4xx)`,
    description: 'Mostly credentials (401, 403) or events in a form it does not want (400, 422).',
    runbook: 'Look at one rejected event in the live view of the destination.',
  },
  {
    ...here,
    name: 'RudderDestinationRetries',
    expr: share('retry="true"'),
    threshold: { op: '>', value: 0.3, unit: 'ratio', by: 'destination_type' },
    forText: '15m',
    severity: 'warning',
    summary: `{{ $value | humanizePercentage }} of the deliveries to {{ $labels.destination }} are repetitions`,
    description: 'Repeated deliveries take the place of new ones.',
    runbook: 'Find the status that makes them repeat; time-outs count as 5xx.',
  },
  {
    ...here,
    name: 'RudderDeliveryTimeouts',
    expr: `sum by (destType) (${grown('router_delivery_exceeded_timeout', '15m')})`,
    threshold: { op: '>', value: 10, unit: 'deliveries', by: 'destType' },
    pipeline: '(rudderstack)',
    stage: 'processing',
    forText: '0s',
    severity: 'warning',
    summary:
      'Deliveries to {{ $labels.destType }} exceed their time-out: {{ printf "%.0f" $value }} in 15 minutes',
    description: 'The destination answers later than the router waits.',
    runbook:
      'Compare delivery_latency; raise Router.<TYPE>.httpTimeout only if the destination is worth it.',
  },
  {
    ...here,
    name: 'RudderPendingEventsGrowing',
    expr: ofPipelines('sum by (destination) (rudderstack:pending_events)'),
    threshold: {
      op: '>',
      value: 100_000,
      unit: 'events',
      by: 'destination_type',
      also: 'and on (destination) sum by (destination) (deriv(rudderstack:pending_events[30m])) > 0',
    },
    forText: '30m',
    severity: 'warning',
    summary: `{{ $value | humanize }} events wait for {{ $labels.destination }}, and more come than go`,
    description: 'The queue of the destination has grown for half an hour.',
    runbook:
      'Divide it by the rate delivered: that is how far behind the destination is. More workers (Router.<TYPE>.noOfWorkers) help where its answers are quick.',
  },
  {
    ...here,
    name: 'RudderBatchUploadFailing',
    expr: 'sum by (destType) (rate(event_status{job_state="failed"}[15m])) > 0 unless on (destType) sum by (destType) (rate(event_status{job_state="succeeded"}[15m])) > 0',
    pipeline: '(rudderstack)',
    stage: 'uploads',
    forText: '15m',
    severity: 'critical',
    summary: 'No batch for {{ $labels.destType }} succeeds',
    description: 'Uploads of the batch router fail, and none went well for a quarter of an hour.',
    runbook:
      'Credentials, region and permissions of the bucket; then the log of batchrouter.<TYPE>.',
  },
  {
    ...here,
    name: 'RudderAsyncAborted',
    expr: `sum by (destType) (${grown('async_aborted_job_count', '1h')})`,
    threshold: { op: '>', value: 0.5, unit: 'events', by: 'destType' },
    pipeline: '(rudderstack)',
    stage: 'uploads',
    forText: '0s',
    severity: 'warning',
    summary:
      '{{ $labels.destType }} refused {{ printf "%.0f" $value }} event(s) of bulk uploads for good',
    description: 'Of the last hour.',
    runbook: 'The destination keeps a report of each upload with the reason for each row.',
  },
  {
    ...here,
    name: 'RudderOAuthBroken',
    expr: `sum by (destType, id) (${grown('oauth_action_error_breaker_tripped', '15m')})`,
    threshold: { op: '>', value: 0.5, unit: 'times', by: 'destType' },
    pipeline: '(rudderstack)',
    stage: 'processing',
    forText: '0s',
    severity: 'critical',
    summary: 'The token of a {{ $labels.destType }} destination cannot be renewed',
    description: 'Renewing was given up; deliveries fail until somebody signs in again.',
    runbook: 'Open the destination in RudderStack and connect its account anew.',
  },
]
