import { RATE, graph, heatmap, mean, stat } from '../../board-panels.ts'
import type { DashboardDefinition } from '../../pack.ts'
import { PLACE, PLACE_VARIABLES } from './place.ts'

const WAY = '{{source}} → {{destination}}'
const uploads = (result: string): string =>
  `rudderstack:uploads:increase1h{result="${result}",${PLACE}}`

export const WAREHOUSE_BOARD: DashboardDefinition = {
  name: 'weir-rudderstack-warehouse',
  title: 'RudderStack warehouse',
  description: 'Syncs to warehouses: uploads, rows, tables and columns, files.',
  variables: PLACE_VARIABLES,
  rows: [
    {
      title: 'At a glance',
      panels: [
        stat(
          ['Rows, 1 h', 'Synced.'],
          'short',
          `sum(rudderstack:rows_synced:increase1h{${PLACE}})`,
        ),
        stat(['Uploads, 1 h', 'That ended well.'], 'short', `sum(${uploads('success')})`),
        stat(
          ['Failed, 1 h', 'Attempts, to be repeated.'],
          'short',
          `sum(${uploads('failed')}) or vector(0)`,
          { thresholds: [{ from: 1, color: 'orange' }] },
        ),
        stat(
          ['Aborted, 1 h', 'Uploads given up.'],
          'short',
          `sum(${uploads('aborted')}) or vector(0)`,
          { thresholds: [{ from: 1, color: 'red' }] },
        ),
        stat(['Waiting', 'Uploads without a worker.'], 'short', 'sum(wh_processing_pending_jobs)'),
        stat(['Free workers', 'For uploads.'], 'short', 'sum(wh_processing_available_workers)'),
      ],
    },
    {
      title: 'Syncs',
      panels: [
        graph(
          ['Rows by table, 1 h', 'Tables without a name of their own are in others.'],
          'short',
          [[`sum by (tableName) (increase(rows_synced[1h]))`, '{{tableName}}']],
        ),
        graph(['Rows, 1 h', 'By way.'], 'short', [
          [`rudderstack:rows_synced:increase1h{${PLACE}}`, WAY],
        ]),
        graph(['Since the last sync', 'Grows until the next.'], 's', [
          ['time() - rudderstack:last_synced_time_seconds', '{{pipeline}}'],
        ]),
        heatmap(
          ['Lag of syncs', 'First and last event of each, of three hours.'],
          `sum by (le) (rudderstack:sync_seconds_bucket:increase3h{${PLACE}})`,
        ),
        graph(
          ['Time of an upload, p95', 'By way.'],
          's',
          [
            [
              `histogram_quantile(0.95, sum by (source, destination, le) (rudderstack:upload_seconds_bucket:increase1h{${PLACE}}))`,
              WAY,
            ],
          ],
          { width: 12 },
        ),
        graph(['Failed and aborted, 1 h', 'By way.'], 'short', [
          [uploads('failed'), `${WAY} failed`],
          [uploads('aborted'), `${WAY} aborted`],
        ]),
        graph(['Loading', 'Mean time in this state.'], 's', [
          [mean('exporting_data', 'destType'), '{{destType}}'],
        ]),
        graph(['Making load files', 'Mean.'], 's', [
          [mean('load_file_generation_time', 'destType'), '{{destType}}'],
        ]),
      ],
    },
    {
      title: 'Schema',
      panels: [
        graph(['Tables and columns, 1 h', 'Added and changed.'], 'short', [
          ['sum(increase(tables_added[1h]))', 'tables'],
          ['sum(increase(columns_added[1h]))', 'columns'],
          ['sum(increase(columns_altered[1h]))', 'columns changed'],
        ]),
        graph(['Columns of the limit', 'By table.'], 'percentunit', [
          [
            'max by (tableName) (warehouse_load_table_column_count / (warehouse_load_table_column_limit > 0))',
            '{{tableName}}',
          ],
        ]),
        graph(['Rows that did not fit, 1 h', 'Sent to the table of discards.'], 'short', [
          ['sum(increase(rows_synced{tableName="rudder_discards"}[1h]))', 'loaders'],
          ['sum(increase(snowpipe_streaming_discards[1h]))', 'Snowpipe streaming'],
          ['sum(increase(bqstream_all_events_discards[1h]))', 'BigQuery streaming'],
        ]),
      ],
    },
    {
      title: 'Files and workers',
      panels: [
        graph(['Staging files', 'Handled.'], 'ops', [
          [`sum by (destType) (rate(staging_files_processed[${RATE}]))`, '{{destType}}'],
        ]),
        graph(['Bytes of staging files', 'Handled.'], 'Bps', [
          [`sum(rate(bytes_processed_in_staging_file[${RATE}]))`, 'bytes'],
        ]),
        graph(['Staged events', 'Announced by the batch router.'], 'eps', [
          [`sum(rate(rows_staged[${RATE}]))`, 'events'],
        ]),
        graph(['Lag of pick-up', 'Mean.'], 's', [
          [mean('wh_processing_pickup_lag', 'destType'), '{{destType}}'],
        ]),
        graph(['SQL statements', 'By kind.'], 'ops', [
          [`sum by (query_type) (rate(wh_query_count[${RATE}]))`, '{{query_type}}'],
        ]),
        graph(['Duplicates left out', 'Rows on merge.'], 'rowsps', [
          [`sum by (destType) (rate(dedup_rows[${RATE}]))`, '{{destType}}'],
        ]),
      ],
    },
  ],
}
