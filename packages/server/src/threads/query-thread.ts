import { parentPort, workerData } from 'node:worker_threads'
import { invariant } from '@weir/model'
import { type Reader, type ReaderSeat, openReader } from '@weir/tsdb'
import { type AnswerJob, readAnswer } from '../engine/read-answer.ts'
import {
  type Circumstances,
  evaluateMatrix,
  evaluateVector,
  evaluateVectors,
  executeJob,
} from '../query/execute.ts'
import type {
  MatrixColumns,
  MatrixJob,
  QueryJob,
  QueryReply,
  VectorColumns,
  VectorJob,
  VectorsJob,
} from '../query/job.ts'
import { type PackedVectors, packVectors } from '../query/packed-vectors.ts'
import { ReadExprs } from '../query/read-exprs.ts'
import { CANCELLED, GIVEN } from './query-flags.ts'
import { type Introduction, QueryTeam } from './query-team.ts'
import { Moved, serveCalls } from './rpc.ts'
import { keepHeapSmall } from './small-heap.ts'

/**
 * A thread that answers queries, one at a time, each to its end. It is told to stop early through
 * one number in shared memory: the id of the job that nobody waits for any more. While it has no job
 * it helps the other query threads.
 */

export interface QueryThreadData {
  /** See query-flags.ts. */
  readonly flags: SharedArrayBuffer
}

interface NumberedJob<Job> {
  readonly id: number
  readonly job: Job
  readonly queuedMs: number
  readonly countSteps: boolean
}

export type QueryThreadHandlers = {
  /** Takes its seat in the store: the first call. Until then its code loads, and so does the store. */
  sit: (seat: ReaderSeat) => void
  json: (numbered: NumberedJob<QueryJob>) => Moved<QueryReply>
  vector: (numbered: NumberedJob<VectorJob>) => Moved<VectorColumns>
  vectors: (numbered: NumberedJob<VectorsJob>) => Moved<PackedVectors>
  matrix: (numbered: NumberedJob<MatrixJob>) => Moved<MatrixColumns>
  /** Reads an answer of an engine; no store is asked. */
  read: (numbered: NumberedJob<AnswerJob>) => Moved<PackedVectors | MatrixColumns | QueryReply>
  /** Another query thread, which may help and be helped. */
  meet: (introduction: Introduction) => void
  close: () => void
}

const { flags } = workerData as QueryThreadData
const words = new Int32Array(flags)
let begun = 0
const exprs = new ReadExprs()
let seated: { readonly reader: Reader; readonly team: QueryTeam } | undefined

function place(): NonNullable<typeof seated> {
  invariant(seated !== undefined, 'a query thread is asked before it has a seat')
  return seated
}

function circumstances({ id, queuedMs, countSteps }: NumberedJob<unknown>): Circumstances {
  begun = (begun + 1) | 0
  // Whether nobody waits for this job any more.
  return {
    isCancelled: () => Atomics.load(words, CANCELLED) === id,
    queuedMs,
    countSteps,
    team: place().team,
  }
}

const handlers: QueryThreadHandlers = {
  sit: (seat) => {
    const reader = openReader(seat)
    const team = new QueryTeam(reader, () => Atomics.load(words, GIVEN) === begun)
    seated = { reader, team }
  },
  json: (numbered) => {
    const reply = executeJob(numbered.job, place().reader, circumstances(numbered))
    return new Moved(reply, [reply.body.buffer])
  },
  vector: (numbered) => {
    const columns = evaluateVector(numbered.job, place().reader, circumstances(numbered))
    return new Moved(columns, [columns.values.buffer])
  },
  vectors: (numbered) => {
    const { reader } = place()
    const answers = evaluateVectors(numbered.job, reader, circumstances(numbered), exprs)
    return movedVectors(packVectors(answers))
  },
  matrix: (numbered) => {
    const columns = evaluateMatrix(numbered.job, place().reader, circumstances(numbered))
    return new Moved(columns, [columns.values.buffer])
  },
  read: ({ job }) => {
    if (job.as === 'vector') return movedVectors(packVectors([readAnswer(job)]))
    if (job.as === 'matrix') {
      const columns = readAnswer(job)
      return new Moved(columns, [columns.values.buffer])
    }
    const reply = readAnswer(job)
    return new Moved(reply, [reply.body.buffer])
  },
  meet: (introduction) => place().team.meet(introduction),
  close: () => seated?.reader[Symbol.dispose](),
}

function movedVectors(packed: PackedVectors): Moved<PackedVectors> {
  return new Moved(packed, [packed.costs.buffer, packed.labels.buffer, packed.values.buffer])
}

serveCalls(parentPort!, handlers)
keepHeapSmall()
