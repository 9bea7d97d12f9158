/** Names that servers and transformers of former years sent. The form of a line: see `reference-table.ts`. */
import type { MetricReference } from '../../api.ts'
import { table } from './reference-table.ts'

export const FORMER: readonly MetricReference[] = [
  ...table(
    { group: 'Former names: ingestion', versions: 'of 2021' },
    `
c gateway_work_space_dropped_requests{source,writeKey} requests Requests turned away with 429 (today gateway_write_key_dropped_requests).
c gateway_user_request_worker_<i>_buffer_full requests Count of gateway user request worker buffer full.
c gateway_user_request_worker_<i>_time_out requests Count of gateway user request worker time out.
`,
  ),
  ...table(
    { group: 'Former names: processor and user transformation', versions: 'of 2021' },
    `
c proc_num_events{destType,destination,module} events Events for a destination (today proc_transform_stage_in_count).
c proc_num_output_events{destType,destination,module} events Events that came out for a destination.
t proc_user_transform{destType,destination,module} s User transformations, per destination (today proc_transform_stage_duration).
t proc_dest_transform{destType,destination,module} s Destination transformations, per destination.
c processor_router_db_write 1 Jobs written to the router's queue.
c processor_batch_router_db_write batches Jobs written to the batch router's queue.
t processor_loop_time s One round of the processor.
t processor_user_transform_time s User transformation of a whole batch.
c processor_transformer_failed 1 Events that the transformer failed on.
c transformer_events_into_vm{transformerVersionId} events Events given to one run.
t transformer_isolate_wall_time{transformerVersionId} s Wall time inside the isolate.
t transformer_isolate_cpu_time{transformerVersionId} s CPU time inside the isolate.
t transformer_user_transform_function_latency{processSessions,transformationVersionId} s Running a user's function.
t proc_session_transform{destType,destination,module} s Time of processor session transform.
g processor_active_users 1 Processor active users, now.
c processor_proc_err_db_write 1 Count of processor processor error database write.
t processor_event_schemas_time s Time of processor event schemas.
t processor_session_transform_time s Time of processor session transform.
t processor_dest_transform_time s Time of processor destination transform.
t processor_job_list_sort s Time of processor job list sort.
t processor_marshal_singular_events s Time of processor marshal singular events.
t processor_dest_processing s Time of processor destination processing.
t processor_err_db_read_time s Time of processor error database read.
t processor_err_db_write_time s Time of processor error database write.
t Processor_err_upload_time s Time of processor error upload.
t processor_transformation_time s Time of processor transformation.
c dropped_events_count{module,writeKey} events Count of dropped events.
c dropped_event_models_count{module} events Count of dropped event models.
c dropped_schema_versions_count{eventModelID,module} 1 Count of dropped schema versions.
g update_event_model_count{module} events Update event model, now.
g update_schema_version_count{module} 1 Update schema version, now.
g transformer_isolate_vm_pool_size{transformerVersionId} 1 Isolate isolate pool size, in the transformer, now.
g transformer_isolate_vm_pool_available{transformerVersionId} 1 Isolate isolate pool available, in the transformer, now.
t transformer_get_transformation_code{transformerVersionId} s Time of get transformation code, in the transformer.
c transformer_get_transformation_code_success{transformerVersionId} 1 Count of get transformation code success, in the transformer.
c transformer_get_transformation_code_error{transformerVersionId} errors Count of get transformation code error, in the transformer.
t transformer_get_libraries_code{transformerVersionId} s Time of get libraries code, in the transformer.
c transformer_get_libraries_code_success{transformerVersionId} 1 Count of get libraries code success, in the transformer.
c transformer_get_libraries_code_error{transformerVersionId} errors Count of get libraries code error, in the transformer.
t transformer_user_transform_request_latency{processSessions} s Time of user transform request, in the transformer.
c transformer_dest_transform_errors{destination,version} errors Count of destination transform errors, in the transformer.
t transformer_dest_transform_request_latency{destination,version} s Time of destination transform request, in the transformer.
`,
  ),
  ...table(
    { group: 'Former names: queues', versions: 'of 2021' },
    `
g jobsdb_gw_tables_count jobs Queue gateway tables, now.
g jobsdb_rt_tables_count jobs Queue router tables, now.
g jobsdb_batch_rt_tables_count jobs Queue batch router tables, now.
g jobsdb_proc_error_tables_count jobs Queue processor error tables, now.
t jobsdb_gw_new_ds_period s Time of queue gateway new dataset period.
t jobsdb_rt_new_ds_period s Time of queue router new dataset period.
t jobsdb_batch_rt_new_ds_period s Time of queue batch router new dataset period.
t jobsdb_proc_error_new_ds_period s Time of queue processor error new dataset period.
t jobsdb_gw_drop_ds_period s Time of queue gateway drop dataset period.
t jobsdb_rt_drop_ds_period s Time of queue router drop dataset period.
t jobsdb_batch_rt_drop_ds_period s Time of queue batch router drop dataset period.
t jobsdb_proc_error_drop_ds_period s Time of queue processor error drop dataset period.
t isEmptyCheck{customVal} s Time of is empty check.
t table_FileDump_TimeStat{customVal} s Time of table file dump.
t total_TableDump_TimeStat{customVal} s Time of total table dump.
t fileUpload_TimeStat{customVal} s Time of file upload.
t <customVal>_<state>_processed_jobs{customVal} s Time of processed jobs.
t <customVal>_unprocessed_jobs{customVal} s Time of unprocessed jobs.
t <customVal>_unprocessed{customVal} s Time of unprocessed.
t <customVal>_<state>_delete_job_status{customVal} s Time of delete job status.
t <customVal>_<state>_processed{customVal} s Time of processed.
t <customVal>_unprocessed_count{customVal} s Time of unprocessed.
t <customVal>_unprocessed_jobs_count{customVal} s Time of unprocessed jobs.
t <customVal>_<state>_processed_count{customVal} s Time of processed.
t <customVal>_<state>_processed_jobs_count{customVal} s Time of processed jobs.
t get_for_export_and_update_status{customVal} s Time of get for export and update status.
t get_for_export_and_update_status_ds{customVal} s Time of get for export and update status dataset.
t update_status_and_checkpoint{customVal} s Time of update status and checkpoint.
t is_migrating_check{customVal} s Time of is migrating check.
t get_non_exported_job_count{customVal} s Time of get non exported job.
t pre_export_cleanup{customVal} s Time of pre export cleanup.
t post_export_cleanup{customVal} s Time of post export cleanup.
t store_imported_jobs_and_statuses{customVal} s Time of store imported jobs and statuses.
`,
  ),
  ...table(
    { group: 'Former names: destinations', versions: 'of 2021' },
    `
t batch_router_<destination>_dest_upload_time s Time of batch router destination upload.
t batch_router_<destination>_<storage>_dest_upload_time s Time of batch router destination upload.
t router_batch_time{destType} s Time of router batch.
t router_processor_transformer_request_time s Time of router processor transformer request.
c transformer_api_call_count{integration,state,status,url} 1 Count of api call, in the transformer.
`,
  ),
  ...table(
    { group: 'Former names: warehouse', versions: 'of 2021' },
    `
g pre_load_table_rows{destType,module,tableName,warehouseID} rows Pre load table rows, now.
c error_<state>{destType,module,warehouseID} errors Count of error.
`,
  ),
  ...table(
    { group: 'Former names: runtime', versions: 'of 2021' },
    `
g recovery_mode_normal{appType} 1 1 normal, 2 degraded, 4 migrating (until April 2024; the manual said 0).
`,
  ),
]
