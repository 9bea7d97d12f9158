import {
  type DashboardForm,
  type Pack,
  type PackDetail,
  type PackSummary,
  packAlertRows,
} from '@weir/packs'
import { WeirError } from '@weir/model'
import { countByMetric, countSeries } from '../packs/series-counts.ts'
import { systemStatus } from '../pipelines/overview.ts'
import type { HttpDeps } from './deps.ts'
import { packFile, packFileNames } from './pack-file.ts'
import { invalid } from './parameters.ts'
import { type Call, type Route, json, query, segment } from './route.ts'

const FORM = query('form', 'Of a board: `provisioning` (as when left out) or `sharing`')

/** The packs: what they know, and their files. */
export function packRoutes(deps: HttpDeps): Route[] {
  return [
    {
      methods: ['GET'],
      path: '/api/weir/v1/packs',
      access: 'read',
      summary: 'The packs, and whether their metrics have been seen',
      parameters: [],
      handle: async (call) => {
        const counts = await countSeries(deps.queries, deps.packs, deps.clock.now(), call.signal)
        return json(deps.packs.map((pack) => packSummary(pack, counts)))
      },
    },
    {
      methods: ['GET'],
      path: '/api/weir/v1/packs/:id',
      access: 'read',
      summary: 'One pack: metric reference, alerts, dashboards',
      parameters: [segment('id', 'Such as `airflow`')],
      handle: async (call) => {
        const pack = packOf(deps, call)
        const [all, counts] = await Promise.all([
          countSeries(deps.queries, [pack], deps.clock.now(), call.signal),
          countByMetric(deps.queries, pack, deps.clock.now(), call.signal),
        ])
        return json(packDetail(pack, all, counts))
      },
    },
    {
      methods: ['GET'],
      path: '/api/weir/v1/packs/:id/*',
      access: 'read',
      summary:
        'A pack written out: rules.yml, mapping.yml, scrape.yml, values.yaml, dashboards/NAME.json',
      parameters: [segment('id', 'Such as `airflow`'), segment('*', 'Name of the file'), FORM],
      handle: (call) => packFile(packOf(deps, call), call.path['*'] ?? '', formOf(call)),
    },
  ]
}

/** The form of a board: with a variable for its data source, or with inputs for who imports it. */
function formOf({ params }: Call): DashboardForm {
  const form = params.get('form') ?? 'provisioning'
  if (form === 'provisioning' || form === 'sharing') return form
  throw invalid('form', `want provisioning or sharing, got ${JSON.stringify(form)}`)
}

function packOf({ packs }: HttpDeps, { path }: Call): Pack {
  const id = path['id'] ?? ''
  const pack = packs.find((known) => known.id === id)
  if (pack !== undefined) return pack
  const known = packs.map((other) => other.id).join(', ')
  throw new WeirError(
    'HTTP_NOT_FOUND',
    `Cannot find pack ${JSON.stringify(id)}: want one of ${known}`,
  )
}

function packSummary(pack: Pack, counts: ReadonlyMap<string, number>): PackSummary {
  return {
    ...systemStatus(pack, counts),
    description: pack.description,
    metricCount: pack.metrics.length,
    alertCount: pack.alerts.length,
    dashboardCount: pack.dashboards.length,
  }
}

/** @param counts series of each metric, in the order of the reference */
function packDetail(
  pack: Pack,
  all: ReadonlyMap<string, number>,
  counts: readonly number[],
): PackDetail {
  return {
    ...packSummary(pack, all),
    ways: pack.ways ?? [],
    metrics: pack.metrics.map((metric, i) => ({ ...metric, seriesCount: counts[i]! })),
    stages: pack.stages.map(({ stage, title, help }) => ({ stage, title, help })),
    alerts: packAlertRows(pack),
    dashboards: pack.dashboards.map(({ name, title, description, variables }) => ({
      name,
      title,
      description,
      chosenBy: variables.flatMap((variable) =>
        variable.pipeline === undefined
          ? []
          : [{ variable: variable.name, part: variable.pipeline }],
      ),
    })),
    files: packFileNames(pack),
  }
}
