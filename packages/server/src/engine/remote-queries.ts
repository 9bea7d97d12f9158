import { setMaxListeners } from 'node:events'
import type { HttpReply } from '@weir/fetch'
import { type Clock, WeirError } from '@weir/model'
import { failure } from '../http/route.ts'
import { longestLookback } from '../query/federate.ts'
import type {
  EvaluationLimits,
  FederateJob,
  MatrixColumns,
  QueryFailure,
  QueryJob,
  QueryReply,
  ReadChunksJob,
  ReadSamplesJob,
  VectorColumns,
  VectorRows,
  VectorsPart,
} from '../query/job.ts'
import type { QueryDesk } from '../query/query-desk.ts'
import { OWN, type QueryOrigin, type Question, moment, questionOf } from '../query/question.ts'
import type { QueryOutcome, QueryWatch } from '../query/watch.ts'
import { Turns } from '../remote-read/turns.ts'
import type { Dialect } from './dialect.ts'
import { PassedAnswer } from './passed-answer.ts'
import type { EngineQuestion, MetricsEngine } from './metrics-engine.ts'
import { type Asked, type OneQuestion, questionFor } from './question-params.ts'
import { type AnswerJob, type AnswerReader, type ReadAnswer, readAnswer } from './read-answer.ts'
import { selectorText } from './selector-text.ts'

export interface RemoteQueriesOptions {
  readonly engine: MetricsEngine
  /** Answers what needs no metrics of the engine, and what Weir knows of itself while that is away. */
  readonly local: QueryDesk & AnswerReader
  readonly watch: QueryWatch
  readonly clock: Clock
  /** Questions of people that may wait for their turn. */
  readonly queuedMax: number
  /** Longest that a question of this process may take, waiting included. */
  readonly timeoutMs: number
  readonly evaluation: () => EvaluationLimits
  /** Resolves when what was taken in so far has been sent to the engine, or after a short while. */
  readonly sent: (signal: AbortSignal) => Promise<void>
}

/** How an answer is passed on. */
interface Passing {
  readonly dialect: Dialect
  readonly signal: AbortSignal
  readonly isStreamed: boolean
}

type Range = { readonly startMs: number; readonly endMs: number; readonly stepMs: number }

/** Longest answer that is read into memory; what is passed on to a client has the client's limit. */
const READ_BYTES_MAX = 256 * 2 ** 20
/** Shorter answers are read where they arrive: the way to a query thread would cost more. */
const SHORT_BYTES = 16 * 1024
/** Longest answer to a client, unless it says. */
const ANSWER_BYTES_MAX = 512 * 2 ** 20
/** The rules by which Weir watches itself: they hold without the engine too. */
const SELF_RULES = 'pack:weir'
/** Why a clock is stopped; without a reason of ours each abort makes one, with a stack. */
const ANSWERED = new Error('answered')

/**
 * Questions about metrics that an engine keeps: each is pushed down whole, and its answer comes back as it
 * is. Rules and pages of Weir have turns of their own, so that people's questions do not delay them.
 */
export class RemoteQueries implements QueryDesk {
  readonly #options: RemoteQueriesOptions
  readonly #people: Turns
  readonly #own: Turns
  readonly #stopped = new AbortController()

  constructor(options: RemoteQueriesOptions) {
    this.#options = options
    const { max_concurrent_queries: atOnce } = options.engine.config
    this.#people = new Turns(atOnce)
    this.#own = new Turns(atOnce)
  }

  get threadCount(): number {
    return this.#options.local.threadCount
  }

  async json(
    job: QueryJob,
    origin: QueryOrigin,
    signal: AbortSignal,
    isStreamed = false,
  ): Promise<QueryReply> {
    if (job.kind === 'formatQuery' || job.kind === 'parseQuery') {
      return this.#options.local.json(job, origin, signal)
    }
    const { engine } = this.#options
    const dialect = await engine.dialect()
    if (job.kind === 'exemplars' && dialect.exemplarsHere) {
      return this.#options.local.json(job, origin, signal)
    }
    const leave = await this.#turn(signal)
    const ended = this.#watched([{ question: questionOf(job), origin }])
    try {
      // A client that reads slowly holds neither a turn nor anything of ours but a piece of the answer.
      const reply = await this.#reply(job, { dialect, signal, isStreamed })
      ended()
      return reply
    } catch (thrown) {
      ended(thrown)
      if (signal.aborted || !(thrown instanceof WeirError)) throw thrown
      return failed(thrown)
    } finally {
      leave()
    }
  }

