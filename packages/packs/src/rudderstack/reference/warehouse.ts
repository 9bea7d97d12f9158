/** What the warehouse service tells: uploads, tables, staging files. The form of a line: see `reference-table.ts`. */
import type { MetricReference } from '../../api.ts'
import { table } from './reference-table.ts'

export const WAREHOUSE: readonly MetricReference[] = [
  ...table(
    { group: 'Warehouse' },
    `
c persist_ssl_file_failure{destType,destinationID,errTag,module,sourceId,warehouseID,workspaceId} 1 Certificates that could not be written to disk; uploads then fail. || 0.
c dedup_rows{destID,destType,sourceCategory,sourceID,sourceType,tableName,workspaceId} rows Rows left out as duplicates.
c columns_added{destID,destType,module,sourceID,sourceType,warehouseID,workspaceId} columns Columns added to tables.
c tables_added{destID,destType,module,sourceID,sourceType,warehouseID,workspaceId} tables Tables made.
c columns_altered{destID,destType,module,sourceID,sourceType,warehouseID,workspaceId} columns Columns whose type was changed.
c wh_query_count{destinationID,destinationType,query_type,schema,sourceID,sourceType,workspaceID} 1 SQL statements sent to the warehouse.
c rows_staged{destinationId,module,sourceId,warehouseID,workspaceId} rows Events in staging files.
g wh_processing_pending_jobs{destType,module} jobs Uploads that wait.
g wh_processing_available_workers{destType,module} workers Workers that are free for uploads.
t wh_processing_pickup_lag{destType,module} s How late an upload was begun.
g warehouse_cron_tracker_timestamp_seconds{destType,module} s When the tracker of uploads last ran.
g warehouse_track_upload_missing{destType,destinationId,module,sourceId,workspaceId} uploads 1 while no upload has succeeded in the time in which one should have. || 0.
c warehouse_long_running_upload{destID,workspaceId} uploads Uploads that have run for over two hours.
c worker_claim_processing_failed{module,workerId} workers Pieces of work that a worker claimed and failed at.
t upload_time{destID,destType,module,sourceID,sourceType,warehouseID,workspaceId} s One attempt to upload. || Well below the interval of the sync.
t load_file_generation_time{destID,destType,module,sourceID,sourceType,warehouseID,workspaceId} s Making the files that are loaded.
c warehouse_failed_uploads{destID,destType,module,sourceID,sourceType,warehouseID,workspaceId} uploads Attempts to upload that failed and will be repeated. || Rare.
c total_rows_synced{destID,destType,module,sourceID,sourceType,warehouseID,workspaceId} rows Rows that uploads brought, over all tables.
c num_staged_events{destID,destType,module,sourceID,sourceType,warehouseID,workspaceId} events Events in uploads.
c upload_success{destID,destType,module,sourceID,sourceType,warehouseID,workspaceId} uploads Uploads that ended well.
g warehouse_staging_load_file_events_count_mismatched{destID,destType,module,sourceCategory,sourceID,sourceType,warehouseID,workspaceId} events Rows in staging files less rows in load files. || 0: anything else is lost rows.
t exporting_data{destID,destType,module,sourceID,sourceType,warehouseID,workspaceId} s How long uploads stay in the state of loading.
c error_exporting_data_failed{destID,destType,module,sourceID,sourceType,warehouseID,workspaceId} errors Uploads that failed while loading.
c upload_aborted{destID,destType,destination_creds_valid,error_mapping,module,sourceID,sourceType,warehouseID,workspaceId} uploads Uploads given up; the labels tell bad credentials from faults of the platform. || 0.
c rows_synced{destID,destType,module,sourceID,sourceType,tableName,warehouseID,workspaceId} rows Rows by table. Today eight names only, and \`others\`; in 2021 \`rudder_discards\` had one of its own.
g warehouse_load_table_column_count{destID,destType,module,sourceID,sourceType,tableName,warehouseID,workspaceId} tables Columns of a table after the load.
g warehouse_load_table_column_limit{destID,destType,module,sourceID,sourceType,tableName,warehouseID,workspaceId} tables Columns that this kind of warehouse allows.
c staging_files_processed{destID,destType,module,sourceID,warehouseID,worker_id,workspaceId} files Staging files handled.
c bytes_processed_in_staging_file{destID,destType,module,sourceID,warehouseID,workspaceId} bytes Bytes handled.
c pg_notifier_insert_records{module,queueName} 1 Count of pg notifier insert records.
c pgnotifier_publish{module} 1 Count of work queue publish.
c pgnotifier_claim{module,status} 1 Count of work queue claim.
c pgnotifier_claimUpdateFailed 1 Count of work queue claim update failed.
t pgnotifier_publishTime{module} s Time of work queue publish time.
t pgnotifier_claimTime{module,status} s Time of work queue claim time.
c pg_notifier_aborted_records{module,queueName,workspace} 1 Count of pg notifier aborted records.
t warehouse_grpc_response_time{code,reqType} s Time of warehouse grpc response.
c warehouse_archiver_archiveFailed 1 Count of warehouse archiver archive failed.
c warehouse_archiver_numArchivedUploads{destination,source} 1 Count of warehouse archiver number archived uploads.
c warehouse_process_api_status_count{destinationID,sourceId,status,statusCode,workspaceId} 1 Count of warehouse process api status.
c warehouse_clickhouse_numRowsLoadFile{destType,destination,identifier,source,tableName,workspaceId} 1 Count of warehouse clickhouse number rows load file.
t warehouse_clickhouse_downloadLoadFilesTime{destType,destination,identifier,source,tableName,workspaceId} s Time of warehouse clickhouse download load files time.
t warehouse_clickhouse_syncLoadFileTime{destType,destination,identifier,source,tableName,workspaceId} s Time of warehouse clickhouse sync load file time.
t warehouse_clickhouse_commitTime{destType,destination,identifier,source,tableName,workspaceId} s Time of warehouse clickhouse commit time.
c warehouse_clickhouse_failedRetries{destType,destination,identifier,source,tableName,workspaceId} 1 Count of warehouse clickhouse failed retries.
c warehouse_clickhouse_execTimeouts{destType,destination,identifier,source,tableName,workspaceId} 1 Count of warehouse clickhouse execution timeouts.
c warehouse_clickhouse_commitTimeouts{destType,destination,identifier,source,tableName,workspaceId} 1 Count of warehouse clickhouse commit timeouts.
h warehouse_staged_schema_size{destinationId,module,sourceId,warehouseID,workspaceId} 1 Distribution of warehouse staged schema size.
h schema_snapshot_patch_size{destinationId,module,sourceId,warehouseID,workspaceId} 1 Distribution of schema snapshot patch size.
h schema_snapshot_compression_ratio{destinationId,module,sourceId,warehouseID,workspaceId} ratio Distribution of schema snapshot compression ratio.
c wh_scheduler_upload_sync_skipped{destType,destinationID,workspaceId} uploads Count of warehouse scheduler upload sync skipped.
t wh_scheduler_pending_staging_files{destType,destinationID,workspaceId} s Time of warehouse scheduler pending staging files.
t wh_scheduler_create_upload_jobs{destType,destinationID,workspaceId} s Time of warehouse scheduler create upload jobs.
t wh_processing_pickup_wait_time{destType,module} s Time of warehouse processing pickup wait.
g wh_scheduler_warehouse_length{destType,module} 1 Warehouse scheduler warehouse length, now.
t wh_scheduler_total_scheduling_time{destType,module} s Time of warehouse scheduler total scheduling.
h warehouse_schema_size{destType,destinationId,module,sourceId,sourceType,workspaceId} 1 Distribution of warehouse schema size.
t worker_idle_time{module,workerId} s Time of worker idle.
t worker_claim_processing_time{module,workerId} s Time of worker claim processing.
c worker_claim_processing_succeeded{module,workerId} workers Count of worker claim processing succeeded.
c worker_processing_download_staging_file_failed{destID,destType,module} workers Count of worker processing download staging file failed.
g warehouse_concurrent_requests_count requests Warehouse concurrent requests, now.
t warehouse_response_time{code,method,reqType} s Time of warehouse response.
t user_tables_load_time{destID,destType,module,sourceID,sourceType,warehouseID,workspaceId} s Time of user tables load.
t identity_tables_load_time{destID,destType,module,sourceID,sourceType,warehouseID,workspaceId} s Time of identity tables load.
t other_tables_load_time{destID,destType,module,sourceID,sourceType,warehouseID,workspaceId} s Time of other tables load.
h warehouse_consolidated_schema_size{destID,destType,module,sourceID,sourceType,warehouseID,workspaceId} 1 Distribution of warehouse consolidated schema size.
g objects_deleted_count{destID,destType,module,object_storage_type,sourceID,sourceType,warehouseID,workspaceId} 1 Objects deleted, now.
t objects_deletion_time{destID,destType,module,object_storage_type,sourceID,sourceType,warehouseID,workspaceId} s Time of objects deletion.
t generating_upload_schema{destID,destType,module,sourceID,sourceType,warehouseID,workspaceId} s Time of generating upload schema.
c error_generating_upload_schema_failed{destID,destType,module,sourceID,sourceType,warehouseID,workspaceId} errors Uploads that failed in the state generating upload schema failed.
t creating_table_uploads{destID,destType,module,sourceID,sourceType,warehouseID,workspaceId} s Time of creating table uploads.
c error_creating_table_uploads_failed{destID,destType,module,sourceID,sourceType,warehouseID,workspaceId} errors Uploads that failed in the state creating table uploads failed.
t generating_load_files{destID,destType,module,sourceID,sourceType,warehouseID,workspaceId} s Time of generating load files.
c error_generating_load_files_failed{destID,destType,module,sourceID,sourceType,warehouseID,workspaceId} files Uploads that failed in the state generating load files failed.
t updating_table_uploads_counts{destID,destType,module,sourceID,sourceType,warehouseID,workspaceId} s Time of updating table uploads counts.
c error_updating_table_uploads_counts_failed{destID,destType,module,sourceID,sourceType,warehouseID,workspaceId} errors Uploads that failed in the state updating table uploads counts failed.
t creating_remote_schema{destID,destType,module,sourceID,sourceType,warehouseID,workspaceId} s Time of creating remote schema.
c error_creating_remote_schema_failed{destID,destType,module,sourceID,sourceType,warehouseID,workspaceId} errors Uploads that failed in the state creating remote schema failed.
c error_aborted{destID,destType,module,sourceID,sourceType,warehouseID,workspaceId} errors Uploads that failed in the state aborted.
g post_load_table_rows_estimate{destID,destType,module,sourceID,sourceType,tableName,warehouseID,workspaceId} rows Post load table rows estimate, now.
g post_load_table_rows{destID,destType,module,sourceID,sourceType,tableName,warehouseID,workspaceId} rows Post load table rows, now.
t staging_files_total_processing_time{destID,destType,module,sourceID,warehouseID,worker_id,workspaceId} s Time of staging files total processing.
t load_file_upload_time{destID,destType,module,sourceID,warehouseID,workspaceId} s Time of load file upload.
t load_file_total_upload_time{destID,destType,module,sourceID,warehouseID,workspaceId} s Time of load file total upload.
t download_staging_file_time{destID,destType,module,sourceID,warehouseID,workspaceId} s Time of download staging file.
t process_staging_file_time{destID,destType,module,sourceID,warehouseID,workspaceId} s The process of the transformer: staging file time. Without the prefix transformer_.
c bytes_downloaded_in_staging_file{destID,destType,module,sourceID,warehouseID,workspaceId} bytes Count of bytes downloaded in staging file.
c duplicate_events_in_staging_file{destID,destType,module,sourceID,warehouseID,workspaceId} events Count of duplicate events in staging file.
c warehouse_rudder_missing_datatype{datatype,destID,destType,module,sourceID,workspaceId} 1 Count of warehouse rudder missing datatype.
t warehouse_repo_query_wh_load_files_delete_duration_seconds s One question to the metadata: warehouse load files delete.
t warehouse_repo_query_wh_load_files_insert_duration_seconds{destId,destType} s One question to the metadata: warehouse load files insert.
t warehouse_repo_query_wh_load_files_get_duration_seconds s One question to the metadata: warehouse load files get.
t warehouse_repo_query_wh_load_files_get_by_id_duration_seconds s One question to the metadata: warehouse load files get by id.
t warehouse_repo_query_wh_load_files_total_exported_events_duration_seconds s One question to the metadata: warehouse load files total exported events.
t warehouse_repo_query_wh_load_files_distinct_table_name_duration_seconds{destId} s One question to the metadata: warehouse load files distinct table name.
t warehouse_repo_query_wh_table_uploads_insert_duration_seconds s One question to the metadata: warehouse table uploads insert.
t warehouse_repo_query_wh_table_uploads_get_by_upload_id_duration_seconds s One question to the metadata: warehouse table uploads get by upload id.
t warehouse_repo_query_wh_table_uploads_get_by_upload_id_and_table_name_duration_seconds s One question to the metadata: warehouse table uploads get by upload id and table name.
t warehouse_repo_query_wh_table_uploads_populate_total_events_with_tx_duration_seconds s One question to the metadata: warehouse table uploads populate total events with transaction.
t warehouse_repo_query_wh_table_uploads_total_exported_events_duration_seconds s One question to the metadata: warehouse table uploads total exported events.
t warehouse_repo_query_wh_table_uploads_set_duration_seconds s One question to the metadata: warehouse table uploads set.
t warehouse_repo_query_wh_table_uploads_exists_for_upload_id_duration_seconds s One question to the metadata: warehouse table uploads exists for upload id.
t warehouse_repo_query_wh_table_uploads_syncs_info_duration_seconds s One question to the metadata: warehouse table uploads syncs info.
t warehouse_repo_query_wh_table_uploads_get_by_job_run_task_run_duration_seconds{destId} s One question to the metadata: warehouse table uploads get by job run task run.
t warehouse_repo_query_wh_async_jobs_insert_duration_seconds{destId,workspaceId} s One question to the metadata: warehouse async jobs insert.
t warehouse_repo_query_wh_async_jobs_reset_duration_seconds s One question to the metadata: warehouse async jobs reset.
t warehouse_repo_query_wh_async_jobs_get_to_process_duration_seconds s One question to the metadata: warehouse async jobs get to process.
t warehouse_repo_query_wh_async_jobs_get_by_job_run_task_run_duration_seconds s One question to the metadata: warehouse async jobs get by job run task run.
t warehouse_repo_query_wh_async_jobs_on_update_success_duration_seconds s One question to the metadata: warehouse async jobs on update success.
t warehouse_repo_query_wh_async_jobs_on_update_failure_duration_seconds s One question to the metadata: warehouse async jobs on update failure.
t warehouse_repo_query_wh_async_jobs_mark_executing_duration_seconds s One question to the metadata: warehouse async jobs mark executing.
t warehouse_repo_query_wh_schemas_insert_duration_seconds{destId,destType} s One question to the metadata: warehouse schemas insert.
t warehouse_repo_query_wh_schemas_get_for_namespace_duration_seconds{destId} s One question to the metadata: warehouse schemas get for namespace.
t warehouse_repo_query_wh_schemas_get_namespace_duration_seconds{destId} s One question to the metadata: warehouse schemas get namespace.
t warehouse_repo_query_wh_schemas_get_tables_for_connection_duration_seconds s One question to the metadata: warehouse schemas get tables for connection.
t warehouse_repo_query_wh_schemas_set_expiry_for_destination_duration_seconds{destId} s One question to the metadata: warehouse schemas set expiry for destination.
t warehouse_repo_query_wh_schemas_get_destination_namespaces_duration_seconds{destId} s One question to the metadata: warehouse schemas get destination namespaces.
t warehouse_repo_query_wh_staging_file_schema_snapshots_insert_duration_seconds{destId,workspaceId} s One question to the metadata: warehouse staging file schema snapshots insert.
t warehouse_repo_query_wh_staging_file_schema_snapshots_get_latest_duration_seconds{destId} s One question to the metadata: warehouse staging file schema snapshots get latest.
t warehouse_repo_query_wh_staging_files_insert_duration_seconds{destId,workspaceId} s One question to the metadata: warehouse staging files insert.
t warehouse_repo_query_wh_staging_files_get_by_id_duration_seconds s One question to the metadata: warehouse staging files get by id.
t warehouse_repo_query_wh_staging_files_get_schemas_by_ids_duration_seconds s One question to the metadata: warehouse staging files get schemas by ids.
t warehouse_repo_query_wh_staging_files_get_for_upload_id_duration_seconds s One question to the metadata: warehouse staging files get for upload id.
t warehouse_repo_query_wh_staging_files_pending_duration_seconds{destId} s One question to the metadata: warehouse staging files pending.
t warehouse_repo_query_wh_staging_files_count_pending_for_source_duration_seconds s One question to the metadata: warehouse staging files count pending for source.
t warehouse_repo_query_wh_staging_files_count_pending_for_destination_duration_seconds{destId} s One question to the metadata: warehouse staging files count pending for destination.
t warehouse_repo_query_wh_staging_files_total_events_for_upload_id_duration_seconds s One question to the metadata: warehouse staging files total events for upload id.
t warehouse_repo_query_wh_staging_files_get_event_time_ranges_by_upload_id_duration_seconds s One question to the metadata: warehouse staging files get event time ranges by upload id.
t warehouse_repo_query_wh_staging_files_destination_revision_ids_for_upload_id_duration_seconds s One question to the metadata: warehouse staging files destination revision ids for upload id.
t warehouse_repo_query_wh_staging_files_set_statuses_duration_seconds s One question to the metadata: warehouse staging files set statuses.
t warehouse_repo_query_wh_uploads_create_with_staging_files_duration_seconds{destId,destType,workspaceId} s One question to the metadata: warehouse uploads create with staging files.
t warehouse_repo_query_wh_uploads_count_duration_seconds s One question to the metadata: warehouse uploads count.
t warehouse_repo_query_wh_uploads_get_duration_seconds s One question to the metadata: warehouse uploads get.
t warehouse_repo_query_wh_uploads_get_to_process_duration_seconds s One question to the metadata: warehouse uploads get to process.
t warehouse_repo_query_wh_uploads_upload_jobs_stats_duration_seconds{destType} s One question to the metadata: warehouse uploads upload jobs figures.
t warehouse_repo_query_wh_uploads_upload_timings_duration_seconds s One question to the metadata: warehouse uploads upload timings.
t warehouse_repo_query_wh_uploads_delete_waiting_duration_seconds s One question to the metadata: warehouse uploads delete waiting.
t warehouse_repo_query_wh_uploads_pending_table_uploads_duration_seconds{destId} s One question to the metadata: warehouse uploads pending table uploads.
t warehouse_repo_query_wh_uploads_reset_in_progress_duration_seconds{destType} s One question to the metadata: warehouse uploads reset in progress.
t warehouse_repo_query_wh_uploads_last_created_at_duration_seconds{destId} s One question to the metadata: warehouse uploads last created at.
t warehouse_repo_query_wh_uploads_syncs_info_for_multi_tenant_duration_seconds{destId,destType,workspaceId} s One question to the metadata: warehouse uploads syncs info for multi tenant.
t warehouse_repo_query_wh_uploads_syncs_info_for_non_multi_tenant_duration_seconds{destId,destType,workspaceId} s One question to the metadata: warehouse uploads syncs info for non multi tenant.
t warehouse_repo_query_wh_uploads_syncs_info_duration_seconds{destId,destType,workspaceId} s One question to the metadata: warehouse uploads syncs info.
t warehouse_repo_query_wh_uploads_syncs_count_duration_seconds{destId,destType,workspaceId} s One question to the metadata: warehouse uploads syncs count.
t warehouse_repo_query_wh_uploads_trigger_upload_duration_seconds s One question to the metadata: warehouse uploads trigger upload.
t warehouse_repo_query_wh_uploads_retry_duration_seconds{destId,destType,forceRetry,workspaceId} s One question to the metadata: warehouse uploads retry.
t warehouse_repo_query_wh_uploads_retry_count_duration_seconds{destId,destType,forceRetry,workspaceId} s One question to the metadata: warehouse uploads retry count.
t warehouse_repo_query_wh_uploads_get_latest_upload_info_duration_seconds{destId} s One question to the metadata: warehouse uploads get latest upload info.
t warehouse_repo_query_wh_uploads_retrieve_failed_batches_duration_seconds{destId,workspaceId} s One question to the metadata: warehouse uploads retrieve failed batches.
t warehouse_repo_query_wh_uploads_retry_failed_batches_duration_seconds{destId,status,workspaceId} s One question to the metadata: warehouse uploads retry failed batches.
t warehouse_repo_query_wh_uploads_update_duration_seconds s One question to the metadata: warehouse uploads update.
t warehouse_repo_query_wh_uploads_get_first_aborted_upload_in_continuous_aborts_by_destination_duration_seconds{workspaceId} s One question to the metadata: warehouse uploads get first aborted upload in continuous aborts by destination.
t warehouse_repo_query_wh_uploads_get_sync_latencies_duration_seconds{destId,workspaceId} s One question to the metadata: warehouse uploads get sync latencies.
t notifier_repo_query_pg_notifier_queue_reset_for_workspace_duration_seconds{workspaceIdentifier} s Time of notifier metadata query pg notifier queue reset for workspace.
t notifier_repo_query_pg_notifier_queue_insert_duration_seconds{jobType,workspaceIdentifier} s Time of notifier metadata query pg notifier queue insert.
t notifier_repo_query_pg_notifier_queue_pending_by_batch_id_duration_seconds s Time of notifier metadata query pg notifier queue pending by batch id.
t notifier_repo_query_pg_notifier_queue_get_by_batch_id_duration_seconds s Time of notifier metadata query pg notifier queue get by batch id.
t notifier_repo_query_pg_notifier_queue_delete_by_batch_id_duration_seconds s Time of notifier metadata query pg notifier queue delete by batch id.
t notifier_repo_query_pg_notifier_queue_claim_duration_seconds{workerID} s Time of notifier metadata query pg notifier queue claim.
t notifier_repo_query_pg_notifier_queue_on_claim_failed_duration_seconds{jobStatus,jobType,workspaceIdentifier} s Time of notifier metadata query pg notifier queue on claim failed.
t notifier_repo_query_pg_notifier_queue_on_claim_success_duration_seconds{jobStatus,jobType,workspaceIdentifier} s Time of notifier metadata query pg notifier queue on claim success.
t notifier_repo_query_pg_notifier_queue_orphan_job_ids_duration_seconds s Time of notifier metadata query pg notifier queue orphan job ids.
t notifier_repo_query_pg_notifier_queue_refresh_claim_duration_seconds s Time of notifier metadata query pg notifier queue refresh claim.
`,
  ),
]
