import { WeirError } from '@weir/model'
import type { HttpDeps } from './deps.ts'
import { invalid } from './parameters.ts'
import { type Route, query, success } from './route.ts'

const TSDB_LIMIT = 10
const TSDB_LIMIT_MAX = 10_000
const KEPT_HERE =
  'these are figures of what Weir keeps itself (storage.metrics.local_retention); the engine has figures of its own'

/** The server's own state, in Prometheus's shapes. */
export function statusRoutes(deps: HttpDeps): Route[] {
  return [
    {
      methods: ['GET'],
      path: '/api/v1/alertmanagers',
      access: 'read',
      summary: 'Alertmanagers elsewhere that get the alerts of rules',
      parameters: [],
      handle: () => success(deps.outsideAlertmanagers()),
    },
    {
      methods: ['GET'],
      path: '/api/v1/status/config',
      access: 'read',
      summary: 'The configuration in use, without secrets',
      parameters: [],
      handle: () => success({ yaml: deps.configText() }),
    },
    {
      methods: ['GET'],
      path: '/api/v1/status/flags',
      access: 'read',
      summary: 'Flags that Weir runs with',
      parameters: [],
      handle: () => success(deps.flags()),
    },
    {
      methods: ['GET'],
      path: '/api/v1/status/runtimeinfo',
      access: 'read',
      summary: 'The process and its surroundings',
      parameters: [],
      handle: async () => success(await deps.runtime()),
    },
    {
      methods: ['GET'],
      path: '/api/v1/status/buildinfo',
      access: 'read',
      summary: 'Which version this is',
      parameters: [],
      handle: () => success(deps.buildInfo()),
    },
    {
      methods: ['GET'],
      path: '/api/v1/status/tsdb',
      access: 'read',
      summary: 'What the store holds, and which names are the most frequent',
      parameters: [
        query(
          'limit',
          'Most names a list, 1 to 10000, of which Weir counts the 1000 largest; 10 when left out',
        ),
      ],
      handle: async ({ params }) => {
        const stats = await deps.tsdbStats(tsdbLimit(params))
        const { engine } = await deps.status()
        return success(stats, engine === undefined ? [] : [KEPT_HERE])
      },
    },
    {
      methods: ['GET'],
      path: '/api/v1/status/walreplay',
      access: 'read',
      summary: 'How far the start is; Weir replays nothing, so it is done or not begun',
      parameters: [],
      early: true,
      handle: () => success({ min: 0, max: 0, current: 0 }),
    },
  ]
}

function tsdbLimit(params: URLSearchParams): number {
  const text = params.get('limit') ?? ''
  if (text === '') return TSDB_LIMIT
  const limit = /^\+?\d+$/.test(text) ? Number(text) : 0
  if (limit < 1) throw new WeirError('HTTP_PARAMETER', 'limit must be a positive number')
  if (limit > TSDB_LIMIT_MAX) throw invalid('limit', `limit must not exceed ${TSDB_LIMIT_MAX}`)
  return limit
}
