import { ProtoWriter } from '../protobuf/writer.ts'

/** In what a sender of OTLP speaks, and is answered. */
export type OtlpEncoding = 'protobuf' | 'json'

/** How much of a request was not kept, and why; a rejected count of 0 with words is a warning. */
export interface PartialSuccess {
  readonly rejected: number
  readonly message: string
}

/**
 * `ExportMetricsServiceResponse { 1 partial_success { 1 rejected_data_points · 2 error_message } }`, or that
 * of logs, where only the name differs; without a partial success it is an empty message.
 *
 * @see opentelemetry-proto:opentelemetry/proto/collector/metrics/v1/metrics_service.proto
 */
export function otlpResponse(
  encoding: OtlpEncoding,
  partial: PartialSuccess | undefined,
  rejectedName: 'rejectedDataPoints' | 'rejectedLogRecords' = 'rejectedDataPoints',
): Uint8Array | string {
  if (encoding === 'json') {
    if (partial === undefined) return '{}'
    const { rejected, message } = partial
    // 64-bit numbers are strings in protobuf's JSON.
    return JSON.stringify({
      partialSuccess: { [rejectedName]: String(rejected), errorMessage: message },
    })
  }
  const writer = new ProtoWriter()
  if (partial !== undefined) {
    writer.message(1, (inner) => inner.int(1, partial.rejected).text(2, partial.message))
  }
  return writer.bytes
}

/**
 * `google.rpc.Status { 1 code · 2 message }`, the body of every answer that is not 2xx.
 *
 * @see opentelemetry-proto:docs/specification.md, OTLP/HTTP Response, Failures
 */
export function otlpStatus(
  encoding: OtlpEncoding,
  { code, message }: { readonly code: number; readonly message: string },
): Uint8Array | string {
  if (encoding === 'json') return JSON.stringify({ code, message })
  return new ProtoWriter().int(1, code).text(2, message).bytes
}

const RETRY_INFO = 'type.googleapis.com/google.rpc.RetryInfo'

/**
 * `google.rpc.Status { 1 code · 2 message · 3 details: Any { 1 type_url · 2 value } }` with a
 * `RetryInfo { 1 retry_delay: Duration { 1 seconds } }` in it: the trailer `grpc-status-details-bin`.
 *
 * @see opentelemetry-proto:docs/specification.md, OTLP/gRPC Throttling
 */
export function grpcStatusDetails({
  code,
  message,
  retrySeconds,
}: {
  readonly code: number
  readonly message: string
  readonly retrySeconds: number
}): Uint8Array {
  const retry = new ProtoWriter().message(1, (duration) => duration.int(1, retrySeconds)).bytes
  return new ProtoWriter()
    .int(1, code)
    .text(2, message)
    .message(3, (any) => any.text(1, RETRY_INFO).raw(2, retry)).bytes
}
