import { federate } from '../query/federate.ts'
import type {
  FederateJob,
  MatrixColumns,
  QueryReply,
  ReadChunksJob,
  ReadSamplesJob,
  VectorColumns,
} from '../query/job.ts'
import { readChunks, readSamples } from '../query/remote-read.ts'
import { type ShownSeries, matrixOf, parsed, readQueryData, vectorOf } from './answer.ts'
import { RawSource } from './raw-source.ts'

/**
 * What is made of answers of an engine. Fifty thousand series are eight megabytes of JSON and take 290 ms to
 * read; a long answer goes to a query thread for that, so that intake and pages do not stand still meanwhile.
 */
export type AnswerJob = VectorAnswer | MatrixAnswer | RawAnswers | CutAnswer

type Body = Uint8Array<ArrayBuffer>

/** An instant query's, as columns. */
interface VectorAnswer {
  readonly as: 'vector'
  readonly bodies: readonly [Body]
  readonly expr: string
}

/** A range query's, as columns. */
interface MatrixAnswer {
  readonly as: 'matrix'
  readonly bodies: readonly [Body]
  readonly range: { readonly startMs: number; readonly endMs: number; readonly stepMs: number }
}

/** Raw samples, as another protocol has them. */
interface RawAnswers {
  readonly as: 'raw'
  readonly bodies: readonly Body[]
  readonly job: FederateJob | ReadSamplesJob | ReadChunksJob
}

/** Fewer series of a query's answer, for an engine that knows no limit. */
interface CutAnswer {
  readonly as: 'cut'
  readonly bodies: readonly [Body]
  readonly limit: number
}

/** What comes of each. */
export type ReadAnswer<Job extends AnswerJob> = Job extends VectorAnswer
  ? VectorColumns
  : Job extends MatrixAnswer
    ? MatrixColumns
    : QueryReply

/** Whoever reads answers elsewhere than where they arrived. */
export interface AnswerReader {
  /** Takes the bodies along: they are empty afterwards. */
  read<Job extends AnswerJob>(job: Job, signal: AbortSignal): Promise<ReadAnswer<Job>>
}

const CUT = 'results truncated due to limit'

/** @throws {WeirError} `ENGINE_ANSWER`, `QUERY_EXECUTION` */
export function readAnswer<Job extends AnswerJob>(job: Job): ReadAnswer<Job>
export function readAnswer(job: AnswerJob): VectorColumns | MatrixColumns | QueryReply {
  switch (job.as) {
    case 'vector':
      return vectorOf(readQueryData(textOf(job.bodies[0])), job.expr)
    case 'matrix':
      return matrixOf(readQueryData(textOf(job.bodies[0])), job.range)
    case 'raw':
      return { status: 200, body: rawBody(job) }
    case 'cut':
      return { status: 200, body: cut(job) }
    default:
      return job satisfies never
  }
}

function textOf(body: Uint8Array): string {
  return new TextDecoder().decode(body)
}

function rawBody({ bodies, job }: RawAnswers): Body {
  const source = new RawSource(bodies.flatMap(seriesOf))
  // One page: another one would have to be asked for anew.
  const pageBytes = Number.POSITIVE_INFINITY
  switch (job.kind) {
    case 'federate':
      return federate({ ...job, pageBytes }, source, {}).body
    case 'readSamples':
      return readSamples(job, source, {})
    case 'readChunks':
      return readChunks({ ...job, pageBytes }, source, {}).body
    default:
      return job satisfies never
  }
}

function seriesOf(body: Uint8Array): readonly ShownSeries[] {
  const data = readQueryData(textOf(body))
  return data.resultType === 'matrix' ? data.result : []
}

function cut({ bodies: [body], limit }: CutAnswer): Body {
  const answer = parsed(textOf(body)) as {
    readonly data?: { readonly result?: unknown; readonly resultType?: unknown }
    readonly warnings?: readonly string[]
  }
  const { result, resultType } = answer.data ?? {}
  const isList = resultType === 'vector' || resultType === 'matrix'
  if (!isList || !Array.isArray(result) || result.length <= limit) return body
  const shown = {
    ...answer,
    data: { ...answer.data, result: result.slice(0, limit) as unknown[] },
    warnings: [...(answer.warnings ?? []), CUT],
  }
  return new TextEncoder().encode(JSON.stringify(shown))
}
