import { Labels } from '@weir/model'
import type { HttpDeps } from './deps.ts'
import { invalid } from './parameters.ts'
import { type Route, json, repeated } from './route.ts'

/** `/api/weir/v1/routes`: where alerts go. */
export function routingRoutes({ alerting }: HttpDeps): Route[] {
  return [
    {
      methods: ['GET'],
      path: '/api/weir/v1/routes',
      access: 'read',
      summary: 'The routing tree, everything inherited filled in',
      parameters: [],
      handle: () => json(alerting.routing.tree()),
    },
    {
      methods: ['GET'],
      path: '/api/weir/v1/routes/test',
      access: 'read',
      summary: 'The routes that an alert with these labels would take',
      parameters: [repeated('label', 'One label each, such as `team=x`')],
      handle: ({ params }) => json(alerting.routing.routes(labelsOf(params))),
    },
  ]
}

function labelsOf(params: URLSearchParams): Labels {
  const pairs = params.getAll('label').map((text) => {
    const at = text.indexOf('=')
    if (at <= 0)
      throw invalid('label', `want name=value, got ${JSON.stringify(text.slice(0, 100))}`)
    return [text.slice(0, at), text.slice(at + 1)] as const
  })
  return Labels.of(Object.fromEntries(pairs))
}
