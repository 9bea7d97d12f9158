import { type Matcher, WeirError } from '@weir/model'
import { matchersOf } from '../query/selector.ts'
import type { HttpDeps } from './deps.ts'
import { TIME_MAX_MS, TIME_MIN_MS, flagOf, optionalTime } from './parameters.ts'
import { type Answer, type Route, query, success } from './route.ts'

const POSTED = ['POST', 'PUT'] as const

/** What changes or copies the store; each refused unless `web.enable_admin_api` says otherwise. */
export function adminRoutes({ admin }: HttpDeps): Route[] {
  const allowed = (): NonNullable<HttpDeps['admin']> => {
    if (admin !== undefined) return admin
    throw new WeirError('ADMIN_DISABLED', 'admin APIs disabled')
  }
  return [
    {
      methods: POSTED,
      path: '/api/v1/admin/tsdb/delete_series',
      access: 'admin',
      audit: 'series.delete',
      summary: 'Delete the samples of the series that selectors match',
      parameters: [
        query('match[]', 'Series selector; several are united', true),
        query('start', 'Unix seconds or RFC 3339; the beginning when left out'),
        query('end', 'Unix seconds or RFC 3339; the end when left out'),
      ],
      handle: async ({ params, remark }) => {
        const store = allowed()
        const selectors = params.getAll('match[]')
        remark({ target: selectors.join(' '), details: spanOf(params) })
        if (selectors.length === 0) {
          throw new WeirError('HTTP_PARAMETER', 'no match[] parameter provided')
        }
        const minMs = optionalTime(params, 'start', TIME_MIN_MS)
        const maxMs = optionalTime(params, 'end', TIME_MAX_MS)
        // All are read before any is carried out: a mistake in the last one deletes nothing.
        for (const matchers of selectors.map(readSelector)) {
          await store.deleteSeries({ matchers, minMs, maxMs })
        }
        return NO_CONTENT
      },
    },
    {
      methods: POSTED,
      path: '/api/v1/admin/tsdb/clean_tombstones',
      access: 'admin',
      audit: 'series.clean',
      summary: 'Free the room of what was deleted',
      parameters: [],
      handle: async () => {
        await allowed().cleanTombstones()
        return NO_CONTENT
      },
    },
    {
      methods: POSTED,
      path: '/api/v1/admin/tsdb/snapshot',
      access: 'admin',
      audit: 'snapshot.make',
      summary: 'Copy the data directory to snapshots/NAME in it, while everything goes on',
      parameters: [query('skip_head', '`true` leaves out samples that are not sealed yet')],
      handle: async ({ params, remark }) => {
        const store = allowed()
        const skipHead = flagOf(params, 'skip_head', 'unable to parse boolean')
        const made = await store.snapshot(skipHead)
        remark({ target: made.name })
        return success(made)
      },
    },
  ]
}

/** As they were asked for, for the audit log. */
function spanOf(params: URLSearchParams): Record<string, string> {
  const given = ['start', 'end'].map((name) => [name, params.get(name)] as const)
  return Object.fromEntries(given.filter((pair): pair is [string, string] => pair[1] !== null))
}

const NO_CONTENT: Answer = { status: 204, headers: {}, body: '' }

function readSelector(selector: string): readonly Matcher[] {
  try {
    return matchersOf(selector)
  } catch (error) {
    if (!(error instanceof WeirError)) throw error
    throw new WeirError('HTTP_PARAMETER', `invalid parameter "match[]": ${error.message}`)
  }
}
