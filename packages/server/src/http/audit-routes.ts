import { type AuditFilter, auditPage } from '../audit/audit-filter.ts'
import type { HttpDeps } from './deps.ts'
import { TIME_MAX_MS, invalid, limitOf, optionalTime } from './parameters.ts'
import { type Route, json, query } from './route.ts'

const LIMIT = 100
const LIMIT_MAX = 1000

/** Who changed what. */
export function auditRoutes({ audit }: HttpDeps): Route[] {
  return [
    {
      methods: ['GET'],
      path: '/api/weir/v1/audit',
      access: 'admin',
      summary: 'Who changed what and when, and what was refused, newest first',
      parameters: [
        query('who', 'Only what this name did'),
        query('action', '`silence.set`, or `silence` for all that begin so'),
        query('result', '`done` or `refused`'),
        query('q', 'Words in name, address, action, target or details'),
        query('start', 'Not before this time'),
        query('end', 'Not after this time'),
        query('limit', `How many, ${LIMIT} when left out, ${LIMIT_MAX} at most`),
        query('before', 'The `next` of the page before'),
      ],
      handle: ({ params }) => json(auditPage(audit, filterOf(params))),
    },
  ]
}

function filterOf(params: URLSearchParams): AuditFilter {
  const text = (name: string): string => (params.get(name) ?? '').trim().slice(0, 500)
  return {
    fromMs: optionalTime(params, 'start', 0),
    toMs: optionalTime(params, 'end', TIME_MAX_MS),
    who: text('who'),
    action: text('action'),
    result: resultOf(text('result')),
    text: text('q'),
    limit: Math.min(limitOf(params) || LIMIT, LIMIT_MAX),
    before: text('before'),
  }
}

function resultOf(text: string): AuditFilter['result'] {
  if (text === '' || text === 'done' || text === 'refused') return text
  throw invalid('result', `want done or refused, got ${JSON.stringify(text)}`)
}
