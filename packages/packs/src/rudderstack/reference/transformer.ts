/** What rudder-transformer's own page tells, in its six buckets. The form of a line: see `reference-table.ts`. */
import type { MetricReference } from '../../api.ts'
import { table } from './reference-table.ts'

export const TRANSFORMER: readonly MetricReference[] = [
  ...table(
    { group: 'Transformer: ingestion' },
    `
c transformer_source_transform_requests{source,version} requests Count of source transform requests, in the transformer.
c transformer_source_transform_input_events{source,version} events Count of source transform input events, in the transformer.
c transformer_source_transform_output_events{source,version} events Count of source transform output events, in the transformer.
c transformer_source_transform_errors{source,version} errors Count of source transform errors, in the transformer.
c transformer_shopify_client_side_identifier_event{timestamp,writeKey} events Count of Shopify client side identifier event, in the transformer.
c transformer_shopify_server_side_identifier_event{timestamp,writeKey} events Count of Shopify server side identifier event, in the transformer.
c transformer_shopify_redis_failures{source,type,writeKey} 1 Count of Shopify redis failures, in the transformer.
c transformer_shopify_anon_id_resolve{method,shopifyTopic,source,writeKey} 1 Count of Shopify anon id resolve, in the transformer.
c transformer_shopify_redis_calls{field,source,type,writeKey} 1 Count of Shopify redis calls, in the transformer.
c transformer_shopify_redis_no_val{event,source,writeKey} 1 Count of Shopify redis no val, in the transformer.
c transformer_invalid_shopify_event{shopifyTopic,source,writeKey} events Count of invalid Shopify event, in the transformer.
c transformer_shopify_pixel_cart_token_not_found{event,writeKey} 1 Count of Shopify pixel cart token not found, in the transformer.
c transformer_shopify_pixel_cart_token_set{event,writeKey} 1 Count of Shopify pixel cart token set, in the transformer.
c transformer_shopify_pixel_cart_token_redis_error{event,writeKey} errors Count of Shopify pixel cart token redis error, in the transformer.
c transformer_shopify_pixel_id_stitch_gaps{event,reason,source,writeKey} 1 Count of Shopify pixel id stitch gaps, in the transformer.
c transformer_shopify_pixel_userid_mapping{action,operation} 1 Count of Shopify pixel userid mapping, in the transformer.
c transformer_shopify_pixel_cart_token_mapping{action,operation} 1 Count of Shopify pixel cart token mapping, in the transformer.
t transformer_source_transform_request_latency{source,version} s Time of source transform request, in the transformer.
`,
  ),
  ...table(
    { group: 'Transformer: processor and user transformation' },
    `
c transformer_event_transform_failure{destType,destinationId,errorCategory,errorType,feature,implementation,module,workspaceId} events Events whose transformation for a destination failed, by kind of error.
c transformer_user_transform_input_events{workspaceId} events Events into user transformations.
c transformer_user_transform_output_events{workspaceId} events Events out of them.
c transformer_user_transform_errors{destinationType,k8_namespace,sourceType,status,transformationId,workspaceId} errors Calls of user transformations that failed, by status. || Still.
c transformer_user_transform_requests requests Requests for user transformations.
c transformer_user_transform_function_input_events{destinationType,errored,identifier,k8_namespace,sourceType,statusCode,testMode,transformationId,workspaceId} events Events given to a user's function.
t transformer_createivm_duration{identifier,transformationId,workspaceId} s What making an isolate for user code takes. || Tens of milliseconds.
h transformer_cached_ivm_create_duration{result,transformationId} s The same where a cached isolate could be used.
c transformer_ivm_cache_hits_total{cache,operation} look-ups Isolates that were found in the cache.
c transformer_ivm_cache_misses_total{cache,operation} look-ups Isolates that had to be made.
h transformer_ivm_execution_queue_wait{cache,functionName,workspaceId} s How long a run waited for a free isolate. || Milliseconds.
s transformer_user_transform_request_latency_summary{destinationType,k8_namespace,sourceType,transformationId,workspaceId} s A whole request for user transformation; quantiles of the last 5 minutes.
s transformer_user_transform_batch_size_summary{destinationType,k8_namespace,sourceType,transformationId,workspaceId} batches Events in such a request: the size of the input.
s transformer_user_transform_function_latency_summary{destinationType,errored,identifier,k8_namespace,sourceType,statusCode,testMode,transformationId,workspaceId} s One run of a user's function. || Its p99 below a second.
s transformer_user_transform_used_heap_size{destinationType,errored,identifier,k8_namespace,sourceType,statusCode,testMode,transformationId,workspaceId} bytes Heap that the isolate holds after a run.
c transformer_ivm_platform_error errors Faults of the isolates themselves, not of the users' code. || 0.
c transformer_event_transform_success{destType,destinationId,feature,implementation,module,workspaceId} events Count of event transform success, in the transformer.
c transformer_dest_transform_requests{destination,destinationType,k8_namespace,sourceType,version} requests Count of destination transform requests, in the transformer.
c transformer_dest_transform_invalid_dynamicConfig_count{destinationId,destinationType} 1 Count of destination transform invalid dynamic configuration, in the transformer.
g transformer_v0_transformation_time{destType,feature} s V0 transformation, in the transformer, now.
h transformer_dest_transform_input_events{destVersion,destination,destinationType,k8_namespace,sourceType,version} events Distribution of destination transform input events, in the transformer.
h transformer_dest_transform_output_events{destVersion,destination,destinationType,k8_namespace,sourceType,version} events Distribution of destination transform output events, in the transformer.
c transformer_hv_metrics{destination,destinationType,dropped,k8_namespace,sourceType,version,violationType} 1 Count of hv metrics, in the transformer.
c transformer_get_eventSchema_error events Count of get event schema error, in the transformer.
c transformer_get_tracking_plan_error errors Count of get tracking plan error, in the transformer.
h transformer_tp_batch_size{destinationType,k8_namespace,sourceType,trackingPlanId,workspaceId} bytes Distribution of tracking plan batch size, in the transformer.
h transformer_tp_event_validation_latency{destinationType,exception,k8_namespace,sourceType,status,trackingPlanId,workspaceId} s Distribution of tracking plan event validation, in the transformer.
h transformer_tp_batch_validation_latency{destinationType,k8_namespace,sourceType,trackingPlanId,workspaceId} s Distribution of tracking plan batch validation, in the transformer.
h transformer_tp_event_latency{destinationType,k8_namespace,sourceType} s Distribution of tracking plan event, in the transformer.
h transformer_get_tracking_plan 1 Distribution of get tracking plan, in the transformer.
h transformer_get_ajv_duration{isDraft4} s Distribution of get ajv, in the transformer.
h transformer_ajv_compile_duration{isDraft4,useEphemeralAjv} s Distribution of ajv compile, in the transformer.
c transformer_user_transform_function_group_size 1 Count of user transform function group size, in the transformer.
c transformer_user_transform_test_count_total{status,transformationId,workspaceId} 1 Count of user transform test count, in the transformer.
c transformer_credential_error_total{identifier,transformationId,workspaceId} errors Count of credential error, in the transformer.
h transformer_creation_time{identifier,testMode,transformationId} s Distribution of creation, in the transformer.
h transformer_ivm_cache_get_duration{result,strategy} s Distribution of isolate cache get, in the transformer.
c transformer_ivm_cache_destroyed_total{strategy} look-ups Count of isolate cache destroyed, in the transformer.
h transformer_ivm_cache_set_duration{result,strategy} s Distribution of isolate cache set, in the transformer.
c transformer_ivm_cache_sets_total{cache,operation} look-ups Count of isolate cache sets, in the transformer.
c transformer_ivm_cache_disposals_total{cache,operation} look-ups Count of isolate cache disposals, in the transformer.
g transformer_ivm_cache_size{cache,operation} look-ups Isolate cache size, in the transformer, now.
g transformer_ivm_cache_total_heap{cache} bytes Isolate cache total heap, in the transformer, now.
h transformer_fetchV2_call_duration{identifier,isSuccess,transformationId,workspaceId} s Distribution of fetch v2 call, in the transformer.
h transformer_fetch_call_duration{identifier,isSuccess,transformationId,workspaceId} s Distribution of fetch call, in the transformer.
h transformer_fetch_dns_resolve_time{cacheHit,error,identifier,transformationId,workspaceId} s Distribution of fetch dns resolve, in the transformer.
h transformer_geo_call_duration{identifier,isSuccess,transformationId,workspaceId} s Distribution of geo call, in the transformer.
c transformer_user_transform_reconcile_function{transformationId,workspaceId} 1 Count of user transform reconcile function, in the transformer.
c transformer_ivm_execution_queued 1 Count of isolate execution queued, in the transformer.
h transformer_output_batch_size batches Distribution of output batch size, in the transformer.
g transformer_node_cache_vsize look-ups Node cache vsize, in the transformer, now.
g transformer_node_cache_ksize look-ups Node cache ksize, in the transformer, now.
g transformer_node_cache_keys look-ups Node cache keys, in the transformer, now.
c transformer_node_cache_hits look-ups Count of node cache hits, in the transformer.
c transformer_node_cache_misses look-ups Count of node cache misses, in the transformer.
c transformer_dont_batch_events events Count of dont batch events, in the transformer.
`,
  ),
  ...table(
    { group: 'Transformer: destinations' },
    `
c transformer_tf_proxy_dest_resp_count{destination,success} 1 Count of transformer proxy destination response, in the transformer.
c transformer_proxy_test_error{destination} errors Count of proxy test error, in the transformer.
c transformer_proxy_test_payload_match{destination} 1 Count of proxy test payload match, in the transformer.
c transformer_tf_proxy_err_count{destination} 1 Count of transformer proxy error, in the transformer.
c transformer_tf_proxy_resp_handler_count{destination} 1 Count of transformer proxy response handler, in the transformer.
c transformer_tf_proxy_proc_ax_response_count{destination} 1 Count of transformer proxy processor ax response, in the transformer.
c transformer_tf_proxy_dest_req_count{destination} 1 Count of transformer proxy destination request, in the transformer.
c transformer_marketo_fetch_token{status} 1 Count of Marketo fetch token, in the transformer.
c transformer_marketo_activity 1 Count of Marketo activity, in the transformer.
c transformer_marketo_lead_lookup{action,type} 1 Count of Marketo lead lookup, in the transformer.
c transformer_fb_pixel_timestamp_error{destinationId} errors Count of fb pixel timestamp error, in the transformer.
h transformer_braze_batch_attributes_pack_size{destination_id} batches Distribution of Braze batch attributes pack size, in the transformer.
h transformer_braze_batch_events_pack_size{destination_id} events Distribution of Braze batch events pack size, in the transformer.
h transformer_braze_batch_purchase_pack_size{destination_id} batches Distribution of Braze batch purchase pack size, in the transformer.
h transformer_braze_batch_total_pack_size{destination_id} batches Distribution of Braze batch total pack size, in the transformer.
c transformer_braze_alias_failure_count{destination_id} 1 Count of Braze alias failure, in the transformer.
c transformer_braze_alias_missconfigured_count{destination_id} 1 Count of Braze alias missconfigured, in the transformer.
c transformer_braze_batched_identify_func_calls_count{destination_id,error,status} batches Count of Braze batched identify func calls, in the transformer.
g transformer_braze_batch_subscription_size{destination_id} batches Braze batch subscription size, in the transformer, now.
g transformer_braze_batch_subscription_combined_size{destination_id} batches Braze batch subscription combined size, in the transformer, now.
g transformer_mailjet_packing_size{group} 1 Mailjet packing size, in the transformer, now.
g transformer_hs_batch_size{destination_id} batches HubSpot batch size, in the transformer, now.
g transformer_mixpanel_batch_engage_pack_size{destination_id} batches Mixpanel batch engage pack size, in the transformer, now.
g transformer_mixpanel_batch_group_pack_size{destination_id} batches Mixpanel batch group pack size, in the transformer, now.
g transformer_mixpanel_batch_import_pack_size{destination_id} batches Mixpanel batch import pack size, in the transformer, now.
h transformer_transformer_proxy_time{destination} s Distribution of transformer proxy, in the transformer.
h transformer_transformer_total_proxy_latency{destination,version} s Distribution of transformer total proxy, in the transformer.
c transformer_braze_partial_failure 1 Count of Braze partial failure, in the transformer.
c transformer_braze_audience_partial_failure{destinationId,workspaceId} 1 Count of Braze audience partial failure, in the transformer.
c transformer_braze_audience_aborted{destinationId,workspaceId} 1 Count of Braze audience aborted, in the transformer.
c transformer_braze_audience_retryable{destinationId,reason,workspaceId} retries Count of Braze audience retryable, in the transformer.
c transformer_braze_deduped_users_count{destination_id} 1 Count of Braze deduped users, in the transformer.
c transformer_braze_dedup_and_drop_count{destination_id} 1 Count of Braze dedup and drop, in the transformer.
c transformer_braze_user_store_update_count{destination_id,identifier_type} 1 Count of Braze user store update, in the transformer.
h transformer_braze_lookup_time{destination_id} s Distribution of Braze lookup, in the transformer.
h transformer_braze_lookup_count{destination_id} 1 Distribution of Braze lookup, in the transformer.
h transformer_braze_lookup_user_count{destination_id} 1 Distribution of Braze lookup user, in the transformer.
h transformer_braze_lookup_failure_identifiers{destination_id,http_status} 1 Distribution of Braze lookup failure identifiers, in the transformer.
h transformer_braze_lookup_success_identifiers{destination_id} 1 Distribution of Braze lookup success identifiers, in the transformer.
c transformer_fb_custom_audience_event_having_all_null_field_values_for_a_user{destinationId,nullFields} events Count of fb custom audience event having all null field values for a user, in the transformer.
c transformer_fb_custom_audience_event_having_all_null_field_values_for_all_users{destinationId} events Count of fb custom audience event having all null field values for all users, in the transformer.
h transformer_am_batch_size_based_on_user_id{destination_id,source_id} bytes Distribution of Amplitude batch size based on user id, in the transformer.
c transformer_hs_upsert_duplicate_trace_id 1 Count of HubSpot upsert duplicate trace id, in the transformer.
c transformer_audience_hashing_inconsistency 1 Count of audience hashing inconsistency, in the transformer.
c transformer_tiktok_audience_invalid_email 1 Count of tiktok audience invalid email, in the transformer.
c transformer_hs_transform_flow 1 Count of HubSpot transform flow, in the transformer.
c transformer_braze_dedup_skipped_due_to_lookup_failure_count 1 Count of Braze dedup skipped due to lookup failure, in the transformer.
c transformer_proxy_test_payload_mismatch 1 Count of proxy test payload mismatch, in the transformer.
c transformer_iterable_forgotten_user_violations 1 Count of iterable forgotten user violations, in the transformer.
c transformer_braze_delivered_with_warning 1 Count of Braze delivered with warning, in the transformer.
`,
  ),
  ...table(
    { group: 'Transformer: runtime' },
    `
h transformer_http_request_duration{code,destType,method,route} s One request to the transformer; \`route\` is the URL as it came, so beware of many series.
h transformer_http_request_size{code,method,route} bytes Size of requests to the transformer.
h transformer_http_response_size{code,method,route} bytes Size of its answers.
c transformer_memory_fenced_requests{route} requests Requests refused because the process is short of memory. || 0.
g transformer_memory_heap_used_percent % Heap in percent of what V8 may have, of the fullest worker. || Below 85.
g nodejs_eventloop_lag_p99_seconds s How late Node.js's event loop is. Without the prefix transformer_. || Below 0.1.
c transformer_redis_error{operation} errors Count of redis error, in the transformer.
g transformer_http_concurrent_requests requests HTTP concurrent requests, in the transformer, now.
g transformer_memory_heap_size_limit bytes Memory heap size limit, in the transformer, now.
c process_cpu_user_seconds_total s The process of the transformer: CPU user seconds total. Without the prefix transformer_.
c process_cpu_system_seconds_total s The process of the transformer: CPU system seconds total. Without the prefix transformer_.
c process_cpu_seconds_total s The process of the transformer: CPU seconds total. Without the prefix transformer_.
g process_start_time_seconds s The process of the transformer: start time seconds. Without the prefix transformer_.
g process_resident_memory_bytes bytes The process of the transformer: resident memory bytes. Without the prefix transformer_.
g process_virtual_memory_bytes bytes The process of the transformer: virtual memory bytes. Without the prefix transformer_.
g process_heap_bytes bytes The process of the transformer: heap bytes. Without the prefix transformer_.
g process_open_fds 1 The process of the transformer: open fds. Without the prefix transformer_.
g process_max_fds 1 The process of the transformer: max fds. Without the prefix transformer_.
g nodejs_eventloop_lag_seconds s Node.js: event loop lag seconds. Without the prefix transformer_.
g nodejs_eventloop_lag_min_seconds s Node.js: event loop lag min seconds. Without the prefix transformer_.
g nodejs_eventloop_lag_max_seconds s Node.js: event loop lag max seconds. Without the prefix transformer_.
g nodejs_eventloop_lag_mean_seconds s Node.js: event loop lag mean seconds. Without the prefix transformer_.
g nodejs_eventloop_lag_stddev_seconds s Node.js: event loop lag stddev seconds. Without the prefix transformer_.
g nodejs_eventloop_lag_p50_seconds s Node.js: event loop lag p50 seconds. Without the prefix transformer_.
g nodejs_eventloop_lag_p90_seconds s Node.js: event loop lag p90 seconds. Without the prefix transformer_.
g nodejs_active_resources{type} 1 Node.js: active resources. Without the prefix transformer_.
g nodejs_active_resources_total 1 Node.js: active resources total. Without the prefix transformer_.
g nodejs_active_handles{type} 1 Node.js: active handles. Without the prefix transformer_.
g nodejs_active_handles_total 1 Node.js: active handles total. Without the prefix transformer_.
g nodejs_active_requests{type} requests Node.js: active requests. Without the prefix transformer_.
g nodejs_active_requests_total requests Node.js: active requests total. Without the prefix transformer_.
g nodejs_heap_size_total_bytes bytes Node.js: heap size total bytes. Without the prefix transformer_.
g nodejs_heap_size_used_bytes bytes Node.js: heap size used bytes. Without the prefix transformer_.
g nodejs_external_memory_bytes bytes Node.js: external memory bytes. Without the prefix transformer_.
g nodejs_heap_space_size_total_bytes{space} bytes Node.js: heap space size total bytes. Without the prefix transformer_.
g nodejs_heap_space_size_used_bytes{space} bytes Node.js: heap space size used bytes. Without the prefix transformer_.
g nodejs_heap_space_size_available_bytes{space} bytes Node.js: heap space size available bytes. Without the prefix transformer_.
g nodejs_version_info{major,minor,patch,version} 1 Node.js: version info. Without the prefix transformer_.
h nodejs_gc_duration_seconds{kind} s Node.js: garbage collection duration seconds. Without the prefix transformer_.
`,
  ),
  ...table(
    { group: 'Transformer: control plane, reporting and the rest' },
    `
c transformer_regulation_worker_user_deletion_failure{destType,destinationId,errorCategory,errorType,feature,implementation,module} workers Count of regulation worker user deletion failure, in the transformer.
h transformer_regulation_worker_requests_dest_latency{destType,feature,implementation} s Distribution of regulation worker requests destination, in the transformer.
`,
  ),
]
