import { parentPort, workerData } from 'node:worker_threads'
import { HttpClient } from '@weir/fetch'
import { WeirError, systemClock } from '@weir/model'
import type { LogQueryLimits } from '../log-query/job.ts'
import { TailSessions } from '../log-query/tail-sessions.ts'
import type { DistantEngine } from '../logs-engine/config.ts'
import { answerFromLoki } from '../logs-engine/questions/answer-job.ts'
import { LokiClient } from '../logs-engine/questions/loki-client.ts'
import { LokiTail } from '../logs-engine/questions/loki-tail.ts'
import { openLog } from '../telemetry/log.ts'
import { Registry } from '../telemetry/registry.ts'
import type { LogQueryHandlers } from './log-query-thread.ts'
import { movedPage } from './moved-page.ts'
import { Moved, serveCalls } from './rpc.ts'
import { keepHeapSmall } from './small-heap.ts'

/**
 * The thread that asks a distant engine of logs, in place of the one that reads Weir's own store. Answers pass
 * through as bytes; those that are made of lines are made here, away from the main thread.
 */

export interface LogEngineData {
  readonly engine: DistantEngine
  readonly limits: LogQueryLimits
  readonly tailTimeMaxMs: number
  readonly logLevel: string
}

const data = workerData as LogEngineData
const registry = new Registry()
const telemetry = { registry, log: openLog(data.logLevel).child({ part: 'log query' }) }
const clock = systemClock
const opening = HttpClient.open(data.engine, { what: 'engine' })
const opened = opening.then((client) => {
  const loki = new LokiClient({ engine: data.engine, client, clock, telemetry })
  const source = new LokiTail({ loki, clock })
  const { tailTimeMaxMs: timeMaxMs } = data
  return { loki, tails: new TailSessions({ source, timeMaxMs, clock, telemetry }) }
})
opened.catch(() => undefined) // whoever asks is told
const running = new Map<number, AbortController>()

const handlers: LogQueryHandlers = {
  open: async (port) => {
    port.close()
    await opened
  },
  ask: async ({ id, job }) => {
    const { loki } = await opened
    const stop = new AbortController()
    running.set(id, stop)
    try {
      const at = { loki, limits: data.limits, clock, signal: stop.signal }
      const reply = await answerFromLoki(job, at)
      return new Moved(reply, [reply.body.buffer])
    } finally {
      running.delete(id)
    }
  },
  cancel: (id) => {
    running
      .get(id)
      ?.abort(new WeirError('QUERY_CANCELED', 'the request was cancelled by the client'))
  },
  tail: async ({ port, ...request }) => (await opened).tails.begin(request, port),
  page: (accept) => movedPage(registry.collect(), accept),
  close: async () => {
    const { tails } = await opened
    tails[Symbol.dispose]()
    for (const stop of running.values()) {
      stop.abort(new WeirError('SHUTTING_DOWN', 'Cannot answer: Weir is stopping'))
    }
    await (await opening)[Symbol.asyncDispose]()
  },
}

serveCalls(parentPort!, handlers)
keepHeapSmall()
