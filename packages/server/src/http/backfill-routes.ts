import type { RecordingGroup } from '@weir/alerting'
import { WeirError } from '@weir/model'
import type { BackfillRange } from '../backfill/grid.ts'
import type { HttpDeps } from './deps.ts'
import { invalid, optionalDuration, optionalTime, requiredTime } from './parameters.ts'
import { type Call, type Route, json, query, segment } from './route.ts'

/** `/api/weir/v1/backfills`: recording rules evaluated for the past. */
export function backfillRoutes(deps: HttpDeps): Route[] {
  return [
    {
      methods: ['GET', 'POST'],
      path: '/api/weir/v1/backfills',
      access: { GET: 'read', POST: 'admin' },
      audit: { POST: 'backfill.begin' },
      summary: 'By GET the backfills of recording rules, newest first; POST begins one',
      parameters: [
        query('rules', 'A rule file; without one, rules that are loaded'),
        query('file', 'Of loaded rules: the file of the group'),
        query('group', 'Of loaded rules: the group'),
        query('start', 'First moment, Unix seconds or RFC 3339'),
        query('end', 'Last moment; now when left out'),
        query('step', 'Other than the interval of the group: `1m`, or seconds'),
      ],
      handle: ({ origin, params, remark }) => {
        if (origin.kind !== 'http' || origin.method !== 'POST') return json(deps.backfills.views())
        const range = rangeOf(params, deps.clock.now())
        const groups = groupsOf(params, deps)
        remark({
          target: groups.map(({ name }) => name).join(' '),
          details: {
            start: new Date(range.startMs).toISOString(),
            end: new Date(range.endMs).toISOString(),
          },
        })
        return json(deps.backfills.begin(groups, range))
      },
    },
    {
      methods: ['GET'],
      path: '/api/weir/v1/backfills/:id',
      access: 'read',
      summary: 'One backfill',
      parameters: [segment('id', 'Its id')],
      handle: ({ path }) => json(deps.backfills.view(path['id'] ?? '')),
    },
    {
      methods: ['POST'],
      path: '/api/weir/v1/backfills/:id/cancel',
      access: 'admin',
      audit: 'backfill.cancel',
      summary: 'End a backfill; what it has written stays',
      parameters: [segment('id', 'Its id')],
      handle: ({ path }) => json(deps.backfills.cancel(path['id'] ?? '')),
    },
  ]
}

function rangeOf(params: Call['params'], nowMs: number): BackfillRange {
  const startMs = requiredTime(params, 'start')
  const endMs = Math.min(nowMs, optionalTime(params, 'end', nowMs))
  const stepMs = optionalDuration(params, 'step')
  if (endMs < startMs) throw invalid('end', 'end timestamp must not be before start time')
  if (stepMs !== undefined && stepMs < 1000) throw invalid('step', 'want at least 1s')
  return { startMs, endMs, stepMs }
}

function groupsOf(params: Call['params'], deps: HttpDeps): RecordingGroup[] {
  const text = params.get('rules')
  const groups = deps.recordingGroups(text ?? undefined)
  const file = params.get('file')
  const name = params.get('group')
  const wanted = groups.filter(
    (group) => (file ?? group.file) === group.file && (name ?? group.name) === group.name,
  )
  if (wanted.length > 0) return wanted
  const what = name === null ? '' : ` in group ${JSON.stringify(name)}`
  throw new WeirError('BACKFILL_EMPTY', `Cannot fill in: there is no recording rule${what}`)
}
