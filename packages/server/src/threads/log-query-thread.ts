import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { type LogReader, type LogReaderOptions, type LogTable, openLogReader } from '@weir/logs'
import { WeirError, invariant, systemClock } from '@weir/model'
import { executeLogJob } from '../log-query/execute.ts'
import type { LogJob, LogQueryLimits, LogReply } from '../log-query/job.ts'
import { StoreTail } from '../log-query/store-tail.ts'
import type { TailRequest } from '../log-query/tail-session.ts'
import { TailSessions } from '../log-query/tail-sessions.ts'
import { openLog } from '../telemetry/log.ts'
import { Registry } from '../telemetry/registry.ts'
import { movedPage } from './moved-page.ts'
import { Moved, serveCalls } from './rpc.ts'
import { keepHeapSmall } from './small-heap.ts'

/**
 * The thread that answers questions to the log store and follows new lines for live tails. Several questions
 * are under way at a time: DuckDB's threads read while this one waits.
 */

export interface LogQueryData {
  readonly reader: LogReaderOptions
  readonly limits: LogQueryLimits
  readonly tailTimeMaxMs: number
  readonly logLevel: string
}

export type LogQueryHandlers = {
  /** Takes its place at the store: the first call. The port's other end is with the store. */
  open: (port: MessagePort) => Promise<void>
  ask: (asked: {
    readonly id: number
    readonly job: LogJob
    readonly queuedMs: number
    /** What is left of its time. */
    readonly leftMs: number
  }) => Promise<Moved<LogReply>>
  /** Nobody waits for this one any more. */
  cancel: (id: number) => void
  /** Begins to follow new lines; frames go out by the port until it closes. */
  tail: (request: TailRequest & { readonly port: MessagePort }) => Promise<void>
  /** This thread's own metrics as an exposition page. */
  page: (accept: string) => Moved<Uint8Array>
  close: () => Promise<void>
}

const data = workerData as LogQueryData
const registry = new Registry()
const telemetry = { registry, log: openLog(data.logLevel).child({ part: 'log query' }) }
const sqlEnds = registry.counter(
  'weir_logs_sql_process_ends_total',
  'Processes that answered SQL over logs and took too much memory, did not stop in time, or broke off.',
  ['why'],
)
const running = new Map<
  number,
  { readonly stop: AbortController; readonly done: Promise<unknown> }
>()
let opened: { readonly reader: LogReader & LogTable; readonly tails: TailSessions } | undefined

function place(): NonNullable<typeof opened> {
  invariant(opened !== undefined, 'the log query thread is asked before it has its place')
  return opened
}

const handlers: LogQueryHandlers = {
  open: async (port) => {
    const reader = await openLogReader(port, data.reader, {
      sqlEnded: (why) => {
        sqlEnds.inc({ why })
        telemetry.log.warn({ why }, 'A process that answered SQL over logs has ended')
      },
    })
    const tails = new TailSessions({
      source: new StoreTail(reader, data.limits, systemClock),
      timeMaxMs: data.tailTimeMaxMs,
      clock: systemClock,
      telemetry,
    })
    opened = { reader, tails }
  },
  ask: async ({ id, job, queuedMs, leftMs }) => {
    const stop = new AbortController()
    const done = executeLogJob(job, place().reader, {
      signal: stop.signal,
      limits: data.limits,
      clock: systemClock,
      queuedMs,
      deadlineMs: systemClock.monotonicMs() + leftMs,
    })
    running.set(id, { stop, done })
    try {
      const reply = await done
      return new Moved(reply, [reply.body.buffer])
    } finally {
      running.delete(id)
    }
  },
  cancel: (id) => {
    running
      .get(id)
      ?.stop.abort(new WeirError('QUERY_CANCELED', 'the request was cancelled by the client'))
  },
  tail: ({ port, ...request }) => place().tails.begin(request, port),
  page: (accept) => movedPage(registry.collect(), accept),
  close: async () => {
    opened?.tails[Symbol.dispose]()
    for (const { stop } of running.values())
      stop.abort(new WeirError('SHUTTING_DOWN', 'Cannot answer: Weir is stopping'))
    // Ending a thread in the midst of DuckDB's work would end the process.
    await Promise.allSettled([...running.values()].map(({ done }) => done))
    opened?.reader[Symbol.dispose]()
  },
}

serveCalls(parentPort!, handlers)
keepHeapSmall()
