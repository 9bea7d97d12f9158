import { WeirError } from '@weir/model'
import { quotaOf } from '../access/tokens/token-quota.ts'
import type { PushOutcome } from '../push/outcome.ts'
import { PushIntake } from '../push/push-intake.ts'
import { type WriteVersion, writeVersion } from '../remote-write/protocol.ts'
import type { HttpDeps } from './deps.ts'
import { asWeirError, statusOf } from './errors.ts'
import { type Answer, type Call, type Route, comeAgain, failure } from './route.ts'

/**
 * `POST /api/v1/write`. Senders tell what to do by the status alone: 2xx is stored, 4xx is never sent
 * again, 5xx is sent again until it is taken. So 5xx goes out only when nothing was kept.
 */
export function remoteWriteRoute(deps: HttpDeps): Route {
  const limits = deps.remoteWriteLimits
  const intake = deps.pushIntakes.add(
    new PushIntake(
      {
        kind: 'remote-write',
        path: '/api/v1/write',
        part: 'remote_write',
        title: 'Remote write',
        variant: 'version',
        section: 'remote_write_receiver',
        limits,
        busy: 'REMOTE_WRITE_BUSY',
      },
      deps,
    ),
  )
  return {
    methods: ['POST'],
    path: '/api/v1/write',
    access: 'ingest',
    summary: 'Take samples by Prometheus remote write 1.0 or 2.0',
    parameters: [],
    body: {
      type: 'application/x-protobuf',
      bytesMax: limits.max_body_bytes,
      key: 'remote_write_receiver.max_body_bytes',
      admit: (head) => intake.admit(head),
    },
    handle: (call) => take(deps, intake, call),
  }
}

async function take(deps: HttpDeps, intake: PushIntake, call: Call): Promise<Answer> {
  let version: WriteVersion | 'unknown' = 'unknown'
  try {
    version = writeVersion(call.head.contentType, call.head.contentEncoding)
    const outcome = await deps.remoteWrite({ body: call.body, version, quota: quotaOf(call.who) })
    intake.taken(version, outcome)
    return answerOf(outcome)
  } catch (thrown) {
    const error = asWeirError(thrown)
    intake.refused(version, error)
    if (error.code === 'BUG') throw thrown
    const answer = failure(error)
    return {
      ...answer,
      headers: { ...answer.headers, ...writtenHeaders(NOTHING), ...comeAgain(error) },
    }
  }
}

const NOTHING = { samples: 0, histograms: 0, exemplars: 0 } as const

function answerOf(outcome: PushOutcome): Answer {
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
}: Pick<PushOutcome, 'samples' | 'histograms' | 'exemplars'>): Record<string, string> {
  return {
    'x-prometheus-remote-write-samples-written': String(samples),
    'x-prometheus-remote-write-histograms-written': String(histograms),
    'x-prometheus-remote-write-exemplars-written': String(exemplars),
  }
}
