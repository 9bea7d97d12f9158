import { WeirError } from '@weir/model'
import type { PushGroupView } from '@weir/packs'
import { quotaOf } from '../access/tokens/token-quota.ts'
import type { PushOutcome } from '../push/outcome.ts'
import { PushIntake } from '../push/push-intake.ts'
import type { PushGatewayConfig } from '../pushgateway/config.ts'
import { PUSH_PATH } from '../pushgateway/grouping.ts'
import type { PushRequest } from '../pushgateway/push-gateway.ts'
import type { Sent } from '../threads/push-thread.ts'
import type { HttpDeps } from './deps.ts'
import { CODE_HEADER, asWeirError, statusOf } from './errors.ts'
import { type Answer, type Call, type Route, comeAgain, json, text } from './route.ts'

/**
 * The push gateway's API: groups of metrics at `/metrics/job/JOB{/LABEL/VALUE}`, replaced whole by PUT,
 * metric by metric by POST, ended by DELETE. Its clients look at statuses and show texts to people, so
 * errors are plain text.
 *
 * @see prometheus/pushgateway: README.md, handler/push.go
 */
export function pushGatewayRoutes(deps: HttpDeps): Route[] {
  const { config } = deps.pushGateway
  const intake = deps.pushIntakes.add(
    new PushIntake(
      {
        kind: 'push-gateway',
        path: PUSH_PATH,
        part: 'push_gateway',
        title: 'Push gateway',
        variant: 'method',
        section: 'pushgateway',
        limits: config,
      },
      deps,
    ),
  )
  const group = (path: string): Route => ({
    methods: ['PUT', 'POST', 'DELETE'],
    path,
    access: 'ingest',
    audit: { DELETE: 'push-group.delete' },
    summary:
      'Push metrics to the group that the path names (PUT replaces all, POST those of the same names), or delete it',
    parameters: [],
    body: {
      type: 'text/plain',
      bytesMax: config.max_body_bytes,
      key: 'pushgateway.max_body_bytes',
      admit: (head) => intake.admit(head),
    },
    handle: (call) => take(deps, intake, call),
  })
  return [
    group(`${PUSH_PATH}/*`),
    group(`${PUSH_PATH}@base64/*`),
    {
      methods: ['GET'],
      path: '/api/v1/metrics',
      access: 'read',
      summary: 'Everything that was pushed, group by group, as the push gateway answers',
      parameters: [],
      handle: async () => ({
        status: 200,
        headers: { 'content-type': 'application/json' },
        body: await deps.pushGateway.metrics(),
      }),
    },
    {
      methods: ['PUT'],
      path: '/api/v1/admin/wipe',
      access: 'admin',
      audit: 'push-group.wipe',
      summary: 'Delete all pushed groups',
      parameters: [],
      handle: async () => {
        if (deps.admin === undefined) throw new WeirError('ADMIN_DISABLED', 'admin APIs disabled')
        await deps.pushGateway.wipe()
        return ACCEPTED
      },
    },
    {
      methods: ['GET'],
      path: '/api/weir/v1/push-groups',
      access: 'read',
      summary: 'Pushed groups with when they were pushed last, and whether that was good',
      parameters: [],
      handle: async () => json(await deps.pushGateway.views()),
    },
  ]
}

const ACCEPTED: Answer = { status: 202, headers: {}, body: '' }
const OK: Answer = { status: 200, headers: {}, body: '' }

async function take({ pushGateway }: HttpDeps, intake: PushIntake, call: Call): Promise<Answer> {
  const { method, path } = call.origin
  try {
    if (method === 'DELETE') {
      call.remark({ target: path })
      await pushGateway.delete(path)
      intake.taken(method, NOTHING)
      return ACCEPTED
    }
    const outcome = await pushGateway.push({
      path,
      body: call.body,
      contentType: call.head.contentType,
      contentEncoding: call.head.contentEncoding,
      replace: method === 'PUT',
      quota: quotaOf(call.who),
    })
    intake.taken(method, outcome)
    return answerOf(outcome)
  } catch (thrown) {
    const error = asWeirError(thrown)
    intake.refused(method, error)
    if (error.code === 'BUG') throw thrown
    return plain(error)
  }
}

const NOTHING: PushOutcome = { samples: 0, histograms: 0, exemplars: 0, rejected: {}, example: '' }

/** The group is there whatever the store refused of it; its sender should know all the same. */
function answerOf({ rejected, example }: PushOutcome): Answer {
  const reasons = Object.entries(rejected)
  if (reasons.length === 0) return OK
  const counts = reasons.map(([reason, count]) => `${count} ${reason}`).join(', ')
  const why = `some pushed samples cannot be kept (${counts}), the others are; one of them: ${example}`
  return plain(new WeirError('PUSH_GATEWAY_INVALID', why))
}

function plain(error: WeirError): Answer {
  const answer = text(`${error.message}\n`, statusOf(error.code))
  const headers = { ...answer.headers, [CODE_HEADER]: error.code, ...comeAgain(error) }
  return { ...answer, headers }
}

/** The push gateway as the HTTP side sees it. */
export interface PushGatewayDoor {
  readonly config: PushGatewayConfig
  /** The body changes hands. */
  push(
    request: Sent<PushRequest> & { readonly body: Uint8Array<ArrayBuffer> },
  ): Promise<PushOutcome>
  delete(path: string): Promise<void>
  wipe(): Promise<void>
  /** The answer of `/api/v1/metrics`: written elsewhere, since it may be long. */
  metrics(): Promise<Uint8Array>
  views(): Promise<readonly PushGroupView[]>
}
