import { WeirError } from '@weir/model'
import { RemoteWriteEvents } from '../remote-write/events.ts'
import { type WriteVersion, writeVersion } from '../remote-write/protocol.ts'
import type { WriteOutcome } from '../remote-write/receiver.ts'
import type { HttpDeps } from './deps.ts'
import { asWeirError, statusOf } from './errors.ts'
import { type Answer, type Call, type Route, comeAgain, failure } from './route.ts'

/**
 * `POST /api/v1/write`. Senders tell what to do by the status alone: 2xx is stored, 4xx is never sent
 * again, 5xx is sent again until it is taken. So 5xx goes out only when nothing was kept.
 */
export function remoteWriteRoute(deps: HttpDeps): Route {
  const limits = deps.remoteWriteLimits
  const events = new RemoteWriteEvents(deps.telemetry)
  let requests = 0
  let bytes = 0
  return {
    methods: ['POST'],
    path: '/api/v1/write',
    summary: 'Take samples by Prometheus remote write 1.0 or 2.0',
    parameters: [],
    body: {
      type: 'application/x-protobuf',
      bytesMax: limits.max_body_bytes,
      key: 'remote_write_receiver.max_body_bytes',
      admit({ contentLength = limits.max_body_bytes }) {
        // One that is too long is refused for that, further on; it takes no room.
        const length = contentLength > limits.max_body_bytes ? 0 : contentLength
        if (
          requests >= limits.max_requests_in_flight ||
          (bytes > 0 && bytes + length > limits.max_bytes_in_flight)
        ) {
          const busy = busyError(requests, bytes)
          events.refused('unknown', busy)
          throw busy
        }
        requests++
        bytes += length
        events.inFlight(requests, bytes)
        return () => {
          requests--
          bytes -= length
          events.inFlight(requests, bytes)
        }
      },
    },
    handle: (call) => take(deps, events, call),
  }
}

async function take(deps: HttpDeps, events: RemoteWriteEvents, call: Call): Promise<Answer> {
  let version: WriteVersion | 'unknown' = 'unknown'
  try {
    version = writeVersion(call.head.contentType, call.head.contentEncoding)
    const outcome = await deps.remoteWrite(owned(call.body), version)
    events.taken(version, outcome)
    return answerOf(outcome)
  } catch (thrown) {
    const error = asWeirError(thrown)
    events.refused(version, error)
    if (error.code === 'BUG') throw thrown
    const answer = failure(error)
    return {
      ...answer,
      headers: { ...answer.headers, ...writtenHeaders(NOTHING), ...comeAgain(error) },
    }
  }
}

const NOTHING = { samples: 0, histograms: 0, exemplars: 0 } as const

function answerOf(outcome: WriteOutcome): Answer {
  const headers = writtenHeaders(outcome)
  const rejected = Object.entries(outcome.rejected)
  if (rejected.length === 0) return { status: 204, headers, body: '' }
  const counts = rejected.map(([reason, count]) => `${count} ${reason}`).join(', ')
  const error = new WeirError(
    'REMOTE_WRITE_REJECTED',
    `Cannot keep some samples (${counts}), the others are stored; one of them: ${outcome.example}`,
  )
  const answer = failure(error)
  return { ...answer, status: statusOf(error.code), headers: { ...answer.headers, ...headers } }
}

/** What 2.0 wants on each answer; a sender of 1.0 does not mind. */
function writtenHeaders({
  samples,
  histograms,
  exemplars,
}: Pick<WriteOutcome, 'samples' | 'histograms' | 'exemplars'>): Record<string, string> {
  return {
    'x-prometheus-remote-write-samples-written': String(samples),
    'x-prometheus-remote-write-histograms-written': String(histograms),
    'x-prometheus-remote-write-exemplars-written': String(exemplars),
  }
}

/** The bytes in a buffer of their own, which can change hands; those of a large body are so already. */
function owned(body: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer, byteLength } = body
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength)
    return new Uint8Array(buffer)
  return new Uint8Array(body)
}

function busyError(requests: number, bytes: number): WeirError {
  return new WeirError(
    'REMOTE_WRITE_BUSY',
    `Cannot take one more remote write request: ${requests} with ${bytes} bytes are under way; come again later`,
  )
}
