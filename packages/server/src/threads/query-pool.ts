import { WeirError } from '@weir/model'
import type { ReaderSeat } from '@weir/tsdb'
import type { Queries } from '../http/deps.ts'
import type {
  EvaluationLimits,
  MatrixColumns,
  MatrixJob,
  QueryJob,
  QueryReply,
  VectorColumns,
  VectorJob,
} from '../query/job.ts'
import type { Telemetry } from '../telemetry/log.ts'
import type { Counter, Gauge } from '../telemetry/registry.ts'
import type { QueryThreadData, QueryThreadHandlers } from './query-thread.ts'
import { Thread } from './thread.ts'

export interface QueryPoolOptions {
  readonly threads: number
  /** Jobs that may wait for a thread; more are refused with `QUERY_QUEUE_FULL`. */
  readonly queuedMax: number
  readonly evaluation: EvaluationLimits
}

type Work =
  | { readonly kind: 'json'; readonly job: QueryJob }
  | { readonly kind: 'vector'; readonly job: VectorJob }
  | { readonly kind: 'matrix'; readonly job: MatrixJob }

interface Task {
  readonly work: Work
  readonly signal: AbortSignal | undefined
  readonly resolve: (result: never) => void
  readonly reject: (error: unknown) => void
  /** Listens for the caller's going while the task waits. */
  readonly leave: () => void
}

/** A query thread as the pool sees it. */
export type QueryThread = Pick<Thread<QueryThreadHandlers>, 'call' | typeof Symbol.asyncDispose>

/** Starts a query thread; `onCrash` is told once when it ends unasked. */
export type StartThread = (data: QueryThreadData, onCrash: (error: Error) => void) => QueryThread

const startWorker: StartThread = (data, onCrash) =>
  new Thread<QueryThreadHandlers>('query-thread', data, [data.seat.port], onCrash)

interface Seat {
  readonly thread: QueryThread
  readonly cancelled: Int32Array
  busy: boolean
  /** Its thread has ended: what it ran fails, and nothing more is given to it. */
  isDead: boolean
}

/**
 * The query threads and the line before them. Rules and the overview go first: what they ask is
 * small and must not wait behind a dashboard; and one thread is never given to a query from outside
 * while it could still be the last free one for them.
 */
