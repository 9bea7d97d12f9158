import type { EventType } from '@weir/packs'
import { type EventFilter, pageOf } from '../events/event-filter.ts'
import type { HttpDeps } from './deps.ts'
import { TIME_MAX_MS, invalid, limitOf, optionalTime } from './parameters.ts'
import { type Route, json, query } from './route.ts'

const LIMIT = 100
const LIMIT_MAX = 1000

const TYPES: readonly EventType[] = ['error', 'warning', 'info', 'success']

/** What senders told, for people and for marks on charts. */
export function eventRoutes(deps: HttpDeps): Route[] {
  return [
    {
      methods: ['GET'],
      path: '/api/weir/v1/events',
      access: 'read',
      summary: 'Events and service checks that senders told, newest first',
      parameters: [
        query('kind', '`event` when left out, or `check`'),
        query('start', 'Not before this time'),
        query('end', 'Not after this time'),
        query('q', 'Words in title, text, host, source or a tag'),
        query('tag[]', '`env:prod`, or `env` for any value; all must be there'),
        query('type[]', 'error, warning, info or success'),
        query('limit', `How many, ${LIMIT} when left out, ${LIMIT_MAX} at most`),
        query('before', 'The `next` of the page before'),
      ],
      handle: ({ params }) => json(pageOf(deps.events(kindOf(params)), filterOf(params))),
    },
  ]
}

function kindOf(params: URLSearchParams): 'event' | 'check' {
  const kind = params.get('kind') ?? 'event'
  if (kind === 'event' || kind === 'check') return kind
  throw invalid('kind', `want event or check, got ${JSON.stringify(kind)}`)
}

function filterOf(params: URLSearchParams): EventFilter {
  return {
    fromMs: optionalTime(params, 'start', 0),
    toMs: optionalTime(params, 'end', TIME_MAX_MS),
    text: (params.get('q') ?? '').trim(),
    tags: params.getAll('tag[]'),
    types: params.getAll('type[]').map(typeOf),
    limit: Math.min(limitOf(params) || LIMIT, LIMIT_MAX),
    before: params.get('before') ?? '',
  }
}

function typeOf(text: string): EventType {
  const type = TYPES.find((known) => known === text)
  if (type !== undefined) return type
  throw invalid('type[]', `want one of ${TYPES.join(', ')}, got ${JSON.stringify(text)}`)
}
