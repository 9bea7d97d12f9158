import { WeirError } from '@weir/model'
import { federationFormat, federationType } from '@weir/wire'
import type { FederateJob, QueryReply } from '../query/job.ts'
import type { HttpDeps } from './deps.ts'
import { replyWithin } from './query-routes.ts'
import { type Answer, type Call, type Route, query } from './route.ts'

/** Bytes that are made at once; a client that reads slowly holds two of these. */
const PAGE_BYTES = 4 * 2 ** 20

/** `GET /federate`: the newest samples as a page that another Prometheus scrapes. */
export function federateRoute(deps: HttpDeps): Route {
  const pages = deps.telemetry.registry.counter(
    'weir_federation_pages_total',
    'Pages of /federate by format and outcome: sent, or broken in the middle.',
    ['format', 'outcome'],
  )
  return {
    methods: ['GET'],
    path: '/federate',
    access: 'read',
    summary: 'The newest samples of chosen series, for another Prometheus to scrape',
    parameters: [query('match[]', 'A selector; series that any of them chooses. None: nothing.')],
    async handle(call) {
      const format = federationFormat(call.accept)
      const job: FederateJob = {
        kind: 'federate',
        selectors: call.params.getAll('match[]'),
        timeMs: deps.clock.now(),
        limits: deps.evaluation,
        externalLabels: deps.externalLabels(),
        format,
        after: undefined,
        pageBytes: PAGE_BYTES,
      }
      // The first part is made before the headers go out, so that what is wrong can still be said.
      const parts = partsOf(deps, job, call)
      const first = await parts.next()
      if (first.done === true) throw new WeirError('BUG', 'BUG: a page of no parts')
      const { status, headers = {}, body } = first.value
      if (status !== 200) {
        return { status, headers: { 'content-type': 'application/json', ...headers }, body }
      }
      const answer = (whole: Answer['body']): Answer => ({
        status: 200,
        headers: { 'content-type': federationType(format) },
        body: whole,
      })
      const ended = (outcome: 'sent' | 'broken'): void => {
        pages.inc({ format: format.kind, outcome })
      }
      if (first.value.next === undefined) {
        ended('sent')
        return answer(body)
      }
      return answer(streamOf(first.value, parts, ended))
    },
  }
}

async function* streamOf(
  first: QueryReply,
  parts: AsyncGenerator<QueryReply>,
  ended: (outcome: 'sent' | 'broken') => void,
): AsyncGenerator<Uint8Array> {
  let outcome: 'sent' | 'broken' = 'broken'
  try {
    yield first.body
    for await (const { status, error, body } of parts) {
      if (status !== 200) throw new WeirError(error?.code ?? 'BUG', error?.message ?? '')
      yield body
    }
    outcome = 'sent'
  } finally {
    ended(outcome)
  }
}

async function* partsOf(
  deps: HttpDeps,
  first: FederateJob,
  call: Call,
): AsyncGenerator<QueryReply> {
  let job = first
  for (;;) {
    const reply = await replyWithin(deps, job, call)
    yield reply
    if (reply.next === undefined) return
    job = { ...job, after: reply.next }
  }
}
