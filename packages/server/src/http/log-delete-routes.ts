import { WeirError } from '@weir/model'
import type { HttpDeps } from './deps.ts'
import { lokiAnswer } from './loki-routes.ts'
import { refused, timeOf } from './loki-parameters.ts'
import { type Answer, type Route, json, query } from './route.ts'

const NO_CONTENT: Answer = { status: 204, headers: {}, body: '' }

/** Deletion of lines, as Loki has it; refused unless `web.enable_admin_api` says otherwise. */
export function logDeleteRoutes({ logDeletions, clock }: HttpDeps): Route[] {
  const allowed = (): NonNullable<HttpDeps['logDeletions']> => {
    if (logDeletions !== undefined) return logDeletions
    throw new WeirError(
      'ADMIN_DISABLED',
      'Cannot delete lines: admin APIs are disabled; start Weir with --web.enable-admin-api',
    )
  }
  return [
    {
      methods: ['GET', 'POST', 'PUT'],
      path: '/loki/api/v1/delete',
      access: { GET: 'read', POST: 'admin', PUT: 'admin' },
      audit: { POST: 'logs.delete', PUT: 'logs.delete' },
      summary: 'Delete the lines that a query selects (POST, PUT), or list what was deleted (GET)',
      parameters: [
        query('query', 'A selector and filters; for POST'),
        query('start', 'Seconds, nanoseconds or RFC 3339; for POST'),
        query('end', 'The same; now when left out'),
      ],
      handle: ({ params, head, remark }) =>
        lokiAnswer(async () => {
          const deletions = allowed()
          if (head.method === 'GET') return json(deletions.views())
          const text = params.get('query') ?? ''
          remark({ target: text })
          if (text === '') throw refused('query not set')
          const fromNs = timeOf(params, 'start')
          if (fromNs === undefined) throw refused('start time not set')
          const toNs = timeOf(params, 'end') ?? BigInt(clock.now()) * 1_000_000n
          if (toNs < fromNs) throw refused('start time can not be greater than end time')
          remark({ details: { from: String(fromNs), to: String(toNs) } })
          await deletions.run(text, { fromNs, toNs })
          return NO_CONTENT
        }),
    },
  ]
}
