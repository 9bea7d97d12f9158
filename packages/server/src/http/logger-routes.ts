import { WeirError } from '@weir/model'
import { fromTo } from '../audit/changed-keys.ts'
import type { LoggersConfig } from '../loggers/config.ts'
import { overrideDraft } from '../loggers/override.ts'
import { pollRequest } from '../loggers/protocol.ts'
import type { LoggerFilter } from '../loggers/views.ts'
import type { HttpDeps } from './deps.ts'
import { jsonBody, readJson } from './json-body.ts'
import { type BodyRule, type Call, type Route, authorOf, json, query, segment } from './route.ts'

/** `/api/weir/v1/loggers`: which loggers there are, and their levels for a while. */
export function loggerRoutes(deps: HttpDeps): Route[] {
  const pattern = (what: string): string => `${what}, \`*\` standing for anything`
  return [
    {
      methods: ['GET'],
      path: '/api/weir/v1/loggers',
      access: 'read',
      summary: 'Loggers of all processes with their levels, by service',
      parameters: [
        query('service', pattern('The service')),
        query('logger', pattern('The logger')),
        query('instance', pattern('The process')),
        query('host', pattern('The host')),
      ],
      handle: ({ params }) => json(deps.loggers().loggers(filterOf(params))),
    },
    {
      methods: ['POST'],
      path: '/api/weir/v1/loggers/poll',
      access: 'ingest',
      summary: 'A process tells of its loggers and waits for changes of their levels',
      parameters: [],
      body: pollBody(deps.loggerLimits),
      handle: (call) => answerPoll(call, deps),
    },
    {
      methods: ['GET', 'POST'],
      path: '/api/weir/v1/loggers/overrides',
      access: { GET: 'read', POST: 'write' },
      audit: { POST: 'level.set' },
      summary: 'By GET the changes of levels that hold; POST begins one',
      parameters: [],
      body: jsonBody(deps.limits.bodyBytesMax),
      handle: async (call) => {
        const desk = deps.loggers()
        if (call.origin.method !== 'POST') return json({ overrides: desk.overrides() })
        const draft = readJson(call, overrideDraft)
        const { selector, logger, level, durationMs, reason } = draft
        const selected = JSON.stringify(selector)
        const before = desk
          .overrides()
          .find((one) => one.logger === logger && JSON.stringify(one.selector) === selected)
        call.remark({
          target: logger,
          details: {
            level: fromTo(before?.level, level),
            selected,
            durationMs: String(durationMs),
            reason,
          },
        })
        const by = { ...draft, author: authorOf(call, draft.author) }
        return json(await desk.set(by, call.origin.clientIp))
      },
    },
    {
      methods: ['GET', 'DELETE'],
      path: '/api/weir/v1/loggers/overrides/:id',
      access: { GET: 'read', DELETE: 'write' },
      audit: { DELETE: 'level.clear' },
      summary: 'One change of levels, process by process; DELETE ends it',
      parameters: [segment('id', 'Its id'), query('by', 'Who ends it')],
      handle: async (call) => {
        const desk = deps.loggers()
        const id = call.path['id'] ?? ''
        if (call.origin.method !== 'DELETE') return json(desk.override(id))
        const by = authorOf(call, call.params.get('by') ?? '')
        return json(await desk.clear(id, by.slice(0, 200)))
      },
    },
    {
      methods: ['GET'],
      path: '/api/weir/v1/loggers/audit',
      access: 'read',
      summary: 'All changes of levels that are kept, the newest first',
      parameters: [],
      handle: () => json({ overrides: deps.loggers().audit() }),
    },
  ]
}

/** So many may be under way beside those that wait: a process asks anew before its first answer is out. */
const SPARE_POLLS = 64

/** Polls wait for long, so they are counted apart from other bodies. */
function pollBody({ max_poll_bytes, max_instances }: LoggersConfig): BodyRule {
  let underWay = 0
  return {
    type: 'application/json',
    bytesMax: max_poll_bytes,
    key: 'loggers.max_poll_bytes',
    admit: () => {
      if (underWay >= max_instances + SPARE_POLLS) {
        const why = `${underWay} are connected (loggers.max_instances): raise it, or come again`
        throw new WeirError('LOGGERS_FULL', `Cannot take another process: ${why}`)
      }
      underWay++
      return () => {
        underWay--
      }
    },
  }
}

async function answerPoll(call: Call, deps: HttpDeps): Promise<ReturnType<typeof json>> {
  const request = readJson(call, pollRequest)
  // It may wait for half a minute, and its body is not needed for that.
  deps.bodyRooms.give(call.body.buffer)
  const until = AbortSignal.any([call.signal, deps.stopping])
  return json(await deps.loggers().poll(request, until))
}

function filterOf(params: URLSearchParams): LoggerFilter {
  const text = (name: string): string => (params.get(name) ?? '').slice(0, 256)
  return {
    service: text('service'),
    logger: text('logger'),
    instance: text('instance'),
    host: text('host'),
  }
}