  vector(
    expr: string,
    timeMs: number,
    signal?: AbortSignal,
    origin: QueryOrigin = OWN,
  ): Promise<VectorColumns> {
    return this.#within(signal, [{ question: moment(expr, timeMs), origin }], async (until) => {
      try {
        return await this.#vector(expr, timeMs, until, origin)
      } catch (error) {
        if (!isSelfWatch(origin, error)) throw error
        return this.#options.local.vector(expr, timeMs, until, origin)
      }
    })
  }

  async vectors(
    parts: readonly VectorsPart[],
    signal: AbortSignal,
  ): Promise<readonly (VectorRows | QueryFailure)[]> {
    const asked = parts.flatMap(({ exprs, timeMs, origin }) =>
      exprs.map((expr) => ({ question: moment(expr, timeMs), origin })),
    )
    return this.#within(signal, asked, async (until) => {
      await this.#options.sent(until)
      return Promise.all(
        parts.flatMap(({ exprs, timeMs, origin }) =>
          exprs.map((expr) => this.#vectorOrFailure(expr, timeMs, until, origin)),
        ),
      )
    })
  }

  matrix(expr: string, range: Range, signal?: AbortSignal): Promise<MatrixColumns> {
    const question = questionOf({ kind: 'matrix', expr, ...range })
    return this.#within(signal, [{ question, origin: OWN }], (until) =>
      this.#matrix(expr, range, until, this.#own),
    )
  }

  background(
    expr: string,
    range: Range,
    signal: AbortSignal,
    samplesMax?: number,
  ): Promise<MatrixColumns> {
    const question = questionOf({ kind: 'matrix', expr, ...range })
    return this.#within(signal, [{ question, origin: OWN }], async (until) => {
      const columns = await this.#matrix(expr, range, until, this.#people)
      const count = columns.values.length
      if (samplesMax === undefined || count <= samplesMax) return columns
      throw new WeirError(
        'QUERY_TOO_MANY_SAMPLES',
        `Cannot use an answer of ${count} values here: want at most ${samplesMax}`,
      )
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped.abort(new WeirError('SHUTTING_DOWN', 'Cannot answer: Weir is stopping'))
    await this.#options.engine[Symbol.asyncDispose]()
    await this.#options.local[Symbol.asyncDispose]()
  }

  async #reply(
    job: Exclude<QueryJob, { kind: 'formatQuery' | 'parseQuery' }>,
    how: Passing,
  ): Promise<QueryReply> {
    const { signal } = how
    switch (job.kind) {
      case 'federate':
        return this.#federate(job, signal)
      case 'readSamples':
        return this.#readSamples(job, signal)
      case 'readChunks':
        return this.#readChunks(job, signal)
      default:
        return this.#pass(job, how)
    }
  }

  /** The engine's answer as it is. */
  async #pass(job: OneQuestion, { dialect, signal, isStreamed }: Passing): Promise<QueryReply> {
    const { engine, clock, local } = this.#options
    const asked = questionFor(job, dialect, clock.now())
    const isQuery = job.kind === 'instant' || job.kind === 'range'
    const bytesMax = (isQuery ? job.limits?.answerBytesMax : undefined) ?? ANSWER_BYTES_MAX
    const cutTo = isQuery && dialect.cutsHere ? job.limit : 0
    const options = { bytesMax, events: engine.events }
    const reply = await this.#ask({ ...asked, signal }, (answer) =>
      isStreamed && cutTo === 0 && job.kind !== 'metadata'
        ? PassedAnswer.begin(answer, options)
        : PassedAnswer.whole(answer, options),
    )
    if (cutTo > 0) return this.#read({ as: 'cut', bodies: [reply.body], limit: cutTo }, signal)
    const isEmpty = job.kind === 'metadata' && NO_METADATA.test(Buffer.from(reply.body).toString())
    return isEmpty ? local.json(job, OWN, signal) : reply
  }

  async #vectorOrFailure(
    expr: string,
    timeMs: number,
    signal: AbortSignal,
    origin: QueryOrigin,
  ): Promise<VectorRows | QueryFailure> {
    try {
      return await this.#vector(expr, timeMs, signal, origin)
    } catch (error) {
      if (signal.aborted || !(error instanceof WeirError)) throw error
      if (!isSelfWatch(origin, error)) {
        return { kind: 'failure', code: error.code, message: error.message }
      }
      const [answer] = await this.#options.local.vectors(
        [{ exprs: [expr], timeMs, origin }],
        signal,
      )
      return answer!
    }
  }

  async #vector(
    expr: string,
    timeMs: number,
    signal: AbortSignal,
    origin: QueryOrigin,
  ): Promise<VectorColumns> {
    const { engine, clock } = this.#options
    const dialect = await engine.dialect()
    const job = {
      kind: 'instant',
      expr,
      timeMs,
      limit: 0,
      stats: '',
      limits: this.#limits,
    } as const
    const asked = questionFor(job, dialect, clock.now())
    const whole = origin.kind === 'rule' ? Object.entries(dialect.whole) : []
    const question = { ...asked, params: [...asked.params, ...whole] }
    const body = await this.#body(question, signal, this.#own)
    return this.#read({ as: 'vector', bodies: [body], expr }, signal)
  }

  async #matrix(
    expr: string,
    range: Range,
    signal: AbortSignal,
    turns: Turns,
  ): Promise<MatrixColumns> {
    const { engine, clock } = this.#options
    const dialect = await engine.dialect()
    const job = {
      kind: 'range',
      expr,
      ...range,
      limit: 0,
      stats: '',
      limits: this.#limits,
    } as const
    const body = await this.#body(questionFor(job, dialect, clock.now()), signal, turns)
    return this.#read({ as: 'matrix', bodies: [body], range }, signal)
  }

  async #federate(job: FederateJob, signal: AbortSignal): Promise<QueryReply> {
    const { timeMs, selectors } = job
    const lookbackMs = longestLookback(job.limits)
    const bodies = await Promise.all(
      selectors.map((selector) =>
        this.#raw(selector, { startMs: timeMs - lookbackMs + 1, endMs: timeMs }, signal),
      ),
    )
    return this.#read({ as: 'raw', bodies, job }, signal)
  }

  async #readSamples(job: ReadSamplesJob, signal: AbortSignal): Promise<QueryReply> {
    const bodies = await Promise.all(
      job.queries.map((query) =>
        this.#raw(selectorText(query.matchers, job.externalLabels), query, signal),
      ),
    )
    return this.#read({ as: 'raw', bodies, job }, signal)
  }

  async #readChunks(job: ReadChunksJob, signal: AbortSignal): Promise<QueryReply> {
    const { query, externalLabels } = job
    const body = await this.#raw(selectorText(query.matchers, externalLabels), query, signal)
    return this.#read({ as: 'raw', bodies: [body], job }, signal)
  }

  /** Samples as they are kept, both ends included; stale markers are not among them. */
  #raw(
    selector: string,
    { startMs, endMs }: { readonly startMs: number; readonly endMs: number },
    signal: AbortSignal,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const params = [
      ['query', `${selector}[${Math.max(1, endMs - startMs + 1)}ms]`],
      ['time', String(endMs / 1000)],
    ] as const
    return this.#ask({ path: '/api/v1/query', params, signal }, readBytes)
  }

  async #body(asked: Asked, signal: AbortSignal, turns: Turns): Promise<Uint8Array<ArrayBuffer>> {
    const leave = await turns.enter(signal)
    try {
      return await this.#ask({ ...asked, signal }, readBytes)
    } finally {
      leave()
    }
  }

  /** Reads answers, on a query thread where that is worth it. */
  async #read<Job extends AnswerJob>(job: Job, signal: AbortSignal): Promise<ReadAnswer<Job>> {
    const bytes = job.bodies.reduce((sum, { length }) => sum + length, 0)
    return bytes < SHORT_BYTES ? readAnswer(job) : this.#options.local.read(job, signal)
  }

  #ask<T>(question: EngineQuestion, read: (reply: HttpReply) => T | Promise<T>): Promise<T> {
    return this.#options.engine.ask(question, read)
  }

  get #limits(): EvaluationLimits {
    return this.#options.evaluation()
  }

  /** A turn for a question of people; too many that wait are refused. */
  #turn(signal: AbortSignal): Promise<() => void> {
    const { waiting } = this.#people
    this.#stopped.signal.throwIfAborted()
    if (waiting < this.#options.queuedMax) return this.#people.enter(signal)
    throw new WeirError(
      'QUERY_QUEUE_FULL',
      `Cannot take one more query: ${waiting} are waiting already (query.max_queued); try again later`,
    )
  }

  /** Shows questions as running; what it gives ends them. */
  #watched(
    asked: readonly { readonly question: Question; readonly origin: QueryOrigin }[],
  ): (thrown?: unknown) => void {
    const { watch } = this.#options
    const all = asked.map(({ question, origin }) => watch.begin(question, origin))
    for (const one of all) watch.started(one)
    return (thrown) => {
      const error = thrown === undefined ? undefined : failureOf(thrown)
      for (const one of all) watch.ended(one, { cost: undefined, error })
    }
  }

  /** Ends a question of this process when it takes too long. */
  async #within<T>(
    signal: AbortSignal | undefined,
    asked: readonly { readonly question: Question; readonly origin: QueryOrigin }[],
    work: (until: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const { clock, timeoutMs } = this.#options
    const answered = new AbortController()
    const expired = new AbortController()
    const late = new WeirError('QUERY_TIMEOUT', 'query timed out in expression evaluation')
    clock.sleep(timeoutMs, answered.signal).then(
      () => expired.abort(late),
      () => undefined, // answered in time
    )
    const ends = [expired.signal, this.#stopped.signal, ...(signal === undefined ? [] : [signal])]
    const until = AbortSignal.any(ends)
    setMaxListeners(0, until) // a group of rules asks many things at once
    const ended = this.#watched(asked)
    try {
      const answer = await work(until)
      ended()
      return answer
    } catch (error) {
      ended(error)
      throw error
    } finally {
      answered.abort(ANSWERED)
    }
  }
}