export class QueryPool implements Queries, AsyncDisposable {
  readonly #options: QueryPoolOptions
  readonly #openSeat: () => Promise<ReaderSeat>
  readonly #telemetry: Telemetry
  readonly #startThread: StartThread
  readonly #seats: Seat[] = []
  readonly #inside: Task[] = []
  readonly #outside: Task[] = []
  readonly #refused: Counter
  readonly #crashes: Counter
  readonly #waiting: Gauge
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
    for (let i = 0; i < options.threads; i++) await pool.#start()
    return pool
  }

  json(job: QueryJob, signal: AbortSignal): Promise<QueryReply> {
    return this.#submit({ kind: 'json', job }, signal, this.#outside)
  }

  vector(expr: string, timeMs: number, signal?: AbortSignal): Promise<VectorColumns> {
    const job: VectorJob = { kind: 'vector', expr, timeMs, limits: this.#options.evaluation }
    return this.#submit({ kind: 'vector', job }, signal, this.#inside)
  }

  matrix(
    expr: string,
    range: { readonly startMs: number; readonly endMs: number; readonly stepMs: number },
    signal?: AbortSignal,
  ): Promise<MatrixColumns> {
    const job: MatrixJob = { kind: 'matrix', expr, ...range, limits: this.#options.evaluation }
    return this.#submit({ kind: 'matrix', job }, signal, this.#inside)
  }

  get threadCount(): number {
    return this.#seats.length
  }

  /** Fails what waits, ends what runs. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    const gone = new WeirError('SHUTTING_DOWN', 'Cannot answer: Weir is stopping')
    for (const task of [...this.#inside.splice(0), ...this.#outside.splice(0)]) task.reject(gone)
    await Promise.all(this.#seats.map((seat) => seat.thread[Symbol.asyncDispose]()))
  }

  #submit<T>(work: Work, signal: AbortSignal | undefined, queue: Task[]): Promise<T> {
    if (this.#closed)
      return Promise.reject(new WeirError('SHUTTING_DOWN', 'Cannot answer: Weir is stopping'))
    if (signal?.aborted) return Promise.reject(signal.reason as Error)
    if (queue.length >= this.#options.queuedMax) {
      this.#refused.inc()
      return Promise.reject(
        new WeirError(
          'QUERY_QUEUE_FULL',
          `Cannot take one more query: ${queue.length} are waiting already (query.max_queued); try again later`,
        ),
      )
    }
    return new Promise<T>((resolve, reject) => {
      const task: Task = {
        work,
        signal,
        resolve,
        reject,
        leave: () => this.#leave(queue, task),
      }
      signal?.addEventListener('abort', task.leave, { once: true })
      queue.push(task)
      this.#next()
    })
  }

  /** The caller of a waiting task has gone: it need not be answered. */
  #leave(queue: Task[], task: Task): void {
    const place = queue.indexOf(task)
    if (place < 0) return
    queue.splice(place, 1)
    task.reject(task.signal?.reason)
  }

  #next(): void {
    this.#waiting.set(this.#inside.length + this.#outside.length)
    for (;;) {
      const seat = this.#seats.find(({ busy, isDead }) => !busy && !isDead)
      if (seat === undefined) return
      const spare = this.#seats.length === 1 || this.#outsideRunning < this.#seats.length - 1
      const task = this.#inside.shift() ?? (spare ? this.#outside.shift() : undefined)
      if (task === undefined) return
      void this.#run(seat, task)
    }
  }

  async #run(seat: Seat, { work, signal, resolve, reject, leave }: Task): Promise<void> {
    const id = this.#nextId
    this.#nextId = (id + 1) & 0x7fffffff || 1
    const fromOutside = work.kind === 'json'
    const onAbort = (): void => {
      Atomics.store(seat.cancelled, 0, id)
      reject(signal?.reason)
    }
    signal?.removeEventListener('abort', leave)
    seat.busy = true
    if (fromOutside) this.#outsideRunning++
    signal?.addEventListener('abort', onAbort, { once: true })
    try {
      resolve((await ask(seat.thread, id, work)) as never)
    } catch (error) {
      reject(error)
    } finally {
      signal?.removeEventListener('abort', onAbort)
      if (fromOutside) this.#outsideRunning--
      seat.busy = false
      this.#next()
    }
  }

  async #start(replaced?: Seat): Promise<void> {
    const seat = await this.#openSeat()
    const cancelled = new SharedArrayBuffer(4)
    const data: QueryThreadData = { seat, cancelled }
    const thread = this.#startThread(data, (error) => this.#crashed(entry, error))
    const entry: Seat = {
      thread,
      cancelled: new Int32Array(cancelled),
      busy: false,
      isDead: false,
    }
    const place = replaced === undefined ? -1 : this.#seats.indexOf(replaced)
    if (place >= 0) this.#seats[place] = entry
    else this.#seats.push(entry)
    this.#next()
  }

  /** A query thread holds no state of its own: whatever ended it (most likely memory), a new one takes its place. */
  #crashed(seat: Seat, error: Error): void {
    this.#crashes.inc()
    this.#telemetry.log.error({ error: error.message }, 'A query thread ended; starting another')
    seat.isDead = true
    if (this.#closed) return
    this.#start(seat).catch((cause: unknown) => {
      this.#telemetry.log.error({ error: String(cause) }, 'A query thread could not be replaced')
    })
  }
}

function ask(thread: QueryThread, id: number, work: Work): Promise<unknown> {
  switch (work.kind) {
    case 'json':
      return thread.call('json', { id, job: work.job })
    case 'vector':
      return thread.call('vector', { id, job: work.job })
    case 'matrix':
      return thread.call('matrix', { id, job: work.job })
  }
}
