import { WeirError } from '@weir/model'
import { matchersOf } from './alertmanager-filter.ts'
import type { HttpDeps } from './deps.ts'
import { type Route, json, repeated } from './route.ts'

/** Alerts that a preview shows; the others are counted. */
const EXAMPLES_MAX = 20

/** What Alertmanager's API does not say about silences. */
export function silenceRoutes(deps: HttpDeps): Route[] {
  return [
    {
      methods: ['GET'],
      path: '/api/weir/v1/silences/preview',
      access: 'read',
      summary: 'Which of the alerts known now a silence with these matchers would hold back',
      parameters: [repeated('matcher', 'One matcher each, such as `team="x"`; all must hold')],
      handle: ({ params }) => json(preview(deps, params)),
    },
  ]
}

function preview({ alerting, alertmanager }: HttpDeps, params: URLSearchParams): object {
  const matchers = matchersOf(params, 'matcher', alertmanager)
  if (matchers.length === 0) {
    throw new WeirError('HTTP_PARAMETER', 'Cannot preview a silence: want at least one matcher')
  }
  const all = alerting.routing.alerts()
  const met = all.filter(({ labels }) => matchers.every((matcher) => matcher.matches(labels)))
  return {
    alerts: met.length,
    of: all.length,
    alreadySilenced: met.filter(({ status: { silencedBy } }) => silencedBy.length > 0).length,
    examples: met.slice(0, EXAMPLES_MAX).map(({ labels }) => labels),
  }
}
