/**
 * What ids are called. Some metrics have an id, some a display name (`Braze prod_x9y8z7`: 15 characters
 * and the id's last six), and the label `destination` is the one here and the other there. Two records
 * keep the book; expressions made by `named` and `displayed` have `source` and `destination` as people
 * know them, or the id where nobody has said a name.
 */
import type { RecordingRule } from '../pack.ts'
import { SPELLINGS, type StandIns, bySpelling, first } from './one-spelling.ts'

/** Metrics by which a destination or a source is known before anything is delivered. */
const WITH_IDS =
  '{__name__=~"event_delivery|event_delivery_time_count|pipeline_processed_events|event_status|drained_events|' +
  'router_response_counts|router_aborted_events|jobsdb_rt_pending_events_count|jobsdb_batch_rt_pending_events_count|' +
  'proc_transform_stage_in_count|proc_user_transform_count|upload_success|upload_aborted|warehouse_failed_uploads|' +
  'warehouse_track_upload_missing|num_staged_events|rows_synced|total_rows_synced|snowpipe_streaming_discards|' +
  'bqstream_all_events_discards"}'

/** What else is an id, where no spelling of one is there: in 2021's warehouse, in stages of transformation. */
const STAND_INS: StandIns = {
  destination_id: ['warehouseID', 'destination'],
  source_id: ['source'],
}

/** One name for each id: that under which most happens, since a renamed one keeps its old series. */
function called(
  id: string,
  names: readonly string[],
  all: (figure: (selector: string) => string) => string,
): string {
  const by = [id, ...names].join(', ')
  const pace = all((selector) => `rate(${selector}[15m])`)
  const there = all((selector) => `0 * ${selector}`)
  return `0 * topk by (${id}) (1, sum by (${by}) (${pace}) or sum by (${by}) (${there})) + 1`
}

const { destination_id: IDS, destination_type: TYPES, source_id: SOURCES } = SPELLINGS

const namedDestinations = called(
  'destination_id',
  ['destination', 'destination_type'],
  (figure) => {
    const by = [...IDS, ...TYPES, 'destination'].join(', ')
    const both = [
      'event_delivery_time_count{destination!="",module!="warehouse"}',
      'router_response_counts{destination!=""}',
    ].map((metric) => `sum by (${by}) (${figure(metric)})`)
    return first(first(`(${both.join(' or ')})`, 'destination_type', TYPES), 'destination_id', IDS)
  },
)

const namedSources = called('source_id', ['source'], (figure) =>
  first(
    `sum by (${[...SOURCES, 'source'].join(', ')}) (${figure('gateway_write_key_requests{source!=""}')})`,
    'source_id',
    SOURCES,
  ),
)

const KNOWN = bySpelling(WITH_IDS, [], STAND_INS)

export const WHO_IS_WHO: readonly RecordingRule[] = [
  {
    record: 'rudderstack:destinations',
    expr: `${namedDestinations} or on (destination_id) group by (destination_id, destination_type, destination) (label_replace(topk by (destination_id) (1, ${KNOWN}), "destination", "$1", "destination_id", "(.+)"))`,
  },
  {
    // With a row without labels, for what names no source.
    record: 'rudderstack:sources',
    expr: `${namedSources} or on (source_id) group by (source_id, source) (label_replace(${KNOWN}, "source", "$1", "source_id", "(.+)")) or on (source_id) group(${WITH_IDS})`,
  },
]

const DESTINATIONS = 'rudderstack:destinations{destination_id!=""}'
const SOURCE = '* on (source_id) group_left (source) rudderstack:sources'

/** The labels of a place, after which more may come. */
export function places(more: readonly string[] = []): string {
  return ['source', 'destination', 'destination_type', ...more].join(', ')
}

/** Sums a metric that has ids by the names of source and destination. */
export function named(expr: string, more: readonly string[] = [], standIns?: StandIns): string {
  // The type is the book's: a sender that leaves it out now and then must not make two series of an id.
  const ids = bySpelling(expr, more, standIns, ['destination_id', 'source_id'])
  return `sum by (${places(more)}) (${ids} * on (destination_id) group_left (destination, destination_type) ${DESTINATIONS} ${SOURCE})`
}

/** Sums a metric that has its destination's display name; where it has not, the id. */
export function displayed(expr: string, more: readonly string[] = []): string {
  const ids = bySpelling(expr, [...more, 'destination'], { source_id: ['source'] })
  return `sum by (${places(more)}) (${first(ids, 'destination', ['destination', 'destination_id'])} ${SOURCE})`
}
