/** User transformations, the processor and the transformer service. */
import type { PackAlert } from '../../pack.ts'
import { asPipeline, grown } from '../records.ts'
import { PLATFORM } from '../signals.ts'

const PIPELINE = '{{ $labels.pipeline }}'
const USER = '{transformationType="USER_TRANSFORMATION"}'
const DEST = '{transformationType="DEST_TRANSFORMATION"}'
const WHERE = 'source, destination, destination_type'

const failedShare = (kind: string): string =>
  asPipeline(
    `sum by (${WHERE}) (rudderstack:transform_failed:rate5m${kind}) / (sum by (${WHERE}) (rudderstack:transform_in:rate5m${kind}) > 0)`,
  )

const REQUEST_MEAN =
  'sum(rate(processor_transformer_request_time_sum[5m])) / (sum(rate(processor_transformer_request_time_count[5m])) > 0)'

const service = { pipeline: PLATFORM, stage: 'transformer' } as const

export const TRANSFORMATION_ALERTS: readonly PackAlert[] = [
  {
    name: 'RudderUserTransformationSlow',
    expr: asPipeline(
      `histogram_quantile(0.95, sum by (${WHERE}, le) (rudderstack:transform_seconds_bucket:rate5m${USER})) >= 0`,
    ),
    threshold: { op: '>', value: 2.5, unit: 's', by: 'destination' },
    forText: '10m',
    severity: 'warning',
    pipeline: PIPELINE,
    stage: 'user-transformation',
    summary: `The user transformation of ${PIPELINE} takes {{ $value | humanizeDuration }}`,
    description: 'The slowest twentieth of its batches, as the server sees it.',
    runbook:
      'Calls to other services from a transformation are the usual cause; caching and fetchV2 with a time-out help. Then the CPU of the transformer and the wait for isolates.',
  },
  {
    name: 'RudderUserTransformationErrors',
    expr: failedShare(USER),
    threshold: { op: '>', value: 0.05, unit: 'ratio', by: 'destination' },
    forText: '10m',
    severity: 'warning',
    pipeline: PIPELINE,
    stage: 'user-transformation',
    summary: `The user transformation of ${PIPELINE} fails on {{ $value | humanizePercentage }} of events`,
    description: 'Events on which the user’s function threw.',
    runbook:
      'Test the transformation with a failing event; was it, or one of its libraries, just changed?',
  },
  {
    name: 'RudderDestinationTransformationErrors',
    expr: failedShare(DEST),
    threshold: { op: '>', value: 0.05, unit: 'ratio', by: 'destination_type' },
    forText: '10m',
    severity: 'warning',
    pipeline: PIPELINE,
    stage: 'processor',
    summary: `{{ $value | humanizePercentage }} of the events of ${PIPELINE} cannot be turned into what the destination wants`,
    description: 'Mostly events without a field that the destination must have.',
    runbook: 'The live view of the destination shows the events with the error.',
  },
  {
    ...service,
    name: 'RudderTransformerRequestSlow',
    expr: REQUEST_MEAN,
    threshold: { op: '>', value: 0.5, unit: 's', by: '' },
    forText: '5m',
    severity: 'warning',
    summary: 'A call to the transformer takes {{ $value | humanizeDuration }} on average',
    description: 'The limits are those that RudderStack published: 500 ms, and 1500 ms critical.',
    runbook:
      'Add transformers or CPU; then look for the one slow user transformation on the board.',
  },
  {
    ...service,
    name: 'RudderTransformerRequestVerySlow',
    expr: REQUEST_MEAN,
    threshold: { op: '>', value: 1.5, unit: 's', by: '' },
    forText: '5m',
    severity: 'critical',
    summary: 'A call to the transformer takes {{ $value | humanizeDuration }} on average',
    description: 'The processor waits for the transformer: everything is late.',
    runbook: 'As for RudderTransformerRequestSlow.',
  },
  {
    ...service,
    name: 'RudderTransformerUnreachable',
    expr: `sum(${grown('transformer_client_perpetual_retry_count', '10m')})`,
    threshold: { op: '>', value: 0.5, unit: 'retries', by: '' },
    forText: '5m',
    severity: 'critical',
    summary: 'Calls to the transformer are repeated without end',
    description: 'Such calls are never given up, so the processor stands until one goes through.',
    runbook:
      'Is the transformer up and of a version that fits? The label `reason` says what the call ended with.',
  },
  {
    ...service,
    name: 'RudderTransformerErrors',
    expr: 'sum(rate(transformer_http_request_duration_count{code=~"5.."}[5m])) / (sum(rate(transformer_http_request_duration_count[5m])) > 0)',
    threshold: { op: '>', value: 0.01, unit: 'ratio', by: '' },
    forText: '5m',
    severity: 'critical',
    summary: 'The transformer answers {{ $value | humanizePercentage }} of requests with 5xx',
    description: "From the transformer's own page of metrics.",
    runbook: 'Read its log; out of memory and a bad release are the usual causes.',
  },
  {
    ...service,
    name: 'RudderTransformerRefuses',
    expr: 'sum(rate(transformer_http_request_duration_count{code=~"4.."}[5m])) / (sum(rate(transformer_http_request_duration_count[5m])) > 0)',
    threshold: { op: '>', value: 0.05, unit: 'ratio', by: '' },
    forText: '10m',
    severity: 'warning',
    summary: 'The transformer answers {{ $value | humanizePercentage }} of requests with 4xx',
    description:
      '404 is a destination that it does not know: server and transformer differ in version.',
    runbook: 'Bring both to the same release.',
  },
  {
    ...service,
    name: 'RudderTransformerPlatformError',
    expr: 'sum by (instanceName) (increase(transformer_ivm_platform_error[10m]))',
    threshold: { op: '>', value: 0.5, unit: 'errors', by: 'instanceName' },
    forText: '0s',
    severity: 'critical',
    summary: 'Isolates of transformer {{ $labels.instanceName }} break by themselves',
    description: 'Faults of the platform, not of user code.',
    runbook: 'Restart that transformer; if it comes back, note its version and memory.',
  },
  {
    ...service,
    name: 'RudderTransformerMemory',
    expr: 'max by (instanceName) (transformer_memory_heap_used_percent)',
    threshold: { op: '>', value: 85, unit: '%', by: 'instanceName' },
    forText: '5m',
    severity: 'warning',
    summary:
      'The heap of transformer {{ $labels.instanceName }} is {{ printf "%.0f" $value }} % full',
    description: 'Of its fullest worker.',
    runbook: 'More memory, fewer isolates in the cache, or a leak in a user transformation.',
  },
  {
    ...service,
    name: 'RudderTransformerFenced',
    expr: 'sum by (instanceName) (increase(transformer_memory_fenced_requests[5m]))',
    threshold: { op: '>', value: 0.5, unit: 'requests', by: 'instanceName' },
    forText: '0s',
    severity: 'warning',
    summary: 'Transformer {{ $labels.instanceName }} refuses requests for want of memory',
    description: 'It protects itself; the server tries again.',
    runbook: 'As for RudderTransformerMemory.',
  },
  {
    ...service,
    name: 'RudderTransformerEventLoopSlow',
    // Node.js of other programs has this metric too.
    expr: 'max by (instanceName) (nodejs_eventloop_lag_p99_seconds and on (instance, instanceName) transformer_memory_heap_used_percent)',
    threshold: { op: '>', value: 0.5, unit: 's', by: 'instanceName' },
    forText: '10m',
    severity: 'warning',
    summary:
      'The event loop of transformer {{ $labels.instanceName }} lags {{ $value | humanizeDuration }}',
    description: 'It computes without a pause: requests wait.',
    runbook: 'More workers or transformers.',
  },
  {
    ...service,
    name: 'RudderIsolatesQueue',
    expr: 'histogram_quantile(0.95, sum by (le) (rate(transformer_ivm_execution_queue_wait_bucket[5m])))',
    threshold: { op: '>', value: 0.5, unit: 's', by: '' },
    forText: '10m',
    severity: 'warning',
    summary: 'User transformations wait {{ $value | humanizeDuration }} for an isolate',
    description: 'All places in which user code may run are taken.',
    runbook: 'More transformers, or a higher concurrency of isolates where CPU is free.',
  },
  {
    pipeline: PLATFORM,
    stage: 'transformer',
    name: 'RudderControlPlaneDown',
    expr: 'max(processor_control_plane_down) == 1',
    forText: '5m',
    severity: 'critical',
    summary: 'The transformer cannot reach the control plane',
    description:
      'Code of transformations cannot be fetched; those that are not cached stand still.',
    runbook: 'Is the way out open (proxy, DNS, firewall)? See the status page of RudderStack.',
  },
  {
    pipeline: PLATFORM,
    stage: 'processing',
    name: 'RudderProcessorErrors',
    expr: 'sum(rate(proc_error_counts[10m])) / (rudderstack:processed:rate5m > 0)',
    threshold: { op: '>', value: 0.01, unit: 'ratio', by: '' },
    forText: '10m',
    severity: 'warning',
    summary: '{{ $value | humanizePercentage }} of events fail in the processor',
    description: 'Over all destinations and stages.',
    runbook: 'proc_error_counts has the destination, the stage and the status code.',
  },
  {
    pipeline: PLATFORM,
    stage: 'processing',
    name: 'RudderTrackingPlanViolations',
    expr: 'sum by (source) (rate(proc_num_tp_output_failed_events[30m])) / (sum by (source) (rate(proc_num_tp_input_events[30m])) > 0)',
    threshold: { op: '>', value: 0.1, unit: 'ratio', by: 'source' },
    forText: '30m',
    severity: 'warning',
    summary:
      '{{ $value | humanizePercentage }} of the events of {{ $labels.source }} break their tracking plan',
    description: 'Depending on the plan they are dropped or go on with a note.',
    runbook: 'Compare the newest release of the client with the plan.',
  },
]
