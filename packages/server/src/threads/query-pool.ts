import { MessageChannel } from 'node:worker_threads'
import { type Clock, type ErrorCode, WeirError, systemClock } from '@weir/model'
import type { ReaderSeat } from '@weir/tsdb'
import type { AnswerJob, AnswerReader, ReadAnswer } from '../engine/read-answer.ts'
import type {
  EvaluationLimits,
  MatrixColumns,
  MatrixJob,
  QueryFailure,
  QueryJob,
  QueryReply,
  VectorColumns,
  VectorJob,
  VectorRows,
  VectorsJob,
  VectorsPart,
} from '../query/job.ts'
import { type PackedVectors, unpackVectors } from '../query/packed-vectors.ts'
import { OWN, type QueryOrigin, type Question, moment, questionOf } from '../query/question.ts'
import type { QueryDesk } from '../query/query-desk.ts'
import type { QueryOutcome, QueryWatch, WatchedQuery } from '../query/watch.ts'
import type { Telemetry } from '../telemetry/log.ts'
import type { Counter, Gauge } from '../telemetry/registry.ts'
import { CANCELLED, FLAG_BYTES, GIVEN } from './query-flags.ts'
import type { Introduction } from './query-team.ts'
import type { QueryThreadData, QueryThreadHandlers } from './query-thread.ts'
import { Thread } from './thread.ts'

export interface QueryPoolOptions {
  readonly threads: number
  /** Jobs that may wait for a thread; more are refused with `QUERY_QUEUE_FULL`. */
  readonly queuedMax: number
  /** Longest that a question of this process may take, waiting included. (HTTP has its own clock.) */
  readonly timeoutMs: number
  readonly evaluation: EvaluationLimits
  readonly watch: QueryWatch
  readonly clock?: Clock
}

type Work =
  | { readonly kind: 'json'; readonly job: QueryJob }
  | { readonly kind: 'vector'; readonly job: VectorJob }
  | { readonly kind: 'vectors'; readonly job: VectorsJob }
  | { readonly kind: 'matrix' | 'background'; readonly job: MatrixJob }
  | { readonly kind: 'read'; readonly job: AnswerJob }

/** A question and who asks it. */
interface Asked {
  readonly question: Question
  readonly origin: QueryOrigin
}

interface Task {
  readonly work: Work
  /** A question, or several that go together; none where an answer is read that somebody else watches. */
  readonly watched: readonly WatchedQuery[]
  readonly signal: AbortSignal
  readonly resolve: (result: never) => void
  readonly reject: (error: unknown) => void
  /** Listens for the caller's going while the task waits. */
  readonly leave: () => void
}

/** A query thread as the pool sees it. */
export type QueryThread = Pick<
  Thread<QueryThreadHandlers>,
  'call' | 'kill' | typeof Symbol.asyncDispose
>

/**
 * How long a query may go on after nobody wants it any more. It looks at its flag every few series;
 * one that does not is in the midst of something long, and its thread is ended.
 */
const STOP_GRACE_MS = 5000

/** Why a clock is stopped; without a reason of ours each abort makes one, with a stack. */
const ANSWERED = new Error('answered')

/** Starts a query thread; `onCrash` is told once when it ends unasked. */
export type StartThread = (data: QueryThreadData, onCrash: (error: Error) => void) => QueryThread

const startWorker: StartThread = (data, onCrash) =>
  new Thread<QueryThreadHandlers>('query-thread', data, [], onCrash)

interface Seat {
  readonly thread: QueryThread
  /** See {@link QueryThreadData}. */
  readonly flags: Int32Array
  /** Tells the other threads that this one has ended. */
  readonly ended: SharedArrayBuffer
  /** Whether it has its seat in the store; before that it is busy with loading its code. */
  isSeated: boolean
  busy: boolean
  /** Its thread has ended: what it ran fails, and nothing more is given to it. */
  isDead: boolean
}

/**
 * The query threads and the line before them. Rules and the overview go first: what they ask is
 * small and must not wait behind a dashboard; and one thread is never given to a query from outside
 * while it could still be the last free one for them.
 */
export class QueryPool implements QueryDesk, AnswerReader {
  readonly #options: QueryPoolOptions
  readonly #openSeat: () => Promise<ReaderSeat>
  readonly #telemetry: Telemetry
  readonly #startThread: StartThread
  readonly #seats: Seat[] = []
  readonly #inside: Task[] = []
  readonly #outside: Task[] = []
  readonly #background: Task[] = []
  readonly #refused: Counter
  readonly #crashes: Counter
  readonly #waiting: Gauge
  readonly #clock: Clock
  #nextId = 1
  #outsideRunning = 0
  #closed = false

