/** What the processor tells: transformations, tracking plans, deduplication. The form of a line: see `reference-table.ts`. */
import type { MetricReference } from '../../api.ts'
import { table } from './reference-table.ts'

export const PROCESSOR: readonly MetricReference[] = [
  ...table(
    { group: 'Processor and user transformation' },
    `
c transformer_client_perpetual_retry_count{attempt,name,reason} retries Calls to the transformer that are tried again and never given up, by reason. || 0: each one holds the pipeline up.
c processor_delayed_events{sdkVersion,sourceId,sourceType,status,workspaceId} events Events by \`status\`: late, on-time, or without the times to tell.
h processor_transformer_request_batch_count{dest_id,dest_type,destinationId,destinationType,endpoint,language,mirroring,sourceId,sourceType,src_id,stage,transformationId,workspaceId} requests Events in one such call.
c processor_transformer_sent 1 Events sent to the transformer.
c processor_transformer_received 1 Events that came back; filters and fan-out make it differ from those sent.
t transformer_client_total_time{destType,dest_id,dest_type,destinationId,destinationType,endpoint,language,mirroring,sourceId,sourceType,src_id,stage,transformationId,workspaceId} s A call to the transformer with all its retries.
g processor_control_plane_down 1 1 while the transformer cannot reach the control plane. || 0.
t processor_transformer_request_time{dest_id,dest_type,destinationId,destinationType,endpoint,language,mirroring,sourceId,sourceType,src_id,stage,success,transformationId,workspaceId} s One HTTP call to the transformer. || Mean below half a second.
c proc_transform_stage_in_count{destType,destination,error,mirroring,module,source,transform_at,transformationType,transformation_id,transformation_version_id,workspaceId} 1 Events into a stage of transformation; \`transformationType\` says which, \`destination\` and \`source\` are ids here.
c proc_transform_stage_out_count{destType,destination,error,mirroring,module,source,transform_at,transformationType,transformation_id,transformation_version_id,workspaceId} 1 Events out of it; error="true" are those that failed there.
t proc_transform_stage_duration{destType,destination,error,mirroring,module,source,transform_at,transformationType,transformation_id,transformation_version_id,workspaceId} s How long the stage took, per destination: what a user transformation costs as the server sees it.
c processor_gateway_db_read{partition} 1 Jobs read from the gateway's queue.
c processor_gateway_db_write{partition} 1 Statuses written back to that queue. Zeros are sent too, so a stop can be seen. || Never still while requests arrive.
t processor_gateway_db_read_time{partition} s One read of the gateway's queue.
t processor_gateway_db_write_time{partition} s One write of statuses.
c processor_num_requests{partition} requests Jobs (requests) that the processor took from the queue.
c processor_num_events{partition} events Events in those jobs. || As many as the gateway stores; fewer for long means that the processor falls behind.
c processor_num_output_events{module,partition} events Events given on, by the router that takes them: \`module\`.
c proc_filtered_counts{destName,stage,statusCode} 1 Events left out on purpose (status 298 and 299).
c proc_error_counts{destName,stage,statusCode} errors Events that failed in the processor, by stage and status code. || Below one in a hundred of all.
t processor_event_pickup_lag_seconds{sourceId,workspaceId} s Age of an event when the processor takes it up; a sample of all. By StatsD milliseconds. || Seconds.
g pipeline_delay_min_seconds{destType,module,partition} s Age of the youngest job of the batch just taken up.
g pipeline_delay_max_seconds{destType,module,partition} s Age of the oldest job of that batch: how far the module is behind. || Seconds to a minute.
c proc_num_tp_input_events{destType,destination,source,trackingPlanId,trackingPlanVersion,workspaceId} events Events that a tracking plan judged.
c proc_num_tp_output_failed_events{destType,destination,source,trackingPlanId,trackingPlanVersion,workspaceId} events Events that broke their tracking plan.
c processor_write_key_duplicate_events{source} events Events left out because they came before.
t proc_geo_enricher_request_latency{sourceId,sourceType,workspaceId} s Time of processor geo enricher request.
c proc_geo_enricher_request{error,sourceId,sourceType,workspaceId} requests Count of processor geo enricher request.
t processor_grpc_response_time{code,reqType} s Time of processor grpc response.
t processor_pyt_request_handle_time{op,route,success,workspaceId} s Time of processor pyt request handle.
t processor_pyt_forward_rpc_time{op,route,success,workspaceId} s Time of processor pyt forward rpc.
c integration_failure_detailed ratio Count of integration failure detailed.
t processor_pyt_readiness_wait_time{success,workspaceId} s Time of processor pyt readiness wait.
c processor_pyt_cleanup_failure_count{workspaceId} 1 Count of processor pyt cleanup failure.
t embedded_destination_transform_comparison_time s Time of embedded destination transform comparison.
c embedded_destination_transform_matched_events events Count of embedded destination transform matched events.
c embedded_destination_transform_mismatched_events events Count of embedded destination transform mismatched events.
c transformer_client_request_total_events{destType,dest_id,dest_type,destinationId,destinationType,endpoint,language,mirroring,sourceId,sourceType,src_id,stage,transformationId,workspaceId} requests Count of client request total events, in the transformer.
c transformer_client_response_total_events{destType,dest_id,dest_type,destinationId,destinationType,endpoint,language,mirroring,sourceId,sourceType,src_id,stage,transformationId,workspaceId} events Count of client response total events, in the transformer.
c transformer_client_request_total_bytes{destType,dest_id,dest_type,destinationId,destinationType,endpoint,language,mirroring,sourceId,sourceType,src_id,stage,transformationId,workspaceId} bytes Count of client request total bytes, in the transformer.
c transformer_client_total_durations_seconds{destType,dest_id,dest_type,destinationId,destinationType,endpoint,language,mirroring,sourceId,sourceType,src_id,stage,transformationId,workspaceId} s Count of client total durations, in the transformer.
c transformer_client_response_total_bytes{destType,dest_id,dest_type,destinationId,destinationType,endpoint,language,mirroring,sourceId,sourceType,src_id,stage,transformationId,workspaceId} bytes Count of client response total bytes, in the transformer.
h warehouse_dest_transform_matched_events events Distribution of warehouse destination transform matched events.
h warehouse_dest_transform_mismatched_events events Distribution of warehouse destination transform mismatched events.
t warehouse_dest_transform_comparison_time s Time of warehouse destination transform comparison.
t warehouse_dest_transform_request_latency{destinationId,destinationType,sourceId,sourceType,workspaceId} s Time of warehouse destination transform request.
c warehouse_dest_transform_requests{destinationId,destinationType,sourceId,sourceType,workspaceId} requests Count of warehouse destination transform requests.
h warehouse_dest_transform_input_events{destinationId,destinationType,sourceId,sourceType,workspaceId} events Distribution of warehouse destination transform input events.
h warehouse_dest_transform_output_events{destinationId,destinationType,sourceId,sourceType,workspaceId} events Distribution of warehouse destination transform output events.
h warehouse_dest_transform_output_failed_events{destinationId,destinationType,sourceId,sourceType,workspaceId} events Distribution of warehouse destination transform output failed events.
c transformer_permanent_error{dest_id,dest_type,destinationId,destinationType,endpoint,language,mirroring,sourceId,sourceType,src_id,stage,transformationId,workspaceId} errors Count of permanent error, in the transformer.
c processor_user_transformer_cp_down_retries retries Count of processor user transformer cp down retries.
c processor_user_transformer_cold_start_errors_total{language,path,workspaceID} errors Count of processor user transformer cold start errors.
c processor_user_transformer_retryable_errors_total{language,reason,workspaceID} errors Count of processor user transformer retryable errors.
t processor_transform_duration_diff_time{dest_id,dest_type,destinationId,destinationType,endpoint,instanceWorker,language,mirroring,sourceId,sourceType,src_id,stage,transformationId,workspaceId} s Time of processor transform duration diff.
c processor_user_transformer_http_retries retries Count of processor user transformer HTTP retries.
c processor_user_transformer_test_forward_retries_total{language,path,workspaceID} retries Count of processor user transformer test forward retries.
t proc_dest_active_partitions_time s Time of processor destination active partitions.
g proc_dest_active_partitions 1 Processor destination active partitions, now.
t proc_consumer_db_read{partition} s Time of processor consumer database read.
c proc_consumer_db_read_jobs{partition} jobs Count of processor consumer database read jobs.
t proc_consumer_rebuild_stage{destinationId} s Time of processor consumer rebuild stage.
c proc_event_filter_in_count{destType,destination,error,module,source,transformationType,workspaceId} events Count of processor event filter in.
c proc_event_filter_out_count{destType,destination,error,module,source,transformationType,workspaceId} events Count of processor event filter out.
t proc_event_filter_time{destType,destination,error,module,source,transformationType,workspaceId} s Time of processor event filter.
t processor_validate_events_time{partition} s Time of processor validate events.
h processor_db_write_payload_bytes{module,partition} bytes Distribution of processor database write payload bytes.
t processor_tracked_users_report_gen_seconds{partition} s Time of processor tracked users report gen.
g processor_max_source_to_destination_fanout 1 Processor max source to destination fanout, now.
h processor_source_to_destination_fanout 1 Distribution of processor source to destination fanout.
c proc_read_jobs{partition} jobs Count of processor read jobs.
c proc_pretransform_jobs{partition} jobs Count of processor pretransform jobs.
c proc_preprocess_jobs{partition} jobs Count of processor preprocess jobs.
c proc_src_hydration_jobs{partition} jobs Count of processor src hydration jobs.
c proc_utransform_jobs{partition} jobs Count of processor user transformation jobs.
c proc_dtransform_jobs{partition} jobs Count of processor destination transformation jobs.
c proc_store_jobs{partition} jobs Count of processor store jobs.
c processor_ut_mirroring_responses_count{equal,partition,transformationId} 1 Count of processor user transformation mirroring responses.
c processor_ut_mirroring_filtered_count{partition,transformationId} 1 Count of processor user transformation mirroring filtered.
c processor_ut_mirroring_blocked_transformation{partition,transformationId} 1 Count of processor user transformation mirroring blocked transformation.
c processor_ut_mirroring_datetime_forgiven_total{partition,transformationId} 1 Count of processor user transformation mirroring datetime forgiven.
t proc_active_partitions_time s Time of processor active partitions.
g proc_active_partitions 1 Processor active partitions, now.
c processor_event_type{event_type,writeKey} events Count of processor event type.
c processor_event_type_detailed{event_name,event_type,writeKey} events Count of processor event type detailed.
c processor_diff_count{destinationId,sourceId,stage} 1 Count of processor diff.
c proc_num_tp_output_success_events{destType,destination,source,trackingPlanId,trackingPlanVersion,workspaceId} events Count of processor number tracking plan output success events.
c proc_num_tp_output_filtered_events{destType,destination,source,trackingPlanId,trackingPlanVersion,workspaceId} events Count of processor number tracking plan output filtered events.
t proc_tp_validation{destType,destination,source,trackingPlanId,trackingPlanVersion,workspaceId} s Time of processor tracking plan validation.
c schema_forwarder_jobs{state} jobs Count of schema forwarder jobs.
c schema_forwarder_batch_size batches Count of schema forwarder batch size.
c schema_forwarder_processed_jobs{state} jobs Count of schema forwarder processed jobs.
t schema_forwarder_loop s Time of schema forwarder loop.
t dedup_get_duration_seconds{mode} s Time of dedup get.
t dedup_set_duration_seconds{mode} s Time of dedup set.
g processor_dedup_mode{mirror,primary} 1 Processor dedup mode, now.
c dedup_mirroring_err_count{mode,type} 1 Count of dedup mirroring error.
c dedup_mirroring_max_routines_count{mode} goroutines Count of dedup mirroring max routines.
g proc_read_limiter_waiting_routines goroutines Processor read limiter: waiting routines.
g proc_read_limiter_active_routines goroutines Processor read limiter: active routines.
g proc_read_limiter_availability 1 Processor read limiter: availability.
t proc_read_limiter_waiting{key} s Processor read limiter: waiting.
t proc_read_limiter_sleeping{key} s Processor read limiter: sleeping.
t proc_read_limiter_working{key} s Processor read limiter: working.
g proc_pread_limiter_waiting_routines goroutines Processor pread limiter: waiting routines.
g proc_pread_limiter_active_routines goroutines Processor pread limiter: active routines.
g proc_pread_limiter_availability 1 Processor pread limiter: availability.
t proc_pread_limiter_waiting{key} s Processor pread limiter: waiting.
t proc_pread_limiter_sleeping{key} s Processor pread limiter: sleeping.
t proc_pread_limiter_working{key} s Processor pread limiter: working.
g proc_preprocess_limiter_waiting_routines goroutines Processor preprocess limiter: waiting routines.
g proc_preprocess_limiter_active_routines goroutines Processor preprocess limiter: active routines.
g proc_preprocess_limiter_availability 1 Processor preprocess limiter: availability.
t proc_preprocess_limiter_waiting{key} s Processor preprocess limiter: waiting.
t proc_preprocess_limiter_sleeping{key} s Processor preprocess limiter: sleeping.
t proc_preprocess_limiter_working{key} s Processor preprocess limiter: working.
g proc_pretransform_limiter_waiting_routines retries Processor pretransform limiter: waiting routines.
g proc_pretransform_limiter_active_routines retries Processor pretransform limiter: active routines.
g proc_pretransform_limiter_availability retries Processor pretransform limiter: availability.
t proc_pretransform_limiter_waiting{key} s Processor pretransform limiter: waiting.
t proc_pretransform_limiter_sleeping{key} s Processor pretransform limiter: sleeping.
t proc_pretransform_limiter_working{key} s Processor pretransform limiter: working.
g proc_srchydration_limiter_waiting_routines goroutines Processor srchydration limiter: waiting routines.
g proc_srchydration_limiter_active_routines goroutines Processor srchydration limiter: active routines.
g proc_srchydration_limiter_availability ratio Processor srchydration limiter: availability.
t proc_srchydration_limiter_waiting{key} s Processor srchydration limiter: waiting.
t proc_srchydration_limiter_sleeping{key} s Processor srchydration limiter: sleeping.
t proc_srchydration_limiter_working{key} s Processor srchydration limiter: working.
g proc_utransform_limiter_waiting_routines goroutines Processor user transformation limiter: waiting routines.
g proc_utransform_limiter_active_routines goroutines Processor user transformation limiter: active routines.
g proc_utransform_limiter_availability 1 Processor user transformation limiter: availability.
t proc_utransform_limiter_waiting{key} s Processor user transformation limiter: waiting.
t proc_utransform_limiter_sleeping{key} s Processor user transformation limiter: sleeping.
t proc_utransform_limiter_working{key} s Processor user transformation limiter: working.
g proc_dtransform_limiter_waiting_routines goroutines Processor destination transformation limiter: waiting routines.
g proc_dtransform_limiter_active_routines goroutines Processor destination transformation limiter: active routines.
g proc_dtransform_limiter_availability 1 Processor destination transformation limiter: availability.
t proc_dtransform_limiter_waiting{key} s Processor destination transformation limiter: waiting.
t proc_dtransform_limiter_sleeping{key} s Processor destination transformation limiter: sleeping.
t proc_dtransform_limiter_working{key} s Processor destination transformation limiter: working.
g proc_store_limiter_waiting_routines goroutines Processor store limiter: waiting routines.
g proc_store_limiter_active_routines goroutines Processor store limiter: active routines.
g proc_store_limiter_availability 1 Processor store limiter: availability.
t proc_store_limiter_waiting{key} s Processor store limiter: waiting.
t proc_store_limiter_sleeping{key} s Processor store limiter: sleeping.
t proc_store_limiter_working{key} s Processor store limiter: working.
`,
  ),
]
