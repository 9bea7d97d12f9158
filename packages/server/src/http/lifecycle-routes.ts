import type { HttpDeps } from './deps.ts'
import { CODE_HEADER, asWeirError } from './errors.ts'
import { type Route, text } from './route.ts'

/** What orchestrators and scrapers ask. Plain text, with Prometheus's sentences. */
export function lifecycleRoutes(deps: HttpDeps): Route[] {
  return [
    {
      methods: ['GET'],
      path: '/-/healthy',
      access: 'open',
      summary: 'Whether the process is alive',
      parameters: [],
      early: true,
      handle: () => text('Weir is Healthy.\n'),
    },
    {
      methods: ['GET'],
      path: '/-/ready',
      access: 'open',
      summary: 'Whether Weir can answer; 503 says what it waits for',
      parameters: [],
      early: true,
      handle: () => {
        if (deps.stopping.aborted) return text('Weir is not ready: it is stopping\n', 503)
        const waits = deps.ready()
        if (waits.length === 0) {
          const said = ['Weir is Ready.', ...(deps.remarks?.() ?? [])]
          return text(said.map((line) => `${line}\n`).join(''))
        }
        return text(`Weir is not ready: waiting for ${waits.join(', ')}\n`, 503)
      },
    },
    {
      methods: ['POST', 'PUT'],
      path: '/-/reload',
      access: 'admin',
      audit: 'config.reload',
      summary: 'Read the configuration again; a bad one is refused and the old one stays',
      parameters: [],
      handle: async ({ remark }) => {
        try {
          remark({ details: await deps.reload() })
          return text('')
        } catch (thrown) {
          const { code, message } = asWeirError(thrown)
          remark({ details: { why: message } })
          const answer = text(`failed to reload config: ${message}\n`, 500)
          return { ...answer, headers: { ...answer.headers, [CODE_HEADER]: code } }
        }
      },
    },
    {
      methods: ['GET'],
      path: '/metrics',
      access: 'read',
      summary: "Weir's own metrics, and those that came by StatsD",
      parameters: [],
      handle: async ({ accept }) => {
        const { contentType, body } = await deps.metricsPage(accept)
        return { status: 200, headers: { 'content-type': contentType }, body }
      },
    },
  ]
}
