import { WeirError } from '@weir/model'
import { z } from 'zod'
import { type BoardJob, boardJob, idOf } from './board-questions.ts'
import type { HttpDeps } from './deps.ts'
import { asWeirError, errorBody } from './errors.ts'
import { jsonBody, readJson } from './json-body.ts'
import { packed } from './packed-lines.ts'
import { replyWithin } from './query-routes.ts'
import type { Answer, Call, Route } from './route.ts'

const body = z.strictObject({ queries: z.array(z.unknown()).min(1) })

/** Questions that are the same, asked once. */
interface Asked {
  readonly ids: readonly string[]
  readonly job: BoardJob
}

/** An answer to a question, as JSON. */
interface Answered {
  readonly ids: readonly string[]
  readonly json: Uint8Array
  readonly outcome: 'answered' | 'failed' | 'refused'
}

/** `POST /api/weir/v1/boards/query`: all that a board wants to know, in one request. */
export function boardRoutes(deps: HttpDeps): Route[] {
  const asked = deps.telemetry.registry.counter(
    'weir_board_queries_total',
    'Questions of dashboards by how they ended: answered, failed (the query), refused (at a limit), canceled (the client went away).',
    ['result'],
  )
  const answer = async function* (call: Call, given: readonly unknown[]) {
    let open = given.length
    try {
      for await (const { ids, json, outcome } of answers(deps, call, given)) {
        for (const id of ids) {
          open--
          asked.inc({ result: outcome })
          yield line(id, json)
        }
      }
    } finally {
      asked.inc({ result: 'canceled' }, open)
    }
  }
  return [
    {
      methods: ['POST'],
      path: '/api/weir/v1/boards/query',
      access: 'read',
      summary: 'All queries of a dashboard; a line of JSON for each as it is done',
      parameters: [],
      early: 'queries',
      body: jsonBody(deps.limits.bodyBytesMax),
      handle: (call): Answer => {
        const { queries } = readJson(call, body)
        const { queriesMax } = deps.limits.board
        if (queries.length > queriesMax) {
          const why = `Cannot answer ${queries.length} queries at once: want at most ${queriesMax} (web.boards.max_queries)`
          throw new WeirError('BOARD_LIMIT', why)
        }
        if (queries.some((each) => idOf(each) === undefined)) {
          throw new WeirError('HTTP_PARAMETER', 'Cannot answer a query without an id: want a text')
        }
        return packed(call, 'application/x-ndjson', answer(call, queries))
      },
    },
  ]
}

/**
 * Answers as they are done. Some questions run at a time, in the order in which they came: a slow one
 * holds no other, and one board leaves place in the line of queries for the next.
 */
async function* answers(
  deps: HttpDeps,
  call: Call,
  given: readonly unknown[],
): AsyncGenerator<Answered> {
  const { atOnce, answerBytesMax } = deps.limits.board
  const left = new AbortController()
  const signal = AbortSignal.any([call.signal, left.signal])
  const { questions, broken } = sorted(deps, given)
  const running = new Map<Asked, Promise<[Asked, Answered]>>()
  let bytes = 0
  try {
    yield* broken
    for (let next = 0; next < questions.length || running.size > 0;) {
      signal.throwIfAborted()
      if (bytes > answerBytesMax && next < questions.length) {
        yield refusal(questions[next++]!.ids, tooLong(answerBytesMax))
        continue
      }
      if (running.size < atOnce && next < questions.length) {
        const asked = questions[next++]!
        running.set(
          asked,
          ask(deps, { ...call, signal }, asked).then((done) => [asked, done]),
        )
        continue
      }
      const [asked, done] = await Promise.race(running.values())
      signal.throwIfAborted()
      running.delete(asked)
      bytes += done.json.length * done.ids.length
      yield done
    }
  } finally {
    left.abort(new WeirError('QUERY_CANCELED', 'query was canceled'))
  }
}

/** Questions without doubles, and what is no question. */
function sorted(
  deps: HttpDeps,
  given: readonly unknown[],
): { readonly questions: readonly Asked[]; readonly broken: readonly Answered[] } {
  const byJob = new Map<string, { ids: string[]; job: BoardJob }>()
  const broken: Answered[] = []
  for (const each of given) {
    const id = idOf(each)!
    try {
      const job = boardJob(each, deps.evaluation)
      const key = JSON.stringify({ ...(each as object), id: '' })
      const known = byJob.get(key)
      if (known === undefined) byJob.set(key, { ids: [id], job })
      else known.ids.push(id)
    } catch (thrown) {
      broken.push({ ...refusal([id], asWeirError(thrown)), outcome: 'failed' })
    }
  }
  return { questions: [...byJob.values()], broken }
}

async function ask(deps: HttpDeps, call: Call, { ids, job }: Asked): Promise<Answered> {
  try {
    if (job.to === 'logs') {
      const { body: json } = await deps.logQueries.ask(job.job, call.signal, isPage(call))
      return { ids, json, outcome: 'answered' }
    }
    const { status, body: json } = await replyWithin(deps, job.job, call)
    return { ids, json, outcome: status === 200 ? 'answered' : 'failed' }
  } catch (thrown) {
    const error = asWeirError(thrown)
    const isFull = error.code === 'QUERY_QUEUE_FULL'
    return { ...refusal(ids, error), outcome: isFull ? 'refused' : 'failed' }
  }
}

/** Browsers say this of requests by Weir's own page; nobody else's page gets here. */
function isPage(call: Call): boolean {
  return call.header('sec-fetch-site') === 'same-origin'
}

function refusal(ids: readonly string[], error: WeirError): Answered {
  return { ids, json: Buffer.from(errorBody(error)), outcome: 'refused' }
}

function tooLong(bytesMax: number): WeirError {
  const why = `Cannot answer: the answers before take more than ${bytesMax} bytes (web.boards.max_answer_bytes); ask for fewer series or a longer step`
  return new WeirError('QUERY_ANSWER_TOO_LARGE', why)
}

/** The answer of a query thread is an object in one line of JSON: the id is put before its first key. */
function line(id: string, json: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(`{"id":${JSON.stringify(id)},`), json.subarray(1), NEWLINE])
}

const NEWLINE = Buffer.from('\n')
