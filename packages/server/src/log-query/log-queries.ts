import { rm } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { type MessagePort, MessageChannel } from 'node:worker_threads'
import { type Clock, type ErrorCode, WeirError } from '@weir/model'
import type { LogQueryData, LogQueryHandlers } from '../threads/log-query-thread.ts'
import { Thread } from '../threads/thread.ts'
import type { Telemetry } from '../telemetry/log.ts'
import { type LogQueryConfig, sqlPlaces } from './config.ts'
import type { LogJob, LogReply } from './job.ts'
import type { TailRequest } from './tail-session.ts'

/** The thread as it is seen from here. */
export type LogQueryThread = Pick<
  Thread<LogQueryHandlers>,
  'call' | 'kill' | typeof Symbol.asyncDispose
>

export interface LogQueriesOptions {
  readonly config: LogQueryConfig
  /** Where logs are kept. */
  readonly folder: string
  /** Leads to the log store, which may have to be opened for it: what a `LogReader` is made of. */
  readerPort(): Promise<MessagePort>
  readonly clock: Clock
  readonly logLevel: string
  readonly telemetry: Telemetry
  readonly startThread?: (data: LogQueryData, onCrash: (error: Error) => void) => LogQueryThread
}

interface Task {
  readonly job: LogJob
  readonly signal: AbortSignal
  readonly queuedAtMs: number
  readonly resolve: (reply: LogReply) => void
  readonly reject: (error: unknown) => void
}

interface Running {
  readonly thread: LogQueryThread
  /** Resolves when it has its place at the store. */
  readonly ready: Promise<void>
}

/** How long a question may go on after its time is over; then it is looked at why. */
const STOP_GRACE_MS = 5000
const ANSWERED = new Error('answered')

/**
 * Questions to the log store and the line before them. They are answered by a thread of their own, some at a
 * time since DuckDB does the reading; it starts with the first one. Those of Weir's page go first: somebody
 * sits before it, while others refresh by themselves.
 */
export class LogQueries implements AsyncDisposable {
  readonly #options: LogQueriesOptions
  readonly #page: Task[] = []
  readonly #others: Task[] = []
  readonly #refused
  readonly #asked
  readonly #seconds
  readonly #waiting
  readonly #crashes
  #thread: Running | undefined
  #running = 0
  #runningSql = 0
  #nextId = 1
  #isClosed = false