  private constructor(
    options: QueryPoolOptions,
    openSeat: () => Promise<ReaderSeat>,
    telemetry: Telemetry,
    startThread: StartThread,
  ) {
    this.#startThread = startThread
    this.#options = options
    this.#openSeat = openSeat
    this.#telemetry = telemetry
    this.#clock = options.clock ?? systemClock
    const { registry } = telemetry
    this.#refused = registry.counter(
      'weir_query_refused_total',
      'Queries refused because too many were waiting (query.max_queued).',
    )
    this.#crashes = registry.counter(
      'weir_query_thread_crashes_total',
      'Query threads that ended unasked and were replaced.',
    )
    this.#waiting = registry.gauge('weir_query_waiting', 'Queries waiting for a thread.')
  }

  static async open(
    options: QueryPoolOptions,
    openSeat: () => Promise<ReaderSeat>,
    telemetry: Telemetry,
    startThread: StartThread = startWorker,
  ): Promise<QueryPool> {
    const pool = new QueryPool(options, openSeat, telemetry, startThread)
    const starts = Array.from({ length: options.threads }, () => pool.#start())
    try {
      await Promise.all(starts)
    } catch (error) {
      await Promise.allSettled(starts)
      await pool[Symbol.asyncDispose]()
      throw error
    }
    return pool
  }

  json(job: QueryJob, origin: QueryOrigin, signal: AbortSignal): Promise<QueryReply> {
    return this.#submit({ kind: 'json', job }, [{ question: questionOf(job), origin }], signal)
  }

  vector(
    expr: string,
    timeMs: number,
    signal?: AbortSignal,
    origin: QueryOrigin = OWN,
  ): Promise<VectorColumns> {
    const job: VectorJob = { kind: 'vector', expr, timeMs, limits: this.#options.evaluation }
    return this.#within({ kind: 'vector', job }, [{ question: questionOf(job), origin }], signal)
  }

  /** Several questions, asked of one thread on one state of the store; answers in their order. */
  vectors(parts: readonly VectorsPart[], signal: AbortSignal): Promise<Vectors> {
    const job: VectorsJob = {
      kind: 'vectors',
      parts: parts.map(({ exprs, timeMs }) => ({ exprs, timeMs })),
      limits: this.#options.evaluation,
    }
    const questions = parts.flatMap(({ exprs, timeMs, origin }) =>
      exprs.map((expr) => ({ question: moment(expr, timeMs), origin })),
    )
    return this.#within({ kind: 'vectors', job }, questions, signal)
  }

  matrix(
    expr: string,
    range: { readonly startMs: number; readonly endMs: number; readonly stepMs: number },
    signal?: AbortSignal,
  ): Promise<MatrixColumns> {
    const job: MatrixJob = { kind: 'matrix', expr, ...range, limits: this.#options.evaluation }
    return this.#within(
      { kind: 'matrix', job },
      [{ question: questionOf(job), origin: OWN }],
      signal,
    )
  }

  /**
   * The same for work that can wait: it goes when nobody else waits.
   *
   * @param samplesMax in place of `query.max_samples`, for what is not worth more
   */
  background(
    expr: string,
    range: { readonly startMs: number; readonly endMs: number; readonly stepMs: number },
    signal: AbortSignal,
    samplesMax?: number,
  ): Promise<MatrixColumns> {
    const { evaluation } = this.#options
    const limits = samplesMax === undefined ? evaluation : { ...evaluation, maxSamples: samplesMax }
    const job: MatrixJob = { kind: 'matrix', expr, ...range, limits }
    return this.#within(
      { kind: 'background', job },
      [{ question: questionOf(job), origin: OWN }],
      signal,
    )
  }

  read<Job extends AnswerJob>(job: Job, signal: AbortSignal): Promise<ReadAnswer<Job>> {
    return this.#submit({ kind: 'read', job }, [], signal)
  }

  get threadCount(): number {
    return this.#seats.length
  }

  /** Fails what waits, ends what runs. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    const gone = new WeirError('SHUTTING_DOWN', 'Cannot answer: Weir is stopping')
    for (const task of [this.#inside, this.#outside, this.#background].flatMap((queue) =>
      queue.splice(0),
    ))
      this.#fail(task, gone)
    await Promise.all(this.#seats.map((seat) => seat.thread[Symbol.asyncDispose]()))
  }

  /** Ends a question of this process when it takes too long. */
  async #within<T>(
    work: Work,
    asked: readonly Asked[],
    signal: AbortSignal | undefined,
  ): Promise<T> {
    const answered = new AbortController()
    const expired = new AbortController()
    this.#clock.sleep(this.#options.timeoutMs, answered.signal).then(
      () => expired.abort(timedOut()),
      () => undefined, // answered in time
    )
    const either = signal === undefined ? expired.signal : AbortSignal.any([signal, expired.signal])
    try {
      return await this.#submit<T>(work, asked, either)
    } finally {
      answered.abort(ANSWERED)
    }
  }

  #submit<T>(work: Work, asked: readonly Asked[], signal: AbortSignal): Promise<T> {
    const queue = this.#queueOf(work)
    if (this.#closed)
      return Promise.reject(new WeirError('SHUTTING_DOWN', 'Cannot answer: Weir is stopping'))
    if (signal.aborted) return Promise.reject(signal.reason as Error)
    if (queue.length >= this.#options.queuedMax) {
      this.#refused.inc()
      return Promise.reject(
        new WeirError(
          'QUERY_QUEUE_FULL',
          `Cannot take one more query: ${queue.length} are waiting already (query.max_queued); try again later`,
        ),
      )
    }
    const watched = asked.map(({ question, origin }) => this.#options.watch.begin(question, origin))
    return new Promise<T>((resolve, reject) => {
      const task: Task = {
        work,
        watched,
        signal,
        resolve,
        reject,
        leave: () => this.#leave(queue, task),
      }
      signal.addEventListener('abort', task.leave, { once: true })
      queue.push(task)
      this.#next()
    })
  }

  #queueOf({ kind }: Work): Task[] {
    if (kind === 'json') return this.#outside
    return kind === 'background' ? this.#background : this.#inside
  }

  /** The caller of a waiting task has gone: it need not be answered. */
  #leave(queue: Task[], task: Task): void {
    const place = queue.indexOf(task)
    if (place < 0) return
    queue.splice(place, 1)
    this.#waiting.set(this.#inside.length + this.#outside.length + this.#background.length)
    this.#fail(task, inQueue(task.signal.reason))
  }

  #fail({ reject, watched, signal }: Task, reason: unknown): void {
    const error = errorOf(reason, signal.aborted ? 'QUERY_CANCELED' : 'BUG')
    for (const one of watched) this.#options.watch.ended(one, { cost: undefined, error })
    reject(reason)
  }

  #next(): void {
    this.#waiting.set(this.#inside.length + this.#outside.length + this.#background.length)
    for (;;) {
      const seat = this.#seats.find(({ busy, isDead }) => !busy && !isDead)
      if (seat === undefined) return
      const spare = this.#seats.length === 1 || this.#outsideRunning < this.#seats.length - 1
      const task =
        this.#inside.shift() ??
        (spare ? (this.#outside.shift() ?? this.#background.shift()) : undefined)
      if (task === undefined) return
      void this.#run(seat, task)
    }
  }

  async #run(seat: Seat, task: Task): Promise<void> {
    const { work, watched, signal, resolve, leave } = task
    const { watch } = this.#options
    const id = this.#nextId
    this.#nextId = (id + 1) & 0x7fffffff || 1
    const fromOutside = work.kind === 'json' || work.kind === 'background'
    const done = new AbortController()
    let isGivenUp = false
    const onAbort = (): void => {
      Atomics.store(seat.flags, CANCELLED, id)
      isGivenUp = true
      this.#killUnless(seat, watched[0], done.signal)
      this.#fail(task, signal.reason)
    }
    signal.removeEventListener('abort', leave)
    seat.busy = true
    if (fromOutside) this.#outsideRunning++
    signal.addEventListener('abort', onAbort, { once: true })
    const queuedMs = watched.reduce((_, one) => watch.started(one), 0)
    Atomics.add(seat.flags, GIVEN, 1)
    try {
      const answer = await ask(seat.thread, work, { id, queuedMs, countSteps: watch.countsSteps })
      if (isGivenUp) return
      for (const [i, one] of watched.entries()) watch.ended(one, outcomeOf(answer, i))
      resolve(answer as never)
    } catch (error) {
      if (!isGivenUp) this.#fail(task, withoutMemory(error))
    } finally {
      done.abort(ANSWERED)
      signal.removeEventListener('abort', onAbort)
      if (fromOutside) this.#outsideRunning--
      seat.busy = false
      this.#next()
    }
  }

  /** Ends the thread of a query that was given up and does not stop by itself. */
  #killUnless(seat: Seat, watched: WatchedQuery | undefined, stopped: AbortSignal): void {
    const kill = (): void => {
      const query = watched?.question.expr.slice(0, 1000) ?? 'the answer of an engine'
      this.#telemetry.log.warn({ query }, 'A query does not stop; its thread is ended')
      // It may answer before it has ended: what would be given to it then would end with it.
      seat.isDead = true
      seat.thread.kill()
    }
    this.#clock.sleep(STOP_GRACE_MS, stopped).then(kill, () => undefined) // rejected: it stopped
  }

  async #start(replaced?: Seat): Promise<void> {
    const flags = new SharedArrayBuffer(FLAG_BYTES)
    const data: QueryThreadData = { flags }
    const thread = this.#startThread(data, (error) => this.#crashed(entry, error))
    const entry: Seat = {
      thread,
      flags: new Int32Array(flags),
      ended: new SharedArrayBuffer(4),
      isSeated: false,
      busy: true,
      isDead: false,
    }
    const place = replaced === undefined ? -1 : this.#seats.indexOf(replaced)
    if (place >= 0) this.#seats[place] = entry
    else this.#seats.push(entry)
    try {
      const seat = await this.#openSeat()
      await thread.call('sit', seat, [seat.port])
    } catch (error) {
      if (entry.isDead) return // another takes its place
      entry.isDead = true
      await thread[Symbol.asyncDispose]()
      throw error
    }
    for (const other of this.#seats) if (other.isSeated && !other.isDead) introduce(entry, other)
    entry.isSeated = true
    entry.busy = false
    this.#next()
  }

  /** A query thread holds no state of its own: whatever ended it (most likely memory), a new one takes its place. */
  #crashed(seat: Seat, error: Error): void {
    this.#crashes.inc()
    this.#telemetry.log.error({ error: error.message }, 'A query thread ended; starting another')
    seat.isDead = true
    Atomics.store(new Int32Array(seat.ended), 0, 1)
    if (this.#closed) return
    this.#start(seat).catch((cause: unknown) => {
      this.#telemetry.log.error({ error: String(cause) }, 'A query thread could not be replaced')
    })
  }
}

