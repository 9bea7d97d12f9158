import { parentPort, workerData } from 'node:worker_threads'
import { type ReaderSeat, openReader } from '@weir/tsdb'
import { type Circumstances, evaluateMatrix, evaluateVector, executeJob } from '../query/execute.ts'
import type {
  MatrixColumns,
  MatrixJob,
  QueryJob,
  QueryReply,
  VectorColumns,
  VectorJob,
} from '../query/job.ts'
import { Moved, serveCalls } from './rpc.ts'

/**
 * A thread that answers queries, one at a time, each to its end. It is told to stop early through
 * one number in shared memory: the id of the job that nobody waits for any more.
 */

export interface QueryThreadData {
  readonly seat: ReaderSeat
  /** One Int32: id of the cancelled job. */
  readonly cancelled: SharedArrayBuffer
}

interface NumberedJob<Job> {
  readonly id: number
  readonly job: Job
  readonly queuedMs: number
  readonly countSteps: boolean
}

export type QueryThreadHandlers = {
  json: (numbered: NumberedJob<QueryJob>) => Moved<QueryReply>
  vector: (numbered: NumberedJob<VectorJob>) => Moved<VectorColumns>
  matrix: (numbered: NumberedJob<MatrixJob>) => Moved<MatrixColumns>
  close: () => void
}

const { seat, cancelled } = workerData as QueryThreadData
const flag = new Int32Array(cancelled)
const reader = openReader(seat)

function circumstances({ id, queuedMs, countSteps }: NumberedJob<unknown>): Circumstances {
  // Whether nobody waits for this job any more.
  return { isCancelled: () => Atomics.load(flag, 0) === id, queuedMs, countSteps }
}

const handlers: QueryThreadHandlers = {
  json: (numbered) => {
    const reply = executeJob(numbered.job, reader, circumstances(numbered))
    return new Moved(reply, [reply.body.buffer])
  },
  vector: (numbered) => {
    const columns = evaluateVector(numbered.job, reader, circumstances(numbered))
    return new Moved(columns, [columns.values.buffer])
  },
  matrix: (numbered) => {
    const columns = evaluateMatrix(numbered.job, reader, circumstances(numbered))
    return new Moved(columns, [columns.values.buffer])
  },
  close: () => reader[Symbol.dispose](),
}

serveCalls(parentPort!, handlers)
