/** What the routers tell: deliveries, answers, throttling. The form of a line: see `reference-table.ts`. */
import type { MetricReference } from '../../api.ts'
import { table } from './reference-table.ts'

export const DESTINATIONS: readonly MetricReference[] = [
  ...table(
    { group: 'Destinations' },
    `
t async_upload_time{destType,module} s One upload to a destination that takes files.
h payload_size{destID,destType,module} bytes Bytes of a bulk upload. One destination sends it as a gauge: that becomes payload_size_last.
c bqstream_all_events_discards{destType,destinationId,module,workspaceId} events The same for streaming to BigQuery. || 0.
c snowpipe_streaming_discards{destType,destinationId,module,workspaceId} 1 Rows that did not fit their table and went to the table of discards. || 0.
t brt_upload_time{destType,destination,success} s One upload to object storage.
c pipeline_processed_events{code,destType,destinationId,module,sourceId,state} events Jobs done, by destination and state. A zero by type comes every 15 s, so a stop is a flat line.
c async_successful_job_count{destType,module} jobs Events that such a destination took.
c async_failed_job_count{destType,module} jobs Events that it refused for now.
c async_aborted_job_count{destType,module} jobs Events that it refused for good. || 0.
c event_status{destType,destinationId,isWarehouse,job_state,module,sourceId} events Jobs of the batch router by the state they reached.
t event_delivery_time{destID,destType,destination,module,sourceCategory,sourceID,sourceId,sourceType,syncFrequency,warehouseID,workspaceId} s From receipt to delivery. Of a warehouse: only the first and the last event of each load. || By kind of destination: see the limits of RudderDeliveryTooSlow.
c event_delivery{destID,destType,destination,module,source,sourceID,sourceType,tableName,warehouseID,workspaceId} events Events delivered. The router counts each, the batch router each upload's, the warehouse each table's load (an event is then in two tables).
c drained_events{destId,destType,module,reasons,workspaceId} events Events thrown away without a try: destination switched off, job too old. \`reasons\` may hold commas. || 0.
c router_iterator_stats_discarded_job_count{destType,partition,reason,workspaceId} jobs Jobs looked at and left, by reason.
c router_throttled{destType} 1 Jobs not taken up because the destination is held back.
c router_illegal_job_sequence{destType,location} jobs Events of one user in the wrong order: a fault of the server. || 0.
c router_status_events{destType} events Statuses that the router wrote.
t router_delivery_time{destType} s One delivery by a worker of the router.
t transformer_outgoing_request_latency{destType,destinationId,endpointPath,feature,implementation,module,requestMethod,sourceId,statusCode,transformerProxy,workspaceId} s How long those calls take.
c transformer_outgoing_request_count{destType,destinationId,endpointPath,feature,implementation,module,requestMethod,sourceId,statusCode,success,transformerProxy,workspaceId} requests Calls that the transformer makes to destinations.
c router_generator_events{destType,partition} events Jobs that the router took up in a round; zeros are sent too.
g adaptive_throttler_limit_factor{destType,destinationId,eventType} 1 Share of its rate that a destination may use now. || 1.
g throttling_rate_limit{adaptive,destType,destinationId,eventType} 1 Events a second that a destination may get now.
t transformer_proxy_request_latency{destType,destinationId,destinationType,endpoint,requestSuccess,sourceId,sourceType,stage,workspaceId} s One delivery through the transformer's proxy.
t delivery_latency{destType,destination,module,workspaceId} s What the destination itself takes to answer.
h router_delivery_payload_size_bytes{destType,destinationID,workspaceID} bytes Bytes of one delivery.
c router_aborted_events{alert,destId,destType,errorAt,respStatusCode,workspaceId} events Events given up for good. alert="false" are those that RudderStack itself would not tell about. || 0.
c router_response_counts{alert,destId,destType,destination,errorAt,respStatusCode,retry,workspaceId} 1 Answers of destinations, by status. alert="false": not to be alarmed about. || Almost all 2xx.
c router_delivery_exceeded_timeout{destType} timeouts Deliveries that took longer than they may. || 0.
c router_transform_num_jobs{destType,destinationId,statusCode,transformType,workspaceId} jobs Jobs transformed in the router, by status code.
c oauth_action_error_breaker_tripped{destType,id,workspaceId} errors Times that refreshing an OAuth token was given up for a destination. || 0.
g payload_size_last{destID,destType,module} bytes Bytes of the newest bulk upload, where payload_size comes as a gauge by StatsD.
c events_over_prescribed_limit{destType,module} events Count of events over prescribed limit.
c failed_job_count{destType,module} jobs Count of failed job.
c success_job_count{destID,destType,module} jobs Count of success job.
c bqstream_all_events_jobs{destType,destinationId,module,status,workspaceId} events Count of BigQuery streaming all events jobs.
c bqstream_all_events_duplicate_events{destType,destinationId,module,reason,workspaceId} events Count of BigQuery streaming all events duplicate events.
h csv_file_size{destType,module} 1 Distribution of csv file size.
c unable_to_get_base_endpoint{destType,module} 1 Count of unable to get base endpoint.
h profile_size{destID,destType,module} 1 Distribution of profile size.
c async_destination_manager_marketo_bulk_upload_csv_parse_error errors Count of async destination manager Marketo bulk upload csv parse error.
h brt_async_dest_payload_size{destType,destinationId,workspaceId} bytes Distribution of batch router async destination payload size.
h brt_async_dest_events_per_file{destType,destinationId,workspaceId} events Distribution of batch router async destination events per file.
t brt_async_dest_async_upload_time{destType,destinationId,workspaceId} s Time of batch router async destination async upload.
t snowpipe_streaming_api_response_time{api,destType,destinationId,module,success,workspaceId} s Time of Snowpipe streaming api response.
h snowpipe_streaming_request_body_size{api} requests Distribution of Snowpipe streaming request body size.
c snowpipe_streaming_jobs{destType,destinationId,module,status,workspaceId} jobs Count of Snowpipe streaming jobs.
c snowpipe_streaming_polling_in_progress{destType,destinationId,module,workspaceId} 1 Count of Snowpipe streaming polling in progress.
c snowpipe_streaming_duplicate_events{destType,destinationId,module,reason,workspaceId} events Count of Snowpipe streaming duplicate events.
t brt_active_partitions_time{destType} s Time of batch router active partitions.
g brt_active_partitions{destType} 1 Batch router active partitions, now.
t batch_router_jobsdb_query_time{destType,function,partition} s Time of batch router queue query.
t async_poll_time{destType,module} s Time of async poll.
t async_failed_job_poll_time{destType,module} s Time of async failed job poll.
h async_get_importing_iterations{destType,module} ratio Distribution of async get importing iterations.
c destination_initialization_fail{destType,module} 1 Count of destination initialization fail.
t brt_partition_worker_add_job_delay{destType,destination_id,source_id} s Time of batch router partition worker add job delay.
t batchrouter_worker_schedule_jobs_time{partition} s Time of batchrouter worker schedule jobs.
t rt_active_partitions_time{destType} s Time of router active partitions.
g rt_active_partitions{destType} 1 Router active partitions, now.
t router_pickup_find_worker_slot_time{destType,partition} s Time of router pickup find worker slot.
g router_iterator_stats_query_count{destType,partition} 1 Router iterator figures query, now.
g router_iterator_stats_total_jobs{destType,partition} jobs Router iterator figures total jobs, now.
g router_iterator_stats_discarded_jobs{destType,partition} jobs Router iterator figures discarded jobs, now.
c router_pickup_total_jobs_count{destType,partition} jobs Count of router pickup total jobs.
c router_eventorder_key_disabled{destType,destinationId,workspaceID} events Count of router eventorder key disabled.
h router_batch_size{destType} batches Distribution of router batch size.
c router_batch_num_input_jobs{destType} jobs Count of router batch number input jobs.
c router_batch_num_output_jobs{destType} jobs Count of router batch number output jobs.
c router_transform_num_input_jobs{destType} jobs Count of router transform number input jobs.
c router_transform_num_output_jobs{destType} jobs Count of router transform number output jobs.
c router_batch_input_output_diff_jobs{destType} jobs Count of router batch input output diff jobs.
c router_status_downgraded_count{destType,from,to} 1 Count of router status downgraded.
h router_process_jobs_hist{destType} jobs Distribution of router process jobs hist.
c router_process_jobs_count{destType} jobs Count of router process jobs.
h router_process_requests_hist{destType} requests Distribution of router process requests hist.
c router_process_requests_count{destType} requests Count of router process requests.
t response_transform_latency{destType} s Time of response transform.
c router_throttling_error{destType} errors Count of router throttling error.
t router_status_loop{destType} s Time of router status loop.
c router_invalid_payload{destType} 1 Count of router invalid payload.
g router_pickup_batch_size_gauge{destType,partition} batches Router pickup batch size gauge, now.
t router_delivery_latency{destType} s Time of router delivery.
t router_proxy_latency{destType} s Time of router proxy.
h router_worker_buffer_capacity{destType,partition} workers Distribution of router worker buffer capacity.
h router_worker_buffer_size{destType,partition} workers Distribution of router worker buffer size.
h router_worker_work_loop_throughput{destType,partition} workers Distribution of router worker work loop throughput.
t router_generator_loop{destType} s Time of router generator loop.
g delivery_throttling_rate_limit{destType,destinationId,endpointPath} 1 Delivery throttling rate limit, now.
t delivery_throttling_wait_seconds{destType,destinationId,endpointPath,success} s Time of delivery throttling wait.
c router_transformer_invalid_response{destType,reason} 1 Count of router transformer invalid response.
c transformer_proxy_delivery_request{destType,destinationId,destinationType,endpoint,sourceId,sourceType,stage,workspaceId} requests Count of proxy delivery request, in the transformer.
c transformer_proxy_request_result{destType,destinationId,destinationType,endpoint,requestSuccess,sourceId,sourceType,stage,workspaceId} requests Count of proxy request result, in the transformer.
c router_transformerproxy_invalid_response{destType,destinationId,reason} 1 Count of router transformerproxy invalid response.
t router_transformer_request_time s Time of router transformer request.
t transformer_proxy_req_round_trip_time{destType} s Time of proxy request round trip, in the transformer.
c transformer_proxy_input_events_count{destType,destinationId,workspace,workspaceId} events Count of proxy input events, in the transformer.
c transformer_proxy_output_events_count{destType,destinationId,workspace,workspaceId} events Count of proxy output events, in the transformer.
t oauth_v2_cp_request_latency{destType,error,flowType,method,oauthVersion,requestType,statusCode,url} s Time of OAuth v2 cp request.
c oauth_v2_cp_requests{destType,error,flowType,method,oauthVersion,requestType,statusCode,url} requests Count of OAuth v2 cp requests.
c oauth_action_success_breaker_tripped{destType,id,workspaceId} 1 Count of OAuth action success breaker tripped.
t router_kafka_creation_time s Time of router Kafka creation.
t router_kafka_creation_time_confluent_cloud s Time of router Kafka creation time confluent cloud.
t router_kafka_creation_time_azure_event_hubs s Time of router Kafka creation time azure event hubs.
c router_kafka_missing_user_id 1 Count of router Kafka missing user id.
c router_kafka_missing_message 1 Count of router Kafka missing message.
t router_kafka_publish_time s Time of router Kafka publish.
t router_kafka_produce_time s Time of router Kafka produce.
t router_kafka_prepare_batch_time s Time of router Kafka prepare batch.
t router_kafka_close_producer_time s Time of router Kafka close producer.
c router_kafka_json_serialization_msg_err 1 Count of router Kafka json serialization msg error.
c router_kafka_avro_serialization_err 1 Count of router Kafka avro serialization error.
g rt_pickup_limiter_stats_throughput{destType} 1 Router pickup limiter: throughput. Partitions overwrite each other, so do not add up.
g rt_pickup_limiter_stats_errors{destType} errors Router pickup limiter: errors. Partitions overwrite each other, so do not add up.
g rt_pickup_limiter_stats_successes{destType} 1 Router pickup limiter: successes. Partitions overwrite each other, so do not add up.
g rt_pickup_limiter_stats_norm_throughput{destType} 1 Router pickup limiter: norm throughput. Partitions overwrite each other, so do not add up.
g rt_pickup_limiter_stats_score{destType} ratio Router pickup limiter: score. Partitions overwrite each other, so do not add up.
g rt_transform_limiter_stats_throughput{destType} 1 Router transform limiter: throughput. Partitions overwrite each other, so do not add up.
g rt_transform_limiter_stats_errors{destType} errors Router transform limiter: errors. Partitions overwrite each other, so do not add up.
g rt_transform_limiter_stats_successes{destType} 1 Router transform limiter: successes. Partitions overwrite each other, so do not add up.
g rt_transform_limiter_stats_norm_throughput{destType} 1 Router transform limiter: norm throughput. Partitions overwrite each other, so do not add up.
g rt_transform_limiter_stats_score{destType} ratio Router transform limiter: score. Partitions overwrite each other, so do not add up.
g rt_batch_limiter_stats_throughput{destType} batches Router batch limiter: throughput. Partitions overwrite each other, so do not add up.
g rt_batch_limiter_stats_errors{destType} errors Router batch limiter: errors. Partitions overwrite each other, so do not add up.
g rt_batch_limiter_stats_successes{destType} batches Router batch limiter: successes. Partitions overwrite each other, so do not add up.
g rt_batch_limiter_stats_norm_throughput{destType} batches Router batch limiter: norm throughput. Partitions overwrite each other, so do not add up.
g rt_batch_limiter_stats_score{destType} batches Router batch limiter: score. Partitions overwrite each other, so do not add up.
g rt_process_limiter_stats_throughput{destType} 1 Router process limiter: throughput. Partitions overwrite each other, so do not add up.
g rt_process_limiter_stats_errors{destType} errors Router process limiter: errors. Partitions overwrite each other, so do not add up.
g rt_process_limiter_stats_successes{destType} 1 Router process limiter: successes. Partitions overwrite each other, so do not add up.
g rt_process_limiter_stats_norm_throughput{destType} 1 Router process limiter: norm throughput. Partitions overwrite each other, so do not add up.
g rt_process_limiter_stats_score{destType} ratio Router process limiter: score. Partitions overwrite each other, so do not add up.
g rt_pickup_limiter_waiting_routines{destType} goroutines Router pickup limiter: waiting routines.
g rt_pickup_limiter_active_routines{destType} goroutines Router pickup limiter: active routines.
g rt_pickup_limiter_availability{destType} 1 Router pickup limiter: availability.
t rt_pickup_limiter_waiting{destType,key} s Router pickup limiter: waiting.
t rt_pickup_limiter_sleeping{destType,key} s Router pickup limiter: sleeping.
t rt_pickup_limiter_working{destType,key} s Router pickup limiter: working.
g rt_transform_limiter_waiting_routines{destType} goroutines Router transform limiter: waiting routines.
g rt_transform_limiter_active_routines{destType} goroutines Router transform limiter: active routines.
g rt_transform_limiter_availability{destType} 1 Router transform limiter: availability.
t rt_transform_limiter_waiting{destType,key} s Router transform limiter: waiting.
t rt_transform_limiter_sleeping{destType,key} s Router transform limiter: sleeping.
t rt_transform_limiter_working{destType,key} s Router transform limiter: working.
g rt_batch_limiter_waiting_routines{destType} goroutines Router batch limiter: waiting routines.
g rt_batch_limiter_active_routines{destType} goroutines Router batch limiter: active routines.
g rt_batch_limiter_availability{destType} batches Router batch limiter: availability.
t rt_batch_limiter_waiting{destType,key} s Router batch limiter: waiting.
t rt_batch_limiter_sleeping{destType,key} s Router batch limiter: sleeping.
t rt_batch_limiter_working{destType,key} s Router batch limiter: working.
g rt_process_limiter_waiting_routines{destType} goroutines Router process limiter: waiting routines.
g rt_process_limiter_active_routines{destType} goroutines Router process limiter: active routines.
g rt_process_limiter_availability{destType} 1 Router process limiter: availability.
t rt_process_limiter_waiting{destType,key} s Router process limiter: waiting.
t rt_process_limiter_sleeping{destType,key} s Router process limiter: sleeping.
t rt_process_limiter_working{destType,key} s Router process limiter: working.
g brt_read_limiter_waiting_routines{destType} goroutines Batch router read limiter: waiting routines.
g brt_read_limiter_active_routines{destType} goroutines Batch router read limiter: active routines.
g brt_read_limiter_availability{destType} 1 Batch router read limiter: availability.
t brt_read_limiter_waiting{destType,key} s Batch router read limiter: waiting.
t brt_read_limiter_sleeping{destType,key} s Batch router read limiter: sleeping.
t brt_read_limiter_working{destType,key} s Batch router read limiter: working.
g brt_upload_limiter_waiting_routines{destType} uploads Batch router upload limiter: waiting routines.
g brt_upload_limiter_active_routines{destType} uploads Batch router upload limiter: active routines.
g brt_upload_limiter_availability{destType} uploads Batch router upload limiter: availability.
t brt_upload_limiter_waiting{destType,key} s Batch router upload limiter: waiting.
t brt_upload_limiter_sleeping{destType,key} s Batch router upload limiter: sleeping.
t brt_upload_limiter_working{destType,key} s Batch router upload limiter: working.
c oauth_action_proactive_token_refresh{action,authErrCategory,destType,errorMessage,flowType,id,isCallToCpApi,oauthVersion,rudderCategory,workspaceId} 1 Count of OAuth action proactive token refresh.
t oauth_action_total_latency{action,authErrCategory,destType,errorMessage,flowType,id,isCallToCpApi,oauthVersion,rudderCategory,workspaceId} s Time of OAuth action total.
c oauth_action_request{action,authErrCategory,destType,errorMessage,flowType,id,isCallToCpApi,oauthVersion,rudderCategory,workspaceId} requests Count of OAuth action request.
c oauth_action_request_sent{action,authErrCategory,destType,errorMessage,flowType,id,isCallToCpApi,oauthVersion,rudderCategory,workspaceId} requests Count of OAuth action request sent.
t oauth_action_request_latency{action,authErrCategory,destType,errorMessage,flowType,id,isCallToCpApi,oauthVersion,rudderCategory,workspaceId} s Time of OAuth action request.
t oauth_v2_http_total_roundtrip_latency{destType,destinationId,flow,origRequestURL,workspaceId} s Time of OAuth v2 HTTP total roundtrip.
t oauth_v2_http_pre_roundtrip_latency{destType,destinationId,flow,origRequestURL,workspaceId} s Time of OAuth v2 HTTP pre roundtrip.
t oauth_v2_http_roundtrip_latency{destType,destinationId,flow,origRequestURL,workspaceId} s Time of OAuth v2 HTTP roundtrip.
t oauth_v2_http_post_roundtrip_latency{destType,destinationId,flow,origRequestURL,workspaceId} s Time of OAuth v2 HTTP post roundtrip.
c warehouse_generate_staging_files{destID} files Count of warehouse generate staging files.
c warehouse_staging_file_batch_size{destID} batches Count of warehouse staging file batch size.
`,
  ),
]
