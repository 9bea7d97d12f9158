import { parentPort, workerData } from 'node:worker_threads'
import { type ReaderSeat, openReader } from '@weir/tsdb'
import { evaluateMatrix, evaluateVector, executeJob } from '../query/execute.ts'
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

/** Whether nobody waits for this job any more. */
const isCancelled = (id: number) => (): boolean => Atomics.load(flag, 0) === id

const handlers: QueryThreadHandlers = {
  json: ({ id, job }) => {
    const reply = executeJob(job, reader, isCancelled(id))
    return new Moved(reply, [reply.body.buffer])
  },
  vector: ({ id, job }) => {
    const columns = evaluateVector(job, reader, isCancelled(id))
    return new Moved(columns, [columns.values.buffer])
  },
  matrix: ({ id, job }) => {
    const columns = evaluateMatrix(job, reader, isCancelled(id))
    return new Moved(columns, [columns.values.buffer])
  },
  close: () => reader[Symbol.dispose](),
}

serveCalls(parentPort!, handlers)
