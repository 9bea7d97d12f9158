import type { HttpClient, HttpReply } from '@weir/fetch'
import { type Clock, WeirError } from '@weir/model'
import type { Telemetry } from '../../telemetry/log.ts'
import { type DistantEngine, pathBehind, tenantHeaders } from '../config.ts'
import type { LokiQuestion } from './loki-question.ts'

export interface LokiClientOptions {
  readonly engine: DistantEngine
  readonly client: Pick<HttpClient, 'request'>
  readonly clock: Clock
  readonly telemetry: Telemetry
}

/** Longer questions go as the body of a POST: addresses have limits on their way. */
const QUERY_BYTES_MAX = 4096
/** Of what Loki says is wrong so much is told. */
const WRONG_BYTES_MAX = 4096

/** Asks a Loki, and says what is wrong in Weir's words where they are not Loki's own. */
export class LokiClient {
  readonly #options: LokiClientOptions
  readonly #asked
  readonly #seconds

  constructor(options: LokiClientOptions) {
    this.#options = options
    const { registry } = options.telemetry
    this.#asked = registry.counter(
      'weir_logs_engine_questions_total',
      'Questions to the engine of logs by how they ended: answered, refused, away or canceled.',
      ['result'],
    )
    this.#seconds = registry.histogram(
      'weir_logs_engine_question_duration_seconds',
      'Time that the engine of logs took to answer questions.',
      [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    )
  }

  /**
   * What Loki answers, as it comes: a buffer of its own, which may change hands.
   *
   * @throws {WeirError} `LOGS_ENGINE_AWAY`, `LOGS_ENGINE_REFUSED`, `LOGS_ENGINE_UNSUPPORTED`,
   *   `QUERY_ANSWER_TOO_LARGE`, `QUERY_TIMEOUT`; the signal's reason
   */
  async ask(question: LokiQuestion, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    const { clock } = this.#options
    const began = clock.monotonicMs()
    try {
      const answer = await this.#answer(question, signal)
      this.#asked.inc({ result: 'answered' })
      this.#seconds.observe((clock.monotonicMs() - began) / 1000)
      return answer
    } catch (error) {
      this.#asked.inc({ result: signal.aborted ? 'canceled' : resultOf(error) })
      throw error
    }
  }

  async #answer(
    { path, params, headers = {} }: LokiQuestion,
    signal: AbortSignal,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const { engine, client } = this.#options
    const text = params.toString()
    const isLong = text.length > QUERY_BYTES_MAX
    const url = pathBehind(engine.read_url, `loki/api/v1/${path}`)
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    const all = {
      accept: 'application/json',
      'accept-encoding': 'gzip',
      ...headers,
      ...tenantHeaders(engine),
      ...(isLong && form),
    }
    try {
      const reply = await client.request(isLong ? url : `${url}?${text}`, {
        ...(isLong && { method: 'POST', body: text }),
        headers: all,
        signal,
      })
      if (reply.status !== 200) throw await wrong(reply, path)
      return new Uint8Array(await reply.bytes(engine.max_answer_bytes))
    } catch (error) {
      throw signal.aborted ? error : asOurs(error, engine.max_answer_bytes)
    }
  }
}

function resultOf(error: unknown): string {
  return (error as WeirError).code === 'LOGS_ENGINE_AWAY' ? 'away' : 'refused'
}

function asOurs(error: unknown, bytesMax: number): unknown {
  if (!(error instanceof WeirError)) return error
  if (error.code === 'FETCH_TOO_LARGE') {
    const why = `Cannot take the answer of Loki: it is longer than ${bytesMax} bytes (storage.logs.max_answer_bytes); ask for fewer lines, or a shorter time`
    return new WeirError('QUERY_ANSWER_TOO_LARGE', why, { cause: error })
  }
  return error.code === 'FETCH_FAILED' ? away(error.message) : error
}

function away(why: string): WeirError {
  const meanwhile = 'lines that come meanwhile are kept and sent later'
  return new WeirError(
    'LOGS_ENGINE_AWAY',
    `Cannot ask the Loki of storage.logs: ${why}; ${meanwhile}`,
  )
}

/** What is wrong with a query is told in Loki's own words, which its clients know. */
async function wrong(reply: HttpReply, path: string): Promise<WeirError> {
  const { status } = reply
  const text = (await reply.text(WRONG_BYTES_MAX).catch(() => '')).trim()
  const said = text === '' ? '' : `: ${text}`
  if (status === 404 || status === 405 || status === 501) {
    const why = `Cannot answer: the Loki of storage.logs has no ${path} (${status}${said}); see whether it can be switched on there`
    return new WeirError('LOGS_ENGINE_UNSUPPORTED', why)
  }
  if (status === 504) return new WeirError('QUERY_TIMEOUT', text || 'Loki did not answer in time')
  if (status === 401 || status === 403) {
    return away(`it answered ${status}${said}; look at the credentials and tenant of storage.logs`)
  }
  if (status >= 400 && status < 500 && status !== 429) {
    return new WeirError('LOGS_ENGINE_REFUSED', text || `Loki refused the question (${status})`)
  }
  return away(`it answered ${status}${said}`)
}
