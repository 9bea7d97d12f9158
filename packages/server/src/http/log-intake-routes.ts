import type { WeirError } from '@weir/model'
import { FIELD_PARAMETERS, fieldParameters } from '../logs/http/field-parameters.ts'
import { LogGate, LogIntake } from '../logs/http/log-intake.ts'
import type { LogOutcome, LogProtocol, LogRequest } from '../logs/receive/log-request.ts'
import type { HttpDeps } from './deps.ts'
import { CODE_HEADER, asWeirError } from './errors.ts'
import {
  type Answer,
  type Call,
  type Parameter,
  type RequestHead,
  type Route,
  comeAgain,
  failure,
  json,
} from './route.ts'

/** What a protocol adds to what all ways in of lines have. */
interface WayIn {
  readonly protocol: LogProtocol
  readonly paths: readonly string[]
  readonly summary: string
  /** The media type, for the API document. */
  readonly type: string
  readonly parameters: readonly Parameter[]
  request(call: Call): Omit<LogRequest, 'protocol' | 'body' | 'contentEncoding'>
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
  return [ndjson].flatMap((way) => routesOf(deps, way, gate))
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
      const { contentEncoding } = head
      const request = { protocol, body, contentEncoding, ...way.request(call) }
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
    methods: ['POST'],
    path,
    summary: way.summary,
    parameters: way.parameters,
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
  paths: ['/api/weir/v1/logs', '/insert/jsonline'],
  summary: 'Take lines of log, a JSON object each',
  type: 'application/x-ndjson',
  parameters: FIELD_PARAMETERS,
  request: (call) => ({ contentType: call.head.contentType, fields: fieldParameters(call) }),
  answer: ({ lines, rejected, example }) =>
    json({ lines, rejected, ...(example === '' ? {} : { example }) }),
  failure: (error) => failure(error),
}