const NO_METADATA = /^\s*\{"status":"success","data":\s*\{\s*\}/

/** In a buffer of its own, which may go to another thread. */
async function readBytes(reply: HttpReply): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const bytes = await reply.bytes(READ_BYTES_MAX)
    const isWhole = bytes.byteLength === bytes.buffer.byteLength
    return isWhole ? (bytes as Uint8Array<ArrayBuffer>) : new Uint8Array(bytes)
  } catch (error) {
    if (!(error instanceof WeirError) || error.code !== 'FETCH_TOO_LARGE') throw error
    throw new WeirError(
      'QUERY_ANSWER_TOO_LARGE',
      `Cannot read an answer of more than ${READ_BYTES_MAX} bytes of the engine: aggregate, or raise the step`,
    )
  }
}

/** Whether a question by which Weir watches itself found no engine: then the queue's own store answers. */
function isSelfWatch(origin: QueryOrigin, error: unknown): boolean {
  return (
    origin.kind === 'rule' &&
    origin.file === SELF_RULES &&
    error instanceof WeirError &&
    (error.code === 'ENGINE_AWAY' || error.code === 'ENGINE_BUSY')
  )
}

function failureOf(thrown: unknown): NonNullable<QueryOutcome['error']> {
  if (thrown instanceof WeirError) return thrown
  const message = thrown instanceof Error ? thrown.message : 'canceled'
  return { code: 'QUERY_CANCELED', message }
}

function failed(error: WeirError): QueryReply {
  const { status, headers, body } = failure(error)
  const { code, message } = error
  return { status, headers, error: { code, message }, body: new TextEncoder().encode(body) }
}
