import type { StatsdCardinality } from '@weir/packs'
import { WeirError } from '@weir/model'
import { loadOverview } from '../pipelines/load.ts'
import { buildDetail, buildOverview } from '../pipelines/overview.ts'
import type { HttpDeps } from './deps.ts'
import { openApi } from './openapi.ts'
import { packRoutes } from './pack-routes.ts'
import { invalid, optionalDuration } from './parameters.ts'
import { type Call, type Route, json, query, segment } from './route.ts'

const NO_SERIES: StatsdCardinality = { series: 0, maxSeries: 0, metrics: [], names: [] }

const WINDOW_MS = 3_600_000
const WINDOW_MIN_MS = 60_000
const WINDOW_MAX_MS = 31 * 86_400_000

/** A sparkline is about as many pixels wide; a chart of the pipeline's page has room for more. */
const OVERVIEW_STEPS = 60
const DETAIL_STEPS = 240

const WINDOW = query('window', 'How far back: `1h` when left out, `1m` to `31d`, or seconds')

/** Weir's own API, `/api/weir/v1/…`; its shapes are in `@weir/packs`. */
export function weirRoutes(deps: HttpDeps, routes: () => readonly Route[]): Route[] {
  return [
    {
      methods: ['GET'],
      path: '/api/weir/v1/overview',
      access: 'read',
      summary: 'Every pipeline with its health and its five signals, worst first',
      parameters: [WINDOW],
      handle: async (call) => json(buildOverview(await load(deps, call, OVERVIEW_STEPS))),
    },
    {
      methods: ['GET'],
      path: '/api/weir/v1/pipelines/:system/:pipeline',
      access: 'read',
      summary: 'One pipeline, stage by stage',
      parameters: [segment('system', 'Such as `airflow`'), segment('pipeline', 'Its name'), WINDOW],
      handle: async (call) => {
        const { system = '', pipeline = '' } = call.path
        const input = await load(deps, call, DETAIL_STEPS, { system, pipeline })
        const detail = buildDetail(input, system, pipeline)
        if (detail !== undefined) return json(detail)
        throw new WeirError(
          'HTTP_NOT_FOUND',
          `Cannot find pipeline ${JSON.stringify(pipeline)} of system ${JSON.stringify(system)}: it has no series and no alert within the window`,
        )
      },
    },
    ...packRoutes(deps),
    {
      methods: ['GET'],
      path: '/api/weir/v1/intakes',
      access: 'read',
      summary: 'Every open way in, with rates and what was refused',
      parameters: [],
      handle: async () => json(await deps.intakes()),
    },
    {
      methods: ['GET'],
      path: '/api/weir/v1/statsd/cardinality',
      access: 'read',
      summary: 'StatsD metrics with the most series, by which label, and names that hold ids',
      parameters: [],
      handle: async () => json((await deps.statsdCardinality()) ?? NO_SERIES),
    },
    {
      methods: ['GET'],
      path: '/api/weir/v1/remote-write',
      access: 'read',
      summary: 'Every endpoint that samples are sent on to, with what waits and what went wrong',
      parameters: [],
      handle: async () => json(await deps.remoteWriteOut()),
    },
    {
      methods: ['GET'],
      path: '/api/weir/v1/queries',
      access: 'read',
      summary: 'Queries under way, and those that took most since the start',
      parameters: [],
      handle: () => json(deps.running()),
    },
    {
      methods: ['GET'],
      path: '/api/weir/v1/status',
      access: 'read',
      summary: 'The process in figures',
      parameters: [],
      handle: async () => json(await deps.status()),
    },
    {
      methods: ['GET'],
      path: '/api/weir/v1/openapi.json',
      access: 'read',
      summary: 'This API as an OpenAPI 3.1 document',
      parameters: [],
      early: true,
      handle: () => json(openApi(routes(), deps.buildInfo().version)),
    },
  ]
}

async function load(
  deps: HttpDeps,
  { params, signal }: Call,
  stepCount: number,
  only?: { readonly system: string; readonly pipeline: string },
): ReturnType<typeof loadOverview> {
  const windowMs = optionalDuration(params, 'window') ?? WINDOW_MS
  if (windowMs < WINDOW_MIN_MS || windowMs > WINDOW_MAX_MS) {
    throw invalid('window', `want 1m to 31d, got ${JSON.stringify(params.get('window'))}`)
  }
  const { alerts } = deps.alerting.alerts()
  const { packs, clock } = deps
  const notes = deps.pipelineNotes()
  const request = { atMs: clock.now(), windowMs, stepCount, alerts, packs, notes }
  return loadOverview(deps.queries, only === undefined ? request : { ...request, only }, signal)
}
