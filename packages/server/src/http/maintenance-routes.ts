import { WeirError } from '@weir/model'
import { z } from 'zod'
import type { HttpDeps } from './deps.ts'
import { jsonBody, readJson } from './json-body.ts'
import { optionalTime } from './parameters.ts'
import { type Call, type Route, authorOf, json, query, segment } from './route.ts'

const draft = z.strictObject({
  name: z.string(),
  comment: z.string().default(''),
  createdBy: z.string().default(''),
  matchers: z.array(
    z.strictObject({
      name: z.string(),
      operator: z.enum(['=', '!=', '=~', '!~']).default('='),
      value: z.string(),
    }),
  ),
  start: z.string(),
  durationMs: z.int(),
  timeZone: z.string().default('UTC'),
  rrule: z.string().default(''),
})

const FOUR_WEEKS_MS = 28 * 86_400_000
const RANGE_MAX_MS = 366 * 86_400_000

/** `/api/weir/v1/maintenance`: windows in which nobody is told. */
export function maintenanceRoutes(deps: HttpDeps): Route[] {
  const book = (): HttpDeps['alerting']['maintenance'] => deps.alerting.maintenance
  return [
    {
      methods: ['GET', 'POST'],
      path: '/api/weir/v1/maintenance',
      access: { GET: 'read', POST: 'write' },
      audit: { POST: 'maintenance.plan' },
      summary: 'By GET the maintenance windows and when they are; POST plans one',
      parameters: [
        query('start', 'Times from then on; now when left out'),
        query('end', 'Times before then; four weeks later when left out'),
      ],
      body: jsonBody(deps.limits.bodyBytesMax),
      handle: async (call) => {
        if (call.origin.method === 'POST') return json(await book().set(planned(call)))
        const { fromMs, toMs } = rangeOf(call.params, deps.clock.now())
        return json({ windows: book().list(), times: book().occurrences(fromMs, toMs) })
      },
    },
    {
      methods: ['PUT', 'DELETE'],
      path: '/api/weir/v1/maintenance/:id',
      access: 'write',
      audit: { PUT: 'maintenance.change', DELETE: 'maintenance.forget' },
      summary: 'Change a maintenance window, or by DELETE forget it',
      parameters: [segment('id', 'Its id')],
      body: jsonBody(deps.limits.bodyBytesMax),
      handle: async (call) => {
        const id = idOf(call)
        if (call.origin.method === 'PUT') return json(await book().set(planned(call), id))
        await book().remove(id)
        return json({})
      },
    },
  ]
}

/** The window in the name of who asks. */
function planned(call: Call): z.output<typeof draft> {
  const given = readJson(call, draft)
  const { name, start, durationMs, rrule } = given
  call.remark({
    ...(call.path['id'] === undefined ? { target: name } : {}),
    details: { name, start, durationMs: String(durationMs), ...(rrule === '' ? {} : { rrule }) },
  })
  return { ...given, createdBy: authorOf(call, given.createdBy) }
}

function idOf({ path }: Call): string {
  return path['id'] ?? ''
}

function rangeOf(
  params: URLSearchParams,
  nowMs: number,
): { readonly fromMs: number; readonly toMs: number } {
  const fromMs = optionalTime(params, 'start', nowMs)
  const toMs = optionalTime(params, 'end', fromMs + FOUR_WEEKS_MS)
  if (toMs - fromMs <= RANGE_MAX_MS) return { fromMs, toMs }
  const why = 'Cannot list times of maintenance: want at most a year between start and end'
  throw new WeirError('HTTP_PARAMETER', why)
}