/** Lets two query threads help each other. */
function introduce(one: Seat, other: Seat): void {
  const { port1, port2 } = new MessageChannel()
  const tell = ({ thread }: Seat, introduction: Introduction): void => {
    // A thread that has just died is introduced to nobody.
    thread.call('meet', introduction, [introduction.port]).catch(() => undefined)
  }
  tell(one, { port: port1, ended: other.ended })
  tell(other, { port: port2, ended: one.ended })
}

/** What goes with a job to its thread. */
interface Ticket {
  readonly id: number
  readonly queuedMs: number
  readonly countSteps: boolean
}

type Vectors = readonly (VectorRows | QueryFailure)[]
type ThreadAnswer = QueryReply | VectorRows | Vectors | MatrixColumns

function ask(thread: QueryThread, work: Work, ticket: Ticket): Promise<ThreadAnswer> {
  switch (work.kind) {
    case 'json':
      return thread.call('json', { ...ticket, job: work.job })
    case 'vector':
      return thread.call('vector', { ...ticket, job: work.job })
    case 'vectors':
      return thread.call('vectors', { ...ticket, job: work.job }).then(unpackVectors)
    case 'matrix':
    case 'background':
      return thread.call('matrix', { ...ticket, job: work.job })
    case 'read': {
      const buffers = work.job.bodies.map(({ buffer }) => buffer)
      return thread.call('read', { ...ticket, job: work.job }, buffers).then(unpacked)
    }
  }
}

