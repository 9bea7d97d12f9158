import type { ErrorCode, WeirError } from '@weir/model'
import { grpcStatusDetails } from '@weir/wire'
import { statusOf } from '../../http/errors.ts'
import { grpcCode } from '../protocol.ts'

/** When a sender may come again that was told so. */
const RETRY_SECONDS = 5
/** Clients take 8 KiB of trailers; a message is there twice, and a byte of it may take three. */
const MESSAGE_MAX = 800

/** Where gRPC has a better word than the HTTP status of the same error leads to. */
const CODE_OF: Readonly<Partial<Record<ErrorCode, number>>> = {
  HTTP_BROKEN: 4, // DEADLINE_EXCEEDED: it was too slow, and may be tried again
  HTTP_NOT_FOUND: 12, // UNIMPLEMENTED: another method
  HTTP_BODY_TYPE: 12, // the same for another packing, by gRPC's document on compression
}

/**
 * Trailers that tell of an error. By OTLP's specification a sender drops what got INVALID_ARGUMENT,
 * UNIMPLEMENTED or INTERNAL, and sends again what got UNAVAILABLE, after the time in `RetryInfo`.
 * What is too long is INVALID_ARGUMENT too: RESOURCE_EXHAUSTED, which gRPC libraries give for it, some
 * senders try again for ever.
 */
export function errorTrailers({ code, message }: WeirError): Record<string, string> {
  const http = statusOf(code)
  const status = CODE_OF[code] ?? grpcCode(http)
  const short = message.slice(0, MESSAGE_MAX)
  const trailers = { 'grpc-status': String(status), 'grpc-message': percentEncoded(short) }
  if (http !== 503) return trailers
  const details = grpcStatusDetails({ code: status, message: short, retrySeconds: RETRY_SECONDS })
  return { ...trailers, 'grpc-status-details-bin': Buffer.from(details).toString('base64') }
}

/** Bytes of UTF-8, those that are no plain ASCII as `%XX`. */
function percentEncoded(text: string): string {
  return Array.from(Buffer.from(text), (byte) =>
    byte < 0x20 || byte > 0x7e || byte === 0x25
      ? `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
      : String.fromCharCode(byte),
  ).join('')
}
