import { WeirError } from '@weir/model'
import {
  type ReadFormat,
  type ReadRequest,
  SNAPPY_SLACK,
  parseReadRequest,
  snappyHead,
  unpackSnappy,
} from '@weir/wire'
import type { QueryReply, ReadChunksJob } from '../query/job.ts'
import { Turns } from '../remote-read/turns.ts'
import type { HttpDeps } from './deps.ts'
import { replyWithin } from './query-routes.ts'
import type { Answer, Call, Route } from './route.ts'

/** Bytes of frames that are made at once; a client that reads slowly holds two of these. */
const PAGE_BYTES = 8 * 2 ** 20

/**
 * `POST /api/v1/read`: samples for another Prometheus, as one message or as a stream of chunks. A
 * stream is made page by page, each by a query thread when the one before is on its way.
 */
export function remoteReadRoute(deps: HttpDeps): Route {
  const { limits, remoteReadLimits, telemetry } = deps
  const turns = new Turns(remoteReadLimits.max_concurrent)
  const reads = telemetry.registry.counter(
    'weir_remote_read_requests_total',
    'Remote read requests by format of the answer (samples or streamed) and outcome: sent, or broken in the middle of a stream.',
    ['format', 'outcome'],
  )
  return {
    methods: ['POST'],
    path: '/api/v1/read',
    access: 'read',
    summary: 'Samples for another Prometheus, by remote read',
    parameters: [],
    body: {
      type: 'application/x-protobuf',
      bytesMax: limits.bodyBytesMax,
      key: 'web.max_body_bytes',
      admit: ({ contentEncoding }) => {
        if (contentEncoding !== '' && contentEncoding.toLowerCase() !== 'snappy') {
          const got = JSON.stringify(contentEncoding.slice(0, 100))
          throw new WeirError(
            'HTTP_BODY_TYPE',
            `Cannot read a body of encoding ${got}: want snappy`,
          )
        }
        return () => undefined
      },
    },
    async handle(call) {
      const request = readRequest(call.body, limits.bodyBytesMax)
      const format = formatOf(request)
      const leave = await turns.enter(call.signal)
      call.signal.addEventListener('abort', leave, { once: true }) // also when nothing was read yet
      try {
        const answer =
          format === 'samples'
            ? await answerSamples(deps, request, call)
            : await answerStream(deps, request, call, (outcome) => {
                leave()
                reads.inc({ format, outcome })
              })
        if (answer.status === 200 && format === 'streamed') return answer // its end leaves
        leave()
        if (answer.status === 200) reads.inc({ format, outcome: 'sent' })
        return answer
      } catch (error) {
        leave()
        throw error
      }
    },
  }
}

function readRequest(body: Uint8Array, bytesMax: number): ReadRequest {
  const head = snappyHead(body)
  if (head === undefined) throw unreadable('it is not packed by snappy (block format)')
  if (head.textBytes > bytesMax) {
    const why = `Cannot unpack a remote read request to ${head.textBytes} bytes, want at most ${bytesMax} (web.max_body_bytes)`
    throw new WeirError('HTTP_TOO_LARGE', why)
  }
  const text = new Uint8Array(head.textBytes + SNAPPY_SLACK)
  if (!unpackSnappy(body, head, text)) throw unreadable('its snappy block breaks off, or lies')
  const request = parseReadRequest(text, head.textBytes)
  if (typeof request === 'string') throw unreadable(request)
  return request
}

/** The client's first choice that there is; plain samples when it does not say. */
function formatOf({ accepts, isPicky }: ReadRequest): ReadFormat {
  const format = accepts[0] ?? (isPicky ? undefined : 'samples')
  if (format !== undefined) return format
  throw unreadable('want SAMPLES or STREAMED_XOR_CHUNKS among the accepted response types')
}

async function answerSamples(
  deps: HttpDeps,
  { queries }: ReadRequest,
  call: Call,
): Promise<Answer> {
  const { max_samples, max_answer_bytes } = deps.remoteReadLimits
  const reply = await replyWithin(
    deps,
    {
      kind: 'readSamples',
      queries,
      externalLabels: deps.externalLabels(),
      samplesMax: max_samples,
      answerBytesMax: max_answer_bytes,
    },
    call,
  )
  if (reply.status !== 200) return asError(reply)
  const headers = { 'content-type': 'application/x-protobuf', 'content-encoding': 'snappy' }
  return { status: 200, headers, body: reply.body }
}

/** The first page is made before the headers go out, so that what is wrong can still be said. */
async function answerStream(
  deps: HttpDeps,
  request: ReadRequest,
  call: Call,
  ended: (outcome: 'sent' | 'broken') => void,
): Promise<Answer> {
  const pages = pagesOf(deps, request, call)
  const first = await pages.next()
  if (first.done !== true && first.value.status !== 200) return asError(first.value)
  async function* body(): AsyncGenerator<Uint8Array> {
    let outcome: 'sent' | 'broken' = 'broken'
    try {
      for (let page = first; page.done !== true; page = await pages.next()) {
        if (page.value.status !== 200) {
          throw new WeirError(page.value.error?.code ?? 'BUG', page.value.error?.message ?? '')
        }
        if (page.value.body.length > 0) yield page.value.body
      }
      outcome = 'sent'
    } finally {
      ended(outcome)
    }
  }
  const type = 'application/x-streamed-protobuf; proto=prometheus.ChunkedReadResponse'
  return { status: 200, headers: { 'content-type': type }, body: body() }
}

async function* pagesOf(
  deps: HttpDeps,
  { queries }: ReadRequest,
  call: Call,
): AsyncGenerator<QueryReply> {
  for (const [queryIndex, query] of queries.entries()) {
    let after: readonly string[] | undefined
    do {
      const job: ReadChunksJob = {
        kind: 'readChunks',
        query,
        queryIndex,
        externalLabels: deps.externalLabels(),
        after,
        pageBytes: PAGE_BYTES,
        frameBytesMax: deps.remoteReadLimits.max_frame_bytes,
      }
      const reply = await replyWithin(deps, job, call)
      yield reply
      after = reply.next
    } while (after !== undefined)
  }
}

function asError({ status, headers = {}, body }: QueryReply): Answer {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body }
}

function unreadable(why: string): WeirError {
  return new WeirError('REMOTE_READ_INVALID', `Cannot read a remote read request: ${why}`)
}
