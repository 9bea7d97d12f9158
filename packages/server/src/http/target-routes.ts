import { type Matcher, WeirError } from '@weir/model'
import { parseSelector } from '@weir/promql'
import type { HttpDeps, TargetsView } from './deps.ts'
import { globalUrl } from './global-url.ts'
import { countOf, invalid } from './parameters.ts'
import { type Route, json, query, success } from './route.ts'

/** What is scraped and where it was found: Prometheus's shapes, and one of Weir's own. */
export function targetRoutes(deps: HttpDeps): Route[] {
  return [
    {
      methods: ['GET'],
      path: '/api/v1/targets',
      access: 'read',
      summary: 'Scrape targets and how the last scrape went',
      parameters: [
        query('state', '`active`, `dropped` or `any`'),
        query('scrapePool', 'Only this scrape config'),
      ],
      handle: async ({ params }) => {
        const state = (params.get('state') ?? '').toLowerCase()
        const pool = params.get('scrapePool') ?? ''
        return success(targetsAnswer(await deps.scraping.targets(), { state, pool }, deps))
      },
    },
    {
      methods: ['GET'],
      path: '/api/v1/targets/metadata',
      access: 'read',
      summary: 'What targets say of their metrics',
      parameters: [
        query('match_target', 'A selector on the labels of targets'),
        query('metric', 'Only this metric'),
        query('limit', 'No further target is looked at once there are as many'),
      ],
      handle: async ({ params }) => {
        const limit = countOf(params, 'limit')
        const matchers = targetMatchers(params.get('match_target') ?? '')
        const metric = params.get('metric') ?? ''
        const found = await deps.scraping.metadata({ matchers, metric, limit })
        if (metric === '') return success(found)
        return success(found.map(({ target, type, help, unit }) => ({ target, type, help, unit })))
      },
    },
    {
      methods: ['GET', 'POST'],
      path: '/api/v1/targets/relabel_steps',
      access: 'read',
      summary: 'What each relabelling rule of a scrape config makes of some labels',
      parameters: [
        query('scrapePool', 'The scrape config', true),
        query('labels', 'Labels before relabelling, a JSON object', true),
      ],
      handle: async ({ params }) => {
        const job = params.get('scrapePool') ?? ''
        if (job === '') throw new WeirError('HTTP_PARAMETER', 'no scrapePool parameter provided')
        const labels = labelsOf(params.get('labels') ?? '')
        const steps = await deps.scraping.relabelSteps({ job, labels })
        if (steps !== undefined) return success({ steps })
        const why = `error retrieving scrape config: scrape pool ${JSON.stringify(job)} not found`
        throw new WeirError('HTTP_PARAMETER', why)
      },
    },
    {
      methods: ['GET'],
      path: '/api/v1/scrape_pools',
      access: 'read',
      summary: 'Names of the scrape configs',
      parameters: [],
      handle: async () => success({ scrapePools: await deps.scraping.jobNames() }),
    },
    {
      methods: ['GET'],
      path: '/api/weir/v1/scrape_jobs',
      access: 'read',
      summary: 'Scrape configs, where each looks for targets, and how that goes',
      parameters: [],
      handle: async () => json(await deps.scraping.jobs()),
    },
  ]
}

function targetsAnswer(
  { activeTargets, droppedTargets, droppedTargetCounts }: TargetsView,
  { state, pool }: { readonly state: string; readonly pool: string },
  { externalUrl, listenPort }: Pick<HttpDeps, 'externalUrl' | 'listenPort'>,
): object {
  const isWanted = (target: { readonly scrapePool: string }): boolean =>
    pool === '' || target.scrapePool === pool
  const isEither = state === '' || state === 'any'
  const reached = { externalUrl, ownPort: listenPort() }
  return {
    activeTargets:
      isEither || state === 'active'
        ? activeTargets
            .filter(isWanted)
            .map((target) => ({ ...target, globalUrl: globalUrl(target.scrapeUrl, reached) }))
        : [],
    droppedTargets: isEither || state === 'dropped' ? droppedTargets.filter(isWanted) : [],
    droppedTargetCounts: isEither || state === 'dropped' ? droppedTargetCounts : null,
  }
}

function targetMatchers(selector: string): readonly Matcher[] {
  if (selector === '') return []
  try {
    return parseSelector(selector)
  } catch (error) {
    if (error instanceof WeirError) throw invalid('match_target', error.message)
    throw error
  }
}

function labelsOf(text: string): Record<string, string> {
  if (text === '') throw new WeirError('HTTP_PARAMETER', 'no labels parameter provided')
  const labels = parsed(text)
  const isMap =
    typeof labels === 'object' &&
    labels !== null &&
    !Array.isArray(labels) &&
    Object.values(labels).every((value) => typeof value === 'string')
  if (isMap) return labels as Record<string, string>
  throw new WeirError('HTTP_PARAMETER', 'error parsing labels: want a JSON object of strings')
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new WeirError('HTTP_PARAMETER', `error parsing labels: ${(error as Error).message}`)
  }
}
