import type { WeirError } from '@weir/model'
import { type PartialSuccess, otlpResponse } from '@weir/wire'
import { quotaOf } from '../access/tokens/token-quota.ts'
import { FIELD_PARAMETERS, fieldParameters } from '../logs/http/field-parameters.ts'
import { LogGate, LogIntake } from '../logs/http/log-intake.ts'
import {
  type FieldParameters,
  type LogOutcome,
  type LogProtocol,
  NO_FIELDS,
} from '../logs/receive/log-request.ts'
import { encodingOf, typeOf } from '../otlp/protocol.ts'
import type { HttpDeps } from './deps.ts'
import { ELASTIC_PREFIXES, elasticAnswer, elasticError, elasticRoutes } from './elastic-routes.ts'
import { CODE_HEADER, asWeirError, statusOf } from './errors.ts'
import { statusAnswer } from './otlp-routes.ts'
import {
  type Answer,
  type Call,
  type Parameter,
  type RequestHead,
  type Route,
  comeAgain,
  failure,
  json,
  query,
  segment,
  text,
} from './route.ts'

const INDEX = segment('index', 'Not looked at: lines are told apart by labels')

/** What a protocol adds to what all ways in of lines have. */
interface WayIn {
  readonly protocol: LogProtocol
  readonly methods: Route['methods']
  readonly paths: readonly string[]
  readonly summary: string
  /** The media type, for the API document. */
  readonly type: string
  readonly parameters: readonly Parameter[]
  fields(call: Call): FieldParameters
  /** When what could be kept is. */
  answer(outcome: LogOutcome, call: Call): Answer
  /** When nothing was kept. */
  failure(error: WeirError, head: RequestHead): Answer
}

/**
 * Lines of log. A 2xx goes out only when what could be kept survives a loss of power; what could not is
 * told as each protocol has it, so that its senders neither lose lines nor send twice what is there.
 */
export function logIntakeRoutes(deps: HttpDeps): Route[] {
  const gate = new LogGate(deps.logs.limits, deps)
  return [
    ...[ndjson, otlp, loki, elastic, datadog].flatMap((way) => routesOf(deps, way, gate)),
    ...elasticRoutes(),
    validateRoute(),
  ]
}

function routesOf(deps: HttpDeps, way: WayIn, gate: LogGate): Route[] {
  const intake = deps.pushIntakes.add(new LogIntake(way.protocol, way.paths[0]!, gate))
  const refusal = (error: WeirError, head: RequestHead): Answer => {
    const answer = way.failure(error, head)
    const wait =
      error.code === 'LOGS_RATE'
        ? { 'retry-after': String(intake.retrySeconds(head.clientIp)) }
        : comeAgain(error)
    return { ...answer, headers: { ...answer.headers, [CODE_HEADER]: error.code, ...wait } }
  }
  const handle = async (call: Call): Promise<Answer> => {
    const { head, body } = call
    try {
      const { protocol } = way
      const { contentType, contentEncoding } = head
      const fields = way.fields(call)
      const quota = quotaOf(call.who)
      const request = { protocol, body, contentType, contentEncoding, fields, quota }
      const outcome = await deps.logs.take(request)
      intake.taken(head.clientIp, outcome)
      return way.answer(outcome, call)
    } catch (thrown) {
      const error = asWeirError(thrown)
      intake.refused(error)
      if (error.code === 'BUG') throw thrown
      return refusal(error, head)
    }
  }
  return way.paths.map((path) => ({
    methods: way.methods,
    path,
    access: 'ingest',
    summary: way.summary,
    parameters: path.includes(':index') ? [INDEX, ...way.parameters] : way.parameters,
    body: {
      type: way.type,
      bytesMax: deps.logs.limits.max_body_bytes,
      key: 'logs.max_body_bytes',
      admit: (head) => intake.admit(head),
      failure: refusal,
    },
    handle,
  }))
}

const ndjson: WayIn = {
  protocol: 'ndjson',
  methods: ['POST'],
  paths: ['/api/weir/v1/logs', '/insert/jsonline'],
  summary: 'Take lines of log, a JSON object each',
  type: 'application/x-ndjson',
  parameters: FIELD_PARAMETERS,
  fields: fieldParameters,
  answer: ({ lines, rejected, example }) =>
    json({ lines, rejected, ...(example === '' ? {} : { example }) }),
  failure: (error) => failure(error),
}

