/** Syncs to warehouses: late, failed, incompatible, lost. */
import type { PackAlert } from '../../pack.ts'
import { asPipeline, grown } from '../records.ts'
import { PLATFORM } from '../signals.ts'
import { named } from '../who-is-who.ts'

const PIPELINE = '{{ $labels.pipeline }}'
const here = { pipeline: PIPELINE, stage: 'warehouse' } as const
const WAREHOUSE_ID = { destination_id: ['warehouseID'] }

/** A figure with ids of its own, told of the way from source to destination. */
const own = (expr: string, more: readonly string[] = []): string =>
  asPipeline(named(expr, more, WAREHOUSE_ID))

const uploads = (result: string): string =>
  asPipeline(
    `sum by (source, destination, destination_type, destination_creds_valid) (rudderstack:uploads:increase1h{result="${result}"})`,
  )

const discards = [
  'snowpipe_streaming_discards',
  'bqstream_all_events_discards',
  // Servers of 2021; today's fold this table into `others`.
  'rows_synced{tableName="rudder_discards"}',
]
  .map((metric) => named(grown(metric, '1h'), [], WAREHOUSE_ID))
  .join(' or ')

export const WAREHOUSE_ALERTS: readonly PackAlert[] = [
  {
    ...here,
    name: 'RudderWarehouseSyncLag',
    expr: asPipeline(
      'histogram_quantile(0.95, sum by (source, destination, destination_type, syncFrequency, le) (rudderstack:sync_seconds_bucket:increase3h)) >= 0',
    ),
    // Not `>`: above the last edge, a day's, a quantile is that edge.
    threshold: {
      op: '>=',
      value: 5400,
      unit: 's',
      by: 'syncFrequency',
      values: { 30: 3600, 60: 5400, 180: 12_600, 360: 23_400, 720: 45_000, 1440: 88_200 },
    },
    forText: '30m',
    severity: 'warning',
    summary: `Rows of ${PIPELINE} reach the warehouse {{ $value | humanizeDuration }} after the event`,
    description:
      'Oldest and newest events of the syncs of the last three hours, against the interval of the sync and half an hour; limits are edges of the server’s own histogram.',
    runbook:
      'Look at the time of uploads and at uploads that wait. The warehouse may be short of slots or asleep.',
  },
  {
    ...here,
    name: 'RudderWarehouseUploadFailing',
    expr: uploads('failed'),
    threshold: { op: '>', value: 3, unit: 'uploads', by: 'destination' },
    forText: '0s',
    severity: 'warning',
    summary: `{{ printf "%.0f" $value }} attempts to load ${PIPELINE} failed in an hour`,
    description: 'Attempts are repeated for three hours, then the upload is aborted.',
    runbook: 'The error is in the table wh_uploads and in the log of warehouse.<type>.',
  },
  {
    ...here,
    name: 'RudderWarehouseUploadAborted',
    expr: uploads('aborted'),
    threshold: { op: '>', value: 0.5, unit: 'uploads', by: 'destination' },
    forText: '0s',
    severity: 'critical',
    summary: `{{ printf "%.0f" $value }} upload(s) of ${PIPELINE} were given up`,
    description:
      'The rows are not in the warehouse. The label destination_creds_valid tells whether the credentials were the reason.',
    runbook:
      'Repair, then trigger the uploads again (warehouse API, or the syncs page): the staging files are kept.',
  },
  {
    ...here,
    name: 'RudderWarehouseNoUpload',
    expr: own('last_over_time(warehouse_track_upload_missing[1h])'),
    threshold: { op: '>', value: 0.5, unit: '', by: 'destination' },
    forText: '2h',
    severity: 'critical',
    summary: `No upload of ${PIPELINE} has succeeded in its time`,
    description: 'The server itself says so (warehouse_track_upload_missing), for two hours.',
    runbook:
      'Look at the state of the newest upload: waiting for a worker, generating files, or loading.',
  },
  {
    ...here,
    name: 'RudderWarehouseNoRows',
    expr: asPipeline(
      `(sum by (source, destination, destination_type) (${named('increase(rows_synced[6h])', [], WAREHOUSE_ID)}) == 0) and on (source, destination) (${named('increase(num_staged_events[6h])', [], WAREHOUSE_ID)} > 0)`,
    ),
    forText: '15m',
    severity: 'critical',
    summary: `Events of ${PIPELINE} are staged, but no row has been synced for six hours`,
    description: 'Uploads seem to run and bring nothing.',
    runbook: 'See the errors of tables in wh_table_uploads.',
  },
  {
    ...here,
    name: 'RudderWarehouseIncompatible',
    expr: asPipeline(`sum by (source, destination, destination_type) (${discards})`),
    threshold: { op: '>', value: 0.5, unit: 'rows', by: 'destination' },
    forText: '0s',
    severity: 'warning',
    summary: `{{ printf "%.0f" $value }} row(s) of ${PIPELINE} did not fit their table`,
    description:
      'Values of another type than the column went to rudder_discards. Classic loaders of today do not single these out.',
    runbook:
      'Query rudder_discards in the warehouse for the column; change the client or the type of the column.',
  },
  {
    ...here,
    name: 'RudderWarehouseColumnLimit',
    expr: 'max by (destID, tableName) (warehouse_load_table_column_count / (warehouse_load_table_column_limit > 0))',
    threshold: { op: '>', value: 0.9, unit: 'ratio', by: 'tableName' },
    pipeline: PLATFORM,
    stage: 'uploads',
    forText: '0s',
    severity: 'warning',
    summary:
      'Table {{ $labels.tableName }} has {{ $value | humanizePercentage }} of the columns that its warehouse allows',
    description: 'At the limit loads fail.',
    runbook: 'Find properties whose names hold values (ids, dates) and turn them into values.',
  },
  {
    ...here,
    name: 'RudderWarehouseRowsLost',
    expr: own('abs(warehouse_staging_load_file_events_count_mismatched)'),
    threshold: { op: '>', value: 0.5, unit: 'rows', by: 'destination' },
    forText: '0s',
    severity: 'critical',
    summary: `{{ printf "%.0f" $value }} row(s) of ${PIPELINE} are in staging files and not in load files`,
    description: 'Nothing may be lost between the two.',
    runbook: 'Keep the staging files; look for workers that died while they wrote load files.',
  },
  {
    ...here,
    name: 'RudderWarehouseLongUpload',
    expr: own(grown('warehouse_long_running_upload', '1h')),
    threshold: { op: '>', value: 0.5, unit: 'uploads', by: 'destination' },
    forText: '0s',
    severity: 'warning',
    summary: `An upload of ${PIPELINE} has run for over two hours`,
    description: 'It holds a worker, and the next ones wait.',
    runbook:
      'What does the warehouse do? A lock on the table or a tiny warehouse is the usual reason.',
  },
  {
    pipeline: PLATFORM,
    stage: 'uploads',
    name: 'RudderWarehouseBacklog',
    expr: 'sum by (destType) (wh_processing_pending_jobs)',
    threshold: {
      op: '>',
      value: 20,
      unit: 'uploads',
      by: 'destType',
      also: 'and on (destType) sum by (destType) (wh_processing_available_workers) == 0',
    },
    forText: '30m',
    severity: 'warning',
    summary:
      '{{ printf "%.0f" $value }} uploads to {{ $labels.destType }} wait and no worker is free',
    description: 'For half an hour.',
    runbook: 'More workers (Warehouse.<type>.noOfWorkers), or find the upload that never ends.',
  },
  {
    pipeline: PLATFORM,
    stage: 'uploads',
    name: 'RudderWarehouseTrackerStale',
    expr: 'time() - max by (destType) (last_over_time(warehouse_cron_tracker_timestamp_seconds[6h]))',
    threshold: { op: '>', value: 1800, unit: 's', by: 'destType' },
    forText: '5m',
    severity: 'warning',
    summary:
      'Uploads to {{ $labels.destType }} have not been looked after for {{ $value | humanizeDuration }}',
    description: 'The tracker that finds missing uploads stands still.',
    runbook: 'Restart the warehouse service; read its log before.',
  },
  {
    pipeline: PLATFORM,
    stage: 'uploads',
    name: 'RudderWarehouseWorkerFailing',
    expr: `sum(${grown('worker_claim_processing_failed', '1h')})`,
    threshold: { op: '>', value: 5, unit: 'claims', by: '' },
    forText: '0s',
    severity: 'warning',
    summary: 'Workers of the warehouse failed {{ printf "%.0f" $value }} times in an hour',
    description: 'Pieces of work that were claimed and not done.',
    runbook: 'Object storage (read and write), temporary disk and memory of the workers.',
  },
  {
    pipeline: PLATFORM,
    stage: 'uploads',
    name: 'RudderWarehouseCertificates',
    expr: `sum(${grown('persist_ssl_file_failure', '1h')})`,
    threshold: { op: '>', value: 0.5, unit: 'failures', by: '' },
    forText: '0s',
    severity: 'warning',
    summary: 'Certificates for a warehouse cannot be written to disk',
    description: 'Connections that need them fail.',
    runbook: 'Is the temporary directory writable and not full?',
  },
]
