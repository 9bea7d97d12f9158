import { WeirError } from '@weir/model'
import type { OtlpEncoding } from '@weir/wire'

const TYPES: Readonly<Record<string, OtlpEncoding>> = {
  'application/x-protobuf': 'protobuf',
  'application/protobuf': 'protobuf',
  'application/json': 'json',
}

/** In what a request is written, and its answer will be; undefined when it says neither. */
export function encodingOf(contentType: string): OtlpEncoding | undefined {
  return TYPES[contentType.split(';', 1)[0]!.trim().toLowerCase()]
}

/** The media type of an answer. */
export function typeOf(encoding: OtlpEncoding): string {
  return encoding === 'json' ? 'application/json' : 'application/x-protobuf'
}

/** @throws {WeirError} `HTTP_BODY_TYPE` */
export function wantedEncoding(contentType: string): OtlpEncoding {
  const encoding = encodingOf(contentType)
  if (encoding !== undefined) return encoding
  const given = JSON.stringify(contentType.slice(0, 100))
  const why = `Cannot take OTLP of content type ${given}: want application/x-protobuf or application/json`
  throw new WeirError('HTTP_BODY_TYPE', why)
}

/** Codes of gRPC by HTTP status, as far as they are answered. */
const GRPC_CODES: Readonly<Record<number, number>> = {
  400: 3, // INVALID_ARGUMENT
  401: 16, // UNAUTHENTICATED
  403: 7, // PERMISSION_DENIED
  413: 3,
  415: 3,
  429: 8, // RESOURCE_EXHAUSTED
  500: 13, // INTERNAL
  503: 14, // UNAVAILABLE
}

/** The code in the `google.rpc.Status` of an answer. */
export function grpcCode(httpStatus: number): number {
  return GRPC_CODES[httpStatus] ?? 2 // UNKNOWN
}
