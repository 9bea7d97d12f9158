import type { AlertEventKind, HistoryAnswer } from '@weir/alerting'
import { Labels, type Millis } from '@weir/model'
import { z } from 'zod'
import type { HttpDeps } from './deps.ts'
import { jsonBody, readJson } from './json-body.ts'
import { invalid, limitOf, optionalTime } from './parameters.ts'
import { type Answer, type Call, type Route, authorOf, json, query, segment } from './route.ts'

const by = z.string().default('')
const ack = z.strictObject({ by, comment: z.string().default('') })
const assign = z.strictObject({ by, to: z.string() })
const note = z.strictObject({ by, text: z.string() })
const snooze = z.strictObject({
  by,
  untilMs: z.int().nullable(),
  comment: z.string().default(''),
})

const ALERTS = segment('fingerprint', 'Of the alert; several with commas between')
const BY = query('by', 'Who says so, where nobody is asked who he is')

/** `/api/weir/v1/alerts/…`: what fires, what happened, and what people say about it. */
export function alertDeskRoutes(deps: HttpDeps): Route[] {
  const marks = (): HttpDeps['alerting']['marks'] => deps.alerting.marks
  return [
    {
      methods: ['GET'],
      path: '/api/weir/v1/alerts/groups',
      access: 'read',
      summary: 'What fires, grouped as it is told, with what people said about it',
      parameters: [],
      handle: () => json(firing(deps)),
    },
    {
      methods: ['GET'],
      path: '/api/weir/v1/alerts/history',
      access: 'read',
      summary: 'What happened to alerts, newest first',
      parameters: [
        query('fingerprint', 'Of one alert'),
        query('kind[]', 'Such as `firing`, `notified`; all when left out'),
        query('start', 'First moment; a day ago when left out'),
        query('end', 'Before this moment; now when left out'),
        query('limit', 'So many; 500 when left out, up to 5000'),
      ],
      handle: ({ params }) => json(history(deps, params)),
    },
    {
      methods: ['POST', 'DELETE'],
      path: '/api/weir/v1/alerts/:fingerprint/ack',
      access: 'write',
      audit: { POST: 'alert.ack', DELETE: 'alert.unack' },
      summary:
        'Acknowledge alerts: they are not told again while they fire on. DELETE takes it back',
      parameters: [ALERTS, BY],
      body: jsonBody(deps.limits.bodyBytesMax),
      handle: async (call) => {
        if (isDelete(call)) await marks().unack(printsOf(call), byOf(call))
        else await marks().ack(printsOf(call), signed(call, ack))
        return marked(deps, call)
      },
    },
    {
      methods: ['POST', 'DELETE'],
      path: '/api/weir/v1/alerts/:fingerprint/snooze',
      access: 'write',
      audit: { POST: 'alert.snooze', DELETE: 'alert.wake' },
      summary: 'Silence alerts until `untilMs`, or until they are resolved. DELETE ends it',
      parameters: [ALERTS, BY],
      body: jsonBody(deps.limits.bodyBytesMax),
      handle: async (call) => {
        if (isDelete(call)) await marks().wake(printsOf(call), byOf(call))
        else await marks().snooze(printsOf(call), signed(call, snooze))
        return marked(deps, call)
      },
    },
    {
      methods: ['POST'],
      path: '/api/weir/v1/alerts/:fingerprint/assign',
      access: 'write',
      audit: 'alert.assign',
      summary: 'Say whose alerts they are; an empty `to` takes it back',
      parameters: [ALERTS],
      body: jsonBody(deps.limits.bodyBytesMax),
      handle: async (call) => {
        await marks().assign(printsOf(call), signed(call, assign))
        return marked(deps, call)
      },
    },
    {
      methods: ['POST'],
      path: '/api/weir/v1/alerts/:fingerprint/note',
      access: 'write',
      audit: 'alert.note',
      summary: 'Leave a note on alerts',
      parameters: [ALERTS],
      body: jsonBody(deps.limits.bodyBytesMax),
      handle: async (call) => {
        await marks().note(printsOf(call), signed(call, note))
        return marked(deps, call)
      },
    },
  ]
}

function firing({ alerting }: HttpDeps): unknown {
  return alerting.routing.groups().map(({ alerts, ...group }) => ({
    ...group,
    alerts: alerts.map((alert) => ({
      ...alert,
      marks: alerting.marks.get(alert.fingerprint) ?? null,
    })),
  }))
}

const HISTORY_MS = 86_400_000
const HISTORY_LIMIT = 500
const HISTORY_LIMIT_MAX = 5000

function history(
  { alerting, clock }: HttpDeps,
  params: URLSearchParams,
): Omit<HistoryAnswer, 'labels'> & { readonly labels: Readonly<Record<string, Labels>> } {
  const nowMs: Millis = clock.now()
  const endMs = optionalTime(params, 'end', nowMs + 1)
  const limit = limitOf(params) || HISTORY_LIMIT
  if (limit > HISTORY_LIMIT_MAX) throw invalid('limit', `want at most ${HISTORY_LIMIT_MAX}`)
  const fingerprint = params.get('fingerprint') ?? ''
  if (fingerprint !== '' && !/^[0-9a-f]{16}$/.test(fingerprint)) {
    throw invalid('fingerprint', 'want 16 hex digits')
  }
  const kinds = params.getAll('kind[]') as AlertEventKind[]
  const { labels, ...answer } = alerting.history.ask({
    startMs: optionalTime(params, 'start', endMs - HISTORY_MS),
    endMs,
    limit,
    ...(fingerprint === '' ? {} : { fingerprint }),
    ...(kinds.length === 0 ? {} : { kinds }),
  })
  const named = [...labels].map(([print, flat]) => [print, Labels.fromFlat(flat)] as const)
  return { ...answer, labels: Object.fromEntries(named) }
}

function isDelete({ origin }: Call): boolean {
  return origin.method === 'DELETE'
}

function byOf(call: Call): string {
  return authorOf(call, call.params.get('by') ?? '')
}

/** A body in the name of who asks; what else it says is told in the audit log. */
function signed<T extends { readonly by: string }>(call: Call, schema: z.ZodType<T>): T {
  const given = readJson(call, schema)
  const { by: _, ...rest } = given
  const told = Object.entries(rest).filter(([, value]) => value !== '')
  call.remark({ details: Object.fromEntries(told.map(([name, value]) => [name, String(value)])) })
  return { ...given, by: authorOf(call, given.by) }
}

function printsOf({ path }: Call): string[] {
  return (path['fingerprint'] ?? '').split(',')
}

function marked({ alerting }: HttpDeps, call: Call): Answer {
  return json(printsOf(call).map((print) => alerting.marks.get(print)))
}
