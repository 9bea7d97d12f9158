/**
 * Recording rules that signals, alerts and boards build on: each figure once, under one name, whatever
 * its flavour (names of today and of 2021, StatsD and Prometheus) and whoever it belongs to.
 */
import type { RecordingRule } from '../pack.ts'
import { first } from './one-spelling.ts'
import { WHO_IS_WHO, displayed, named, places } from './who-is-who.ts'

/**
 * Growth of a counter, its birth included: by StatsD the first aborted event is a series that begins
 * at 1, of which `increase` knows nothing. A series younger than the window has grown by its value, if
 * the server was there before the window; else it is only new to us, as all are when a scrape begins.
 */
export function grown(selector: string, window: string): string {
  const born = `(${selector} unless ${selector} offset ${window}) and on (instanceName) (runtime_cpu_goroutines offset ${window})`
  return `((${born}) or increase(${selector}[${window}]))`
}

/** Names the way from source to destination; a source that nobody tells is left out. */
export function asPipeline(expr: string): string {
  return `label_replace(label_join(${expr}, "pipeline", " → ", "source", "destination"), "pipeline", "$1", "pipeline", " → (.+)")`
}

/** A figure of a destination, told of every pipeline that leads there. */
export function ofPipelines(perDestination: string, more = ''): string {
  return `(${perDestination}) * on (destination) group_right (${more}) rudderstack:pipelines`
}

const INGESTION: readonly RecordingRule[] = [
  {
    record: 'rudderstack:received:rate5m',
    expr: received('gateway_write_key_events', '5m'),
  },
  {
    record: 'rudderstack:received:rate1h',
    expr: received('gateway_write_key_events', '1h'),
  },
  {
    record: 'rudderstack:requests:rate5m',
    expr: received('gateway_write_key_requests', '5m'),
  },
  {
    record: 'rudderstack:refused:rate5m',
    expr: `sum by (source) (${[
      'gateway_write_key_failed_requests',
      'gateway_write_key_dropped_requests',
      'gateway_work_space_dropped_requests',
    ]
      .map((metric) => received(metric, '5m', ['reason']))
      .join(' or ')})`,
  },
]

function received(metric: string, window: string, more: readonly string[] = []): string {
  const by = ['source', 'sourceID', ...more].join(', ')
  const wanted = ['source', ...more].join(', ')
  return `sum by (${wanted}) (${first(`sum by (${by}) (rate(${metric}[${window}]))`, 'source', ['source', 'sourceID'])})`
}

/** Counts and times of a transformation; today's metric knows both kinds, in 2021 each had its own. */
const TRANSFORMATION: readonly RecordingRule[] = [
  {
    record: 'rudderstack:transform_in:rate5m',
    expr: stage('proc_transform_stage_in_count', ''),
  },
  {
    record: 'rudderstack:transform_failed:rate5m',
    expr: stage('proc_transform_stage_out_count', 'error="true"'),
  },
  {
    record: 'rudderstack:transform_seconds_bucket:rate5m',
    expr: [
      stage('proc_transform_stage_duration_bucket', '', ['le']),
      former('proc_user_transform_bucket', 'USER_TRANSFORMATION'),
      former('proc_dest_transform_bucket', 'DEST_TRANSFORMATION'),
    ].join(' or '),
  },
]

function stage(metric: string, matcher: string, more: readonly string[] = []): string {
  const matchers = ['mirroring!="true"', ...(matcher === '' ? [] : [matcher])].join(',')
  return named(`rate(${metric}{${matchers}}[5m])`, ['transformationType', ...more], {
    destination_id: ['destination'],
    source_id: ['source'],
  })
}

function former(metric: string, kind: string): string {
  return `label_replace(${displayed(`rate(${metric}[5m])`, ['le'])}, "transformationType", "${kind}", "", "")`
}

const TIMES = 'rudderstack:delivery_seconds_bucket:rate5m'

/** Which edge a bucket has: `60` in text, `60.0` in OpenMetrics and in Prometheus 3. */
export function edge(seconds: number): string {
  return `le=~"${seconds}([.]0)?"`
}

/**
 * A quantile of delivery time, where it can be known. A server that runs the warehouse has no edge
 * below a minute: there every delivery within one is the same, and a quantile only a guess between 0
 * and 60. Compared with an edge a quantile is exact: the 95th is above it when the share above is over 5 %.
 */
export function deliveryQuantile(q: string, by: string): string {
  const share = `sum by (${by}) (${TIMES}{${edge(60)}}) / sum by (${by}) (${TIMES}{le="+Inf"} > 0)`
  const isCoarse = `(${share} >= ${q}) unless on (${by}) sum by (${by}) (${TIMES}{${edge(1)}})`
  return `histogram_quantile(${q}, sum by (${by}, le) (${TIMES})) >= 0 unless on (${by}) (${isCoarse})`
}

