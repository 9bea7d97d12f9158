import type { WeirError } from '@weir/model'
import { otlpResponse, otlpStatus } from '@weir/wire'
import { quotaOf } from '../access/tokens/token-quota.ts'
import { encodingOf, grpcCode, typeOf, wantedEncoding } from '../otlp/protocol.ts'
import { deltaStreamsGauge, partialOf } from '../otlp/outcome.ts'
import type { OtlpOutcome } from '../otlp/receiver.ts'
import { PushIntake } from '../push/push-intake.ts'
import type { HttpDeps } from './deps.ts'
import { CODE_HEADER, asWeirError, statusOf } from './errors.ts'
import { type Answer, type Call, type RequestHead, type Route, comeAgain } from './route.ts'

/** The path that exporters know, and Prometheus's. */
const PATHS = ['/v1/metrics', '/api/v1/otlp/v1/metrics']

/**
 * OTLP metrics. By its specification a sender drops what was answered by 400, 413 or 415, sends again
 * what got 429 or 503 (after `Retry-After`), and never what got 200: so 200 goes out only when what
 * could be kept is durable, and says how much was not.
 */
export function otlpRoutes(deps: HttpDeps): Route[] {
  const { limits } = deps.otlp
  const intake = deps.pushIntakes.add(
    new PushIntake(
      {
        kind: 'otlp',
        path: PATHS[0]!,
        part: 'otlp',
        title: 'OTLP',
        variant: 'encoding',
        section: 'otlp_receiver',
        limits,
      },
      deps,
    ),
  )
  const streams = deltaStreamsGauge(deps.telemetry.registry)
  return PATHS.map((path) => ({
    methods: ['POST'],
    path,
    access: 'ingest',
    summary: 'Take metrics by OTLP over HTTP, in protobuf or JSON',
    parameters: [],
    body: {
      type: 'application/x-protobuf',
      bytesMax: limits.max_body_bytes,
      key: 'otlp_receiver.max_body_bytes',
      admit: (head) => intake.admit(head),
      failure: statusAnswer,
    },
    handle: async (call) => {
      try {
        const outcome = await take(deps, call)
        intake.taken(encodingOf(call.head.contentType)!, outcome)
        streams.set(outcome.deltaStreams)
        return answerOf(outcome, call.head)
      } catch (thrown) {
        const error = asWeirError(thrown)
        intake.refused(encodingOf(call.head.contentType) ?? 'unknown', error)
        if (error.code === 'BUG') throw thrown
        return statusAnswer(error, call.head)
      }
    },
  }))
}

function take(deps: HttpDeps, { head, body, who }: Call): Promise<OtlpOutcome> {
  const encoding = wantedEncoding(head.contentType)
  const { contentEncoding } = head
  return deps.otlp.take({ body, encoding, contentEncoding, quota: quotaOf(who) })
}

function answerOf(outcome: OtlpOutcome, { contentType }: RequestHead): Answer {
  const encoding = encodingOf(contentType)!
  const headers = { 'content-type': typeOf(encoding) }
  return { status: 200, headers, body: otlpResponse(encoding, partialOf(outcome)) }
}

/** An error as OTLP wants it: a `google.rpc.Status` in the encoding of the request. */
export function statusAnswer(error: WeirError, { contentType }: RequestHead): Answer {
  const encoding = encodingOf(contentType) ?? 'json'
  const status = statusOf(error.code)
  return {
    status,
    headers: {
      'content-type': typeOf(encoding),
      [CODE_HEADER]: error.code,
      ...comeAgain(error),
    },
    body: otlpStatus(encoding, { code: grpcCode(status), message: error.message }),
  }
}
