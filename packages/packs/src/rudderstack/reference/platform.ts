/** Control plane, reporting, regulations, migrations, and what else there is. The form of a line: see `reference-table.ts`. */
import type { MetricReference } from '../../api.ts'
import { table } from './reference-table.ts'

export const PLATFORM: readonly MetricReference[] = [
  ...table(
    { group: 'Control plane, reporting and the rest' },
    `
c config_backend_errors errors Failed questions to the control plane. || 0.
g config_from_cache look-ups 1 when the configuration came from the cache of the last run. || 0.
c events_processed_total{destinationId,destinationType,reportedBy,sourceCategory,sourceId,status,statusCode,terminal,trackingPlanId,workspaceId} events Events by stage of the reporting and by status; terminal="true" is the last stage.
g reporting_metrics_lag_seconds{client} s Age of the oldest report that is not sent yet. || Minutes.
g rsources_log_replication_lag 1 Sync records log replication lag, now.
g rsources_log_replication_slot 1 Sync records log replication slot, now.
t cluster_server_start_time{controlled_by,controller_type} s Time of cluster server start.
t cluster_server_stop_time{controlled_by,controller_type} s Time of cluster server stop.
c cluster_server_start_count{controlled_by,controller_type} 1 Count of cluster server start.
c cluster_server_stop_count{controlled_by,controller_type} 1 Count of cluster server stop.
c backend_config_http_calls 1 Count of backend configuration HTTP calls.
h backend_config_http_response_size bytes Distribution of backend configuration HTTP response size.
t partition_mig_gw_reload{component,nodeIndex} s Time of partition migration gateway reload.
t partition_mig_jobexec_run{nodeIndex,tablePrefix,target} s Time of partition migration job runner run.
c partition_mig_jobexec_jobs_sent{nodeIndex,tablePrefix,target} jobs Count of partition migration job runner jobs sent.
t partition_mig_jobexec_jobs_acked{nodeIndex,tablePrefix,target} s Time of partition migration job runner jobs acked.
t partition_mig_jobexec_fail_executing{nodeIndex,tablePrefix,target} s Time of partition migration job runner fail executing.
t partition_mig_server_stream_time{tablePrefix} s Time of partition migration server stream.
c partition_mig_server_ack_jobs{tablePrefix} jobs Count of partition migration server ack jobs.
c partition_mig_server_dedup_jobs{tablePrefix} jobs Count of partition migration server dedup jobs.
t partition_mig_handle{component,nodeIndex} s Time of partition migration handle.
t partition_mig_src_handle{component,nodeIndex} s Time of partition migration src handle.
t partition_mig_src_wait_inprogress{component,nodeIndex} s Time of partition migration src wait inprogress.
t partition_mig_src_job{component,nodeIndex} s Time of partition migration src job.
t partition_mig_target_handle{component,nodeIndex} s Time of partition migration target handle.
t partition_mig_target_job{component,nodeIndex} s Time of partition migration target job.
c activation_records_origin_truncated 1 Count of activation records origin truncated.
c activation_records_skipped{reason} 1 Count of activation records skipped.
h activation_records_hll_bytes{destination_id,source_id,workspace_id} bytes Distribution of activation records distinct-count sketch bytes.
t reporting_client_http_request_latency{endpoint,instanceId,module,path} s Time of reporting client HTTP request.
c reporting_client_http_request{endpoint,instanceId,module,path,status} requests Count of reporting client HTTP request.
c reporting_client_http_request_total_bytes{endpoint,instanceId,module,path} bytes Count of reporting client HTTP request total bytes.
c reporting_client_http_request_compressed_bytes{endpoint,instanceId,module,path} bytes Count of reporting client HTTP request compressed bytes.
c reporting_client_http_total_duration_seconds{endpoint,instanceId,module,path} s Count of reporting client HTTP.
t erridx_partition_time s Time of erridx partition.
g erridx_active_partitions 1 Erridx active partitions, now.
c erridx_uploaded_jobs{sourceId,workspaceId} jobs Count of erridx uploaded jobs.
c erridx_processed_jobs{sourceId,state,workspaceId} jobs Count of erridx processed jobs.
t error_detail_reporter_report_time s Time of error detail reporter report.
g error_detail_reports_metrics_lag_seconds s Error detail reports metrics lag, now.
c error_detail_reporting_failures errors Uploads that failed in the state detail reporting failures.
c error_detail_reporting_http_request requests Uploads that failed in the state detail reporting HTTP request.
t reporting_vacuum_duration{clientName,instanceId,workspaceId} s Time of reporting vacuum.
t error_detail_reporter_normalizer_cleanup_time s Time of error detail reporter normalizer cleanup.
t error_detail_reports_main_loop_time{clientName,instanceId,workspaceID} s Time of error detail reports main loop.
t error_detail_reports_get_reports_time{clientName,instanceId,workspaceID} s Time of error detail reports get reports.
t error_detail_reports_aggregate_time{clientName,instanceId,workspaceID} s Time of error detail reports aggregate.
h error_detail_reports_size{clientName,instanceId,workspaceID} errors Distribution of error detail reports size.
h error_detail_reports_aggregated_size{clientName,instanceId,workspaceID} errors Distribution of error detail reports aggregated size.
t error_detail_reports_delete_query_time{clientName,instanceId,workspaceID} s Time of error detail reports delete query.
t error_detail_reports_min_reported_at_query_time{clientName,instanceId,workspaceID} s Time of error detail reports min reported at query.
t error_detail_reports_query_time{clientName,instanceId,workspaceID} s Time of error detail reports query.
c reporting_event_sampler_requests_total{module,operation,type} requests Count of reporting event sampler requests.
t reporting_event_sampler_request_duration_seconds{module,operation,type} s Time of reporting event sampler request.
g reporting_badger_db_size_bytes{module,usageType} bytes Reporting badger database size bytes, now.
h reporting_flusher_get_reports_count{instance,module,table} 1 Distribution of reporting flusher get reports.
h reporting_flusher_get_aggregated_reports_count{instance,module,table} 1 Distribution of reporting flusher get aggregated reports.
t reporting_flusher_flush_duration_seconds{instance,module,table} s Time of reporting flusher flush.
g reporting_flusher_lag_seconds{instance,module,table} s Reporting flusher lag, now.
t reporting_flusher_get_min_reported_at_query_duration_seconds{instance,module,table} s Time of reporting flusher get min reported at query.
t reporting_flusher_get_aggregated_reports_duration_seconds{instance,module,table} s Time of reporting flusher get aggregated reports.
t reporting_flusher_send_reports_duration_seconds{instance,module,table} s Time of reporting flusher send reports.
t reporting_flusher_delete_reports_duration_seconds{instance,module,table} s Time of reporting flusher delete reports.
t reporting_flusher_vacuum_reports_duration_seconds{instance,module,table} s Time of reporting flusher vacuum reports.
g reporting_flusher_concurrent_requests_in_progress{instance,module,table} requests Reporting flusher concurrent requests in progress, now.
t reporting_client_main_loop_time{clientName,instanceId,workspaceId} s Time of reporting client main loop.
t reporting_client_get_reports_time{clientName,instanceId,workspaceId} s Time of reporting client get reports.
h reporting_client_get_reports_count{clientName,instanceId,workspaceId} 1 Distribution of reporting client get reports.
t reporting_client_get_aggregated_reports_time{clientName,instanceId,workspaceId} s Time of reporting client get aggregated reports.
h reporting_client_get_aggregated_reports_count{clientName,instanceId,workspaceId} 1 Distribution of reporting client get aggregated reports.
c reporting_main_loop_blocked_due_to_active_transactions_count{clientName} transactions Count of reporting main loop blocked due to active transactions.
t reporting_client_get_min_reported_at_query_time{clientName,instanceId,workspaceId} s Time of reporting client get min reported at query.
t reporting_client_get_reports_query_time{clientName,instanceId,workspaceId} s Time of reporting client get reports query.
g badger_db_size{name,type} 1 Badger database size, now.
h tracked_users_hll_bytes{identifier,source_id,workspace_id} bytes Distribution of tracked users distinct-count sketch bytes.
t regulation_manager_request_time{op} s Time of regulation manager request.
c regulation_manager_request_timeout requests Count of regulation manager request timeout.
c regulation_worker_user_count_per_job{destinationId} jobs Count of regulation worker user count per job.
t regulation_worker_cleaning_time{destinationId,destinationType,jobType,workspaceId} s Time of regulation worker cleaning.
c regulation_worker_delete_api_timeout{destinationId,destinationType,jobType,workspaceId} workers Count of regulation worker delete api timeout.
t regulation_worker_file_cleaning_time{destinationId,jobType,workspaceId} s Time of regulation worker file cleaning.
c regulation_worker_file_size_mb{jobId} workers Count of regulation worker file size mb.
c regulation_worker_attempted_user_deletions_count{destinationType,destinationid,status,workspaceId} workers Count of regulation worker attempted user deletions.
t regulation_worker_deletion_time{destinationType,destinationid,status,workspaceId} s Time of regulation worker deletion.
c regulation_worker_deleted_user_count{destinationType,destinationid,workspaceId} workers Count of regulation worker deleted user.
t regulation_worker_loop_time{destinationType,destinationid,status,workspaceId} s Time of regulation worker loop.
c debugger_http_errors{resource} errors Count of debugger HTTP errors.
t debugger_http_requests{resource,responseCode} s Time of debugger HTTP requests.
t rsources_publish_time_second{module} s Time of sync records publish time second.
t suppression_backup_service_full_sync_time s Time of suppression backup service full sync.
t suppression_backup_service_full_export_time s Time of suppression backup service full export.
t suppression_backup_service_latest_sync_time s Time of suppression backup service latest sync.
t suppression_backup_service_latest_export_time s Time of suppression backup service latest export.
`,
  ),
]