const DELIVERY: readonly RecordingRule[] = [
  {
    record: 'rudderstack:delivered:rate5m',
    expr: `${displayed('rate(event_delivery{module!="warehouse"}[5m])', ['module'])} or ${named(
      'rate(event_delivery{module="warehouse"}[5m])',
      ['module'],
      { destination_id: ['warehouseID'] },
    )}`,
  },
  {
    record: TIMES,
    expr: displayed('rate(event_delivery_time_bucket{module!="warehouse"}[5m])', ['module', 'le']),
  },
  {
    record: 'rudderstack:delivery_seconds:mean5m',
    expr: `${displayed('rate(event_delivery_time_sum{module!="warehouse"}[5m])', ['module'])} / (${displayed(
      'rate(event_delivery_time_count{module!="warehouse"}[5m])',
      ['module'],
    )} > 0)`,
  },
  {
    record: 'rudderstack:delivery_seconds:p95',
    expr: asPipeline(deliveryQuantile('0.95', places(['module']))),
  },
  {
    record: 'rudderstack:responses:rate5m',
    expr: displayed('rate(router_response_counts[5m])', ['respStatusCode', 'retry']),
  },
  {
    record: 'rudderstack:failed:rate5m',
    expr: `${named('rate(pipeline_processed_events{state=~"failed|aborted"}[5m])', ['module', 'state'])} or on (destination) label_replace(label_replace(sum by (${places()}) (rudderstack:responses:rate5m{respStatusCode!~"2.."}), "state", "failed", "", ""), "module", "router", "", "")`,
  },
  {
    record: 'rudderstack:aborted:increase15m',
    expr: named(grown('router_aborted_events{alert!="false"}', '15m'), ['errorAt']),
  },
  {
    record: 'rudderstack:drained:increase30m',
    expr: named(grown('drained_events', '30m'), ['reasons']),
  },
  {
    record: 'rudderstack:pending_events',
    expr: ['rt', 'batch_rt']
      .map(
        (queue) =>
          `label_replace(${named(`last_over_time(jobsdb_${queue}_pending_events_count[15m])`)}, "queue", "${queue}", "", "")`,
      )
      .join(' or '),
  },
]

const WAREHOUSE_ID = { destination_id: ['warehouseID'] }

const WAREHOUSE: readonly RecordingRule[] = [
  {
    record: 'rudderstack:rows_synced:increase1h',
    expr: named(grown('total_rows_synced', '1h'), [], WAREHOUSE_ID),
  },
  ...(
    [
      ['success', 'upload_success'],
      ['failed', 'warehouse_failed_uploads'],
      ['aborted', 'upload_aborted'],
    ] as const
  ).map(([result, metric]) => ({
    record: 'rudderstack:uploads:increase1h',
    expr: named(grown(metric, '1h'), ['destination_creds_valid'], WAREHOUSE_ID),
    labels: { result },
  })),
  {
    record: 'rudderstack:upload_seconds_bucket:increase1h',
    expr: named('increase(upload_time_bucket[1h])', ['le'], WAREHOUSE_ID),
  },
  {
    record: 'rudderstack:sync_seconds_bucket:increase3h',
    expr: named(
      'increase(event_delivery_time_bucket{module="warehouse"}[3h])',
      ['syncFrequency', 'le'],
      WAREHOUSE_ID,
    ),
  },
]

const PIPELINES: RecordingRule = {
  record: 'rudderstack:pipelines',
  expr: asPipeline(
    [
      `(group by (${places()}) (rudderstack:delivered:rate5m or rudderstack:failed:rate5m or rudderstack:transform_in:rate5m or rudderstack:uploads:increase1h)`,
      'or on (destination) group by (destination, destination_type) (rudderstack:destinations{destination_id!=""}))',
    ].join(' '),
  ),
}

/** Moments that no metric tells: each evaluation remembers the one before, for two days. */
const MOMENTS: readonly RecordingRule[] = [
  moment('delivered', `sum by (pipeline) (${asPipeline('rudderstack:delivered:rate5m')})`),
  moment(
    'synced',
    `sum by (pipeline) (${asPipeline('rudderstack:uploads:increase1h{result="success"}')})`,
  ),
]

function moment(what: string, figure: string): RecordingRule {
  const record = `rudderstack:last_${what}_time_seconds`
  return {
    record,
    expr: `(0 * (${figure} > 0) + time()) or (last_over_time(${record}[6h]) > time() - ${2 * 86_400})`,
  }
}

/** Of the platform. */
const PLATFORM: readonly RecordingRule[] = [
  {
    // Silent for long and still true: a queue tells of its tables when their number changes.
    record: 'rudderstack:jobsdb_tables',
    expr: `max by (customVal) (last_over_time(jobsdb_tables_count[1h]) or label_replace({__name__=~"jobsdb_(gw|rt|batch_rt|proc_error)_tables_count"}, "customVal", "$1", "__name__", "jobsdb_(.+)_tables_count"))`,
  },
  {
    record: 'rudderstack:processed:rate5m',
    expr: 'sum(rate(processor_num_events[5m]))',
  },
  {
    record: 'rudderstack:instances',
    expr: 'group by (instanceName, namespace, service_name) (runtime_cpu_goroutines > 0)',
  },
]

/** In evaluation order: each may use those above it. */
export const RECORDS: readonly RecordingRule[] = [
  ...WHO_IS_WHO,
  ...INGESTION,
  ...TRANSFORMATION,
  ...DELIVERY,
  ...WAREHOUSE,
  PIPELINES,
  ...MOMENTS,
  ...PLATFORM,
]
