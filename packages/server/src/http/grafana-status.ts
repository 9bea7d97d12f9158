import type { HttpDeps } from './deps.ts'
import { type Route, json } from './route.ts'

/**
 * What clients of Grafana's API ask before they do anything: whether it is there, which version, whose. The
 * version is Weir's own: who wants a Grafana of some version is told that this is none, before something fails.
 *
 * @see grafana:docs/sources/developers/http_api/other.md and org.md
 */
export function grafanaStatusRoutes(deps: HttpDeps): Route[] {
  const build = (): { readonly version: string; readonly commit: string } => {
    const { version, revision } = deps.buildInfo()
    return { version, commit: revision }
  }
  return [
    {
      methods: ['GET'],
      path: '/api/health',
      access: 'open',
      summary: 'That Weir answers, as Grafana says it; the version only to who may read',
      parameters: [],
      handle: ({ who }) => json({ database: 'ok', ...(who.scopes.has('read') ? build() : {}) }),
    },
    {
      methods: ['GET'],
      path: '/api/frontend/settings',
      access: 'read',
      summary: "Weir's version where Grafana has its own; it has no data sources to choose from",
      parameters: [],
      handle: () =>
        json({
          appSubUrl: '',
          buildInfo: { ...build(), edition: 'Weir', env: 'production' },
          datasources: {},
          defaultDatasource: '',
          namespace: 'default',
        }),
    },
    {
      methods: ['GET'],
      path: '/api/org',
      access: 'read',
      summary: 'The one organization that there is, as Grafana gives it',
      parameters: [],
      handle: () => json({ id: 1, name: 'Weir' }),
    },
  ]
}