function unpacked(answer: PackedVectors | MatrixColumns | QueryReply): ThreadAnswer {
  return 'words' in answer ? (unpackVectors(answer)[0] as VectorRows) : answer
}

/** How question number `i` of a job ended. */
function outcomeOf(answer: ThreadAnswer, i: number): QueryOutcome {
  const own = isList(answer) ? answer[i]! : answer
  if ('kind' in own && own.kind === 'failure') return { cost: undefined, error: own }
  return { cost: own.cost, error: 'error' in own ? own.error : undefined }
}

function isList(answer: ThreadAnswer): answer is Vectors {
  return Array.isArray(answer)
}

/** @param otherwise the code of a reason that has none */
function errorOf(reason: unknown, otherwise: ErrorCode): NonNullable<QueryOutcome['error']> {
  if (reason instanceof WeirError) return reason
  return { code: otherwise, message: reason instanceof Error ? reason.message : String(reason) }
}

function timedOut(): WeirError {
  return new WeirError('QUERY_TIMEOUT', 'query timed out in expression evaluation')
}

/** The same reason in the words for a query that no thread had begun. */
function inQueue(reason: unknown): unknown {
  if (!(reason instanceof WeirError)) return reason
  if (reason.code === 'QUERY_TIMEOUT') {
    return new WeirError('QUERY_TIMEOUT', 'query timed out in query queue')
  }
  if (reason.code === 'QUERY_CANCELED') {
    return new WeirError('QUERY_CANCELED', 'query was canceled in query queue')
  }
  return reason
}

/** A thread that ran out of its heap takes its query along; the others know nothing of it. */
function withoutMemory(error: unknown): unknown {
  if ((error as { code?: string }).code !== 'ERR_WORKER_OUT_OF_MEMORY') return error
  return new WeirError(
    'QUERY_TOO_MUCH_MEMORY',
    'Cannot evaluate the query: its thread ran out of memory; select fewer series, aggregate them, or raise the step',
    { cause: error },
  )
}