const otlp: WayIn = {
  protocol: 'otlp',
  methods: ['POST'],
  paths: ['/v1/logs', '/otlp/v1/logs', '/insert/opentelemetry/v1/logs'],
  summary: 'Take lines of log by OTLP over HTTP, in protobuf or JSON',
  type: 'application/x-protobuf',
  parameters: [],
  fields: () => NO_FIELDS,
  answer: (outcome, { head }) => {
    const encoding = encodingOf(head.contentType)!
    return {
      status: 200,
      headers: { 'content-type': typeOf(encoding) },
      body: otlpResponse(encoding, partialOf(outcome), 'rejectedLogRecords'),
    }
  },
  failure: statusAnswer,
}

/** What was not kept, for a sender that must not send it again. */
function partialOf({ rejected, example }: LogOutcome): PartialSuccess | undefined {
  const count = rejectedCount(rejected)
  if (count === 0) return undefined
  return { rejected: count, message: whyNot(rejected, example) }
}

const loki: WayIn = {
  protocol: 'loki',
  methods: ['POST'],
  paths: ['/loki/api/v1/push', '/insert/loki/api/v1/push'],
  summary: 'Take lines of log as Loki does, in protobuf or JSON',
  type: 'application/x-protobuf',
  parameters: [],
  fields: () => NO_FIELDS,
  // A 400 is what Loki answers when it kept the rest; its senders do not send it again.
  answer: ({ rejected, example }) =>
    rejectedCount(rejected) === 0
      ? { status: 204, headers: {}, body: '' }
      : text(`${whyNot(rejected, example)}\n`, 400),
  failure: (error) => text(`${error.message}\n`, statusOf(error.code)),
}

const elastic: WayIn = {
  protocol: 'elastic',
  methods: ['POST', 'PUT'],
  paths: ELASTIC_PREFIXES.flatMap((prefix) => [`${prefix}/_bulk`, `${prefix}/:index/_bulk`]),
  summary: 'Take lines of log as Elasticsearch does: an action and a document in turn',
  type: 'application/x-ndjson',
  parameters: FIELD_PARAMETERS,
  fields: fieldParameters,
  answer: ({ answer = '' }) => elasticAnswer(answer),
  failure: (error) => elasticError(error),
}

const SAID_IN_ADDRESS = ['ddsource', 'ddtags', 'hostname', 'service'] as const

const datadog: WayIn = {
  protocol: 'datadog',
  methods: ['POST'],
  paths: ['/api/v2/logs', '/v1/input'],
  summary: "Take lines of log as Datadog's agent and clients send them",
  type: 'application/json',
  parameters: SAID_IN_ADDRESS.map((name) => query(name, 'For lines that do not say it themselves')),
  fields: ({ params }) => {
    const extra = SAID_IN_ADDRESS.flatMap((name) => {
      const value = params.get(name) ?? ''
      return value === '' ? [] : [name, value]
    })
    return extra.length === 0 ? NO_FIELDS : { ...NO_FIELDS, extra }
  },
  // There is no way to tell of single lines: what was not kept is counted, and on the status page.
  answer: () => ({ ...json({}), status: 202 }),
  failure: ({ code, message }) => {
    const status = statusOf(code)
    return {
      ...json({ errors: [{ status: String(status), title: code, detail: message }] }),
      status,
    }
  },
}

/** What Datadog's agent asks before it sends; any key is good, since access is not by keys. */
function validateRoute(): Route {
  return {
    methods: ['GET'],
    path: '/api/v1/validate',
    access: 'ingest',
    summary: "Whether a key of Datadog's is good: it is",
    parameters: [],
    handle: () => json({ valid: true }),
  }
}

function rejectedCount(rejected: Readonly<Record<string, number>>): number {
  return Object.values(rejected).reduce((sum, count) => sum + count, 0)
}

const SHOWN = 1000

function whyNot(rejected: Readonly<Record<string, number>>, example: string): string {
  const counts = Object.entries(rejected).map(([reason, count]) => `${count} ${reason}`)
  return `lines not kept: ${counts.join(', ')}; one of them: ${example}`.slice(0, SHOWN)
}