  constructor(options: LogQueriesOptions) {
    this.#options = options
    const { registry } = options.telemetry
    this.#refused = registry.counter(
      'weir_logs_query_refused_total',
      'Questions to the log store refused because too many were waiting (logs.query.max_queued) or followed live (logs.query.max_tails), or because SQL took too much memory (logs.query.sql_memory).',
      ['limit'],
    )
    this.#asked = registry.counter(
      'weir_logs_queries_total',
      'Questions to the log store, by kind and how they ended.',
      ['kind', 'result'],
    )
    this.#seconds = registry.histogram(
      'weir_logs_query_duration_seconds',
      'Time from a question to the log store to its answer, waiting included.',
      [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    )
    this.#waiting = registry.gauge(
      'weir_logs_query_waiting',
      'Questions waiting for the log store.',
    )
    this.#crashes = registry.counter(
      'weir_logs_query_thread_crashes_total',
      'Times the thread that answers questions to the log store ended unasked and was replaced.',
    )
  }

  /**
   * Asks; rejects with a `WeirError`, or with the signal's reason.
   *
   * @param isUrgent somebody waits for it on the page
   */
  async ask(job: LogJob, signal: AbortSignal, isUrgent = false): Promise<LogReply> {
    const { clock } = this.#options
    const answered = new AbortController()
    const expired = new AbortController()
    const beganMs = clock.monotonicMs()
    clock.sleep(this.#timeoutOf(job), answered.signal).then(
      () => expired.abort(timedOut()),
      () => undefined, // answered in time
    )
    try {
      const reply = await this.#submit(job, AbortSignal.any([signal, expired.signal]), isUrgent)
      this.#asked.inc({ kind: job.kind, result: 'answered' })
      return reply
    } catch (error) {
      this.#asked.inc({ kind: job.kind, result: resultOf(error) })
      if (job.kind === 'sql' && (error as { code?: ErrorCode }).code === 'QUERY_TOO_MUCH_MEMORY') {
        this.#refused.inc({ limit: 'sql_memory' })
      }
      throw error
    } finally {
      this.#seconds.observe((clock.monotonicMs() - beganMs) / 1000)
      answered.abort(ANSWERED)
    }
  }

  /**
   * Follows new lines: frames come by the port that is given back, see {@link TailRequest}. Closing it ends the
   * tail.
   */
  async tail(request: TailRequest): Promise<MessagePort> {
    const { thread, ready } = this.#start()
    await ready
    const { port1, port2 } = new MessageChannel()
    try {
      await thread.call('tail', { ...request, port: port2 }, [port2])
    } catch (error) {
      port1.close()
      throw error
    }
    return port1
  }

  /** `logs.query.max_rows` */
  get rowsMax(): number {
    return this.#options.config.max_rows
  }

  /** `logs.query.max_tails` */
  get tailsMax(): number {
    return this.#options.config.max_tails
  }

  /** One more tail than may be: counted, and told in words. */
  tailRefused(): WeirError {
    this.#refused.inc({ limit: 'max_tails' })
    const why = `Cannot follow one more query: ${this.#options.config.max_tails} are followed already (logs.query.max_tails)`
    return new WeirError('LOGS_TAIL_LIMIT', why)
  }

  /** The thread's own metrics; none while it has not begun. */
  async pages(accept: string): Promise<Uint8Array[]> {
    return this.#thread === undefined ? [] : [await this.#thread.thread.call('page', accept)]
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    for (const { reject } of [...this.#page.splice(0), ...this.#others.splice(0)]) {
      reject(new WeirError('SHUTTING_DOWN', 'Cannot answer: Weir is stopping'))
    }
    await this.#thread?.ready.catch(() => undefined)
    await this.#thread?.thread[Symbol.asyncDispose]()
  }

  #timeoutOf({ kind }: LogJob): number {
    const { timeout, export_timeout: exporting } = this.#options.config
    return kind === 'export' ? exporting : timeout
  }

  #submit(job: LogJob, signal: AbortSignal, isUrgent: boolean): Promise<LogReply> {
    const { config, clock } = this.#options
    if (this.#isClosed) {
      return Promise.reject(new WeirError('SHUTTING_DOWN', 'Cannot answer: Weir is stopping'))
    }
    const queue = isUrgent ? this.#page : this.#others
    if (queue.length >= config.max_queued) {
      this.#refused.inc({ limit: 'max_queued' })
      const why = `Cannot take one more question to the log store: ${queue.length} are waiting already (logs.query.max_queued); try again later`
      return Promise.reject(new WeirError('QUERY_QUEUE_FULL', why))
    }
    return new Promise<LogReply>((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason as Error)
        return
      }
      const task: Task = { job, signal, queuedAtMs: clock.monotonicMs(), resolve, reject }
      signal.addEventListener('abort', () => this.#leave(queue, task), { once: true })
      queue.push(task)
      this.#next()
    })
  }

  /** Who asked has gone, or waited too long. */
  #leave(queue: Task[], task: Task): void {
    const place = queue.indexOf(task)
    if (place < 0) return
    queue.splice(place, 1)
    this.#waiting.set(this.#page.length + this.#others.length)
    task.reject(task.signal.reason)
  }

  #next(): void {
    while (this.#running < this.#options.config.max_concurrent) {
      const task = this.#take(this.#page) ?? this.#take(this.#others)
      if (task === undefined) break
      const isSql = task.job.kind === 'sql'
      this.#running++
      if (isSql) this.#runningSql++
      void this.#run(task).finally(() => {
        this.#running--
        if (isSql) this.#runningSql--
        this.#next()
      })
    }
    this.#waiting.set(this.#page.length + this.#others.length)
  }

  /** The next one that may begin. */
  #take(queue: Task[]): Task | undefined {
    const sqlMax = sqlPlaces(this.#options.config).count
    const mayBegin = ({ job }: Task): boolean => job.kind !== 'sql' || this.#runningSql < sqlMax
    const place = queue.findIndex(mayBegin)
    return place < 0 ? undefined : queue.splice(place, 1)[0]
  }

  /** Resolves when the thread is done with it, which may be later than who asked was told. */
  async #run({ job, signal, queuedAtMs, resolve, reject }: Task): Promise<void> {
    const id = this.#nextId++
    const { thread, ready } = this.#start()
    const done = new AbortController()
    const stop = (): void => {
      reject(signal.reason)
      const isHeard = thread.call('cancel', id)
      this.#watchStop(thread, isHeard, signal.reason, done.signal)
    }
    try {
      await ready
      signal.throwIfAborted()
      signal.addEventListener('abort', stop, { once: true })
      const queuedMs = this.#options.clock.monotonicMs() - queuedAtMs
      const leftMs = this.#timeoutOf(job) - queuedMs
      const reply = await thread.call('ask', { id, job, queuedMs, leftMs })
      if (signal.aborted) await forget(job, reply)
      resolve(reply)
    } catch (error) {
      reject(withoutMemory(error))
    } finally {
      signal.removeEventListener('abort', stop)
      done.abort(ANSWERED)
    }
  }

  /**
   * Ends a thread that hears nothing any more. One that does waits for DuckDB, in which some functions do not
   * stop before they are done: to end a thread then would end the process. The question keeps its place.
   */
  #watchStop(
    thread: LogQueryThread,
    cancelling: Promise<unknown>,
    reason: unknown,
    stopped: AbortSignal,
  ): void {
    let isHeard = false
    cancelling.then(
      () => (isHeard = true),
      () => undefined, // gone already
    )
    if ((reason as { code?: ErrorCode }).code !== 'QUERY_TIMEOUT') return // its time will come
    const { clock, telemetry } = this.#options
    const look = (): void => {
      if (isHeard) {
        telemetry.log.warn({}, 'A question to the log store keeps its place until DuckDB stops')
      } else {
        telemetry.log.warn({}, 'A question to the log store does not stop; its thread is ended')
        thread.kill()
      }
    }
    clock.sleep(STOP_GRACE_MS, stopped).then(look, () => undefined) // rejected: it stopped
  }

  #start(): Running {
    if (this.#thread !== undefined) return this.#thread
    const { config, logLevel, startThread = startWorker } = this.#options
    const data: LogQueryData = {
      reader: {
        folder: this.#options.folder,
        threads: config.threads ?? Math.min(4, availableParallelism()),
        memoryBytes: config.max_memory,
        sql: { memoryBytes: sqlPlaces(config).memoryBytes },
      },
      limits: {
        linesMax: config.max_lines,
        seriesMax: config.max_series,
        sampleLines: config.sample_lines,
      },
      tailTimeMaxMs: config.max_tail_time,
      logLevel,
    }
    const thread = startThread(data, (error) => this.#crashed(thread, error))
    const running = { thread, ready: this.#open(thread) }
    running.ready.catch(() => {
      if (this.#thread === running) this.#thread = undefined
      return thread[Symbol.asyncDispose]()
    })
    this.#thread = running
    return running
  }

  async #open(thread: LogQueryThread): Promise<void> {
    const port = await this.#options.readerPort()
    await thread.call('open', port, [port])
  }

  /** It holds nothing that cannot be asked again; the next question starts another. */
  #crashed(thread: LogQueryThread, error: Error): void {
    if (this.#thread?.thread === thread) this.#thread = undefined
    this.#crashes.inc()
    const { log } = this.#options.telemetry
    log.error(
      { error: error.message },
      'The thread of log questions ended; the next one starts another',
    )
  }
}

const startWorker: NonNullable<LogQueriesOptions['startThread']> = (data, onCrash) =>
  new Thread<LogQueryHandlers>('log-query-thread', data, [], onCrash)

/** Nobody waits for this answer any more. */
async function forget({ kind }: LogJob, { body }: LogReply): Promise<void> {
  if (kind === 'export') await rm(new TextDecoder().decode(body), { force: true })
}

function timedOut(): WeirError {
  const why =
    'request timed out, decrease the duration of the request or add more label matchers (prefer exact match over regex match) to reduce the amount of data processed (logs.query.timeout)'
  return new WeirError('QUERY_TIMEOUT', why)
}

function resultOf(error: unknown): string {
  if (!(error instanceof WeirError)) return 'failed'
  if (error.code === 'QUERY_TIMEOUT') return 'timeout'
  if (error.code === 'QUERY_CANCELED') return 'canceled'
  return error.apiType === 'internal' ? 'failed' : 'refused'
}

function withoutMemory(error: unknown): unknown {
  if ((error as { code?: string }).code !== 'ERR_WORKER_OUT_OF_MEMORY') return error
  const why =
    'Cannot answer the question: its thread ran out of memory; select fewer streams or a shorter time'
  return new WeirError('QUERY_TOO_MUCH_MEMORY', why, { cause: error })
}
