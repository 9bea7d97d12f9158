/** What the gateway tells: requests and events of sources. The form of a line: see `reference-table.ts`. */
import type { MetricReference } from '../../api.ts'
import { table } from './reference-table.ts'

export const INGESTION: readonly MetricReference[] = [
  ...table(
    { group: 'Ingestion' },
    `
t gateway_event_pickup_lag_seconds{workspaceId} s Age of an internal batch when it arrives. By StatsD milliseconds, in spite of its name.
h gateway_batch_size requests Requests that went into one write to the database. In 2021 a counter: that one becomes gateway_batched_requests.
h gateway_request_size bytes Size of request bodies. In 2021 a counter of bytes: that one becomes gateway_request_bytes.
c gateway_db_writes 1 Transactions that wrote requests to the queue.
t gateway_http_body_read_time s Until a request's body was read; slow clients make it long.
t gateway_web_request_queue_wait_time s How long a request waited for its place in the queue. || Milliseconds; seconds mean that the database cannot keep up.
t gateway_process_request_time s From the queue to the answer, inside the gateway.
t gateway_batch_time s What one worker needs for one batch of requests.
c gateway_write_key_requests{reqType,sdkVersion,source,sourceDefName,sourceID,sourceType,workspaceId,writeKey} requests HTTP requests that arrived, whatever became of them. || Follows the day of the source; twice or a third of last week's is worth a look.
c gateway_write_key_successful_requests{reqType,sdkVersion,source,sourceDefName,sourceID,sourceType,workspaceId,writeKey} requests Requests that were accepted and stored.
c gateway_write_key_failed_requests{reason,reqType,sdkVersion,source,sourceDefName,sourceID,sourceType,workspaceId,writeKey} requests Requests that were refused; \`reason\` says why, in a few words. || Below one in a hundred.
c gateway_write_key_dropped_requests{reqType,sdkVersion,source,sourceDefName,sourceID,sourceType,workspaceId,writeKey} requests Requests turned away with 429, since the workspace sent too many. || 0.
c gateway_write_key_suppressed_requests{reqType,sdkVersion,source,sourceDefName,sourceID,sourceType,workspaceId,writeKey} requests Requests of users who are on the suppression list.
c gateway_write_key_events{reqType,sdkVersion,source,sourceDefName,sourceID,sourceType,workspaceId,writeKey} events Events that arrived; each event of a batch counts. || Follows the day of the source.
c gateway_write_key_successful_events{reqType,sdkVersion,source,sourceDefName,sourceID,sourceType,workspaceId,writeKey} events Events that were stored.
c gateway_write_key_failed_events{reason,reqType,sdkVersion,source,sourceDefName,sourceID,sourceType,workspaceId,writeKey} events Events that were refused; \`reason\` says why.
c gateway_write_key_bot_events{reqType,sdkVersion,source,sourceDefName,sourceID,sourceType,workspaceId,writeKey} events Events that look as if a bot had sent them.
t webhook_transformation_time s One transformation of a webhook's request.
c webhook_num_errors{reason,sourceID,sourceType,statusCode,workspaceId,writeKey} errors Webhook requests that failed, by reason and status.
c webhook_num_events{sourceType} events Events that webhook sources sent.
g gateway_concurrent_requests_count requests Requests that are being answered at this moment.
t gateway_response_time{code,method,reqType} s From a request's arrival to its answer; \`code\` is the HTTP status. || p99 well below a second.
c gateway_request_bytes bytes Bytes of request bodies: what a StatsD counter gateway.request_size of 2021 becomes.
c gateway_batched_requests requests Requests in batches: what a StatsD counter gateway.batch_size of 2021 becomes.
c gateway_rate_limiter_error{workspaceId} errors Gateway rate limiter: error.
t gateway_user_suppression_age{sourceID,workspaceId} s Time of gateway user suppression age.
c gateway_write_key_suppressed_events{reason,req_type,source,source_id,source_type,workspace_id,write_key} events Count of gateway write key suppressed events.
c gateway_db_workers_buffer_full workers Count of gateway database workers buffer full.
c gateway_db_workers_time_out workers Count of gateway database workers time out.
t gateway_batch_request_queue_wait_time s Time of gateway batch request queue wait.
c gateway_empty_anonymous_id_header 1 Count of gateway empty anonymous id header.
c gateway_internal_batch_throttle_skip{reason} batches Count of gateway internal batch throttle skip.
c gateway_user_request_worker_buffer_full requests Count of gateway user request worker buffer full.
c gateway_user_request_worker_time_out requests Count of gateway user request worker time out.
c webhook_transformer_sent 1 Count of webhook transformer sent.
c webhook_transformer_received 1 Count of webhook transformer received.
c webhook_transformer_failed 1 Count of webhook transformer failed.
c webhook_num_output_events{sourceType} events Count of webhook number output events.
t webhook_dest_transform{sourceType} s Time of webhook destination transform.
`,
  ),
]
