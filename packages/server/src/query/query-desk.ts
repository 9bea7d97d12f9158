import type { Queries } from '../http/deps.ts'
import type { MatrixColumns, QueryFailure, VectorColumns, VectorRows, VectorsPart } from './job.ts'
import type { QueryOrigin } from './question.ts'

/** Whoever answers questions about metrics: the query threads over the embedded store, or an engine elsewhere. */
export interface QueryDesk extends Queries, AsyncDisposable {
  vector(
    expr: string,
    timeMs: number,
    signal?: AbortSignal,
    origin?: QueryOrigin,
  ): Promise<VectorColumns>
  /** Several questions at once; answers in their order. What cannot be answered is a failure in its place. */
  vectors(
    parts: readonly VectorsPart[],
    signal: AbortSignal,
  ): Promise<readonly (VectorRows | QueryFailure)[]>
  /** As `matrix`, for work that can wait. */
  background(
    expr: string,
    range: { readonly startMs: number; readonly endMs: number; readonly stepMs: number },
    signal: AbortSignal,
    samplesMax?: number,
  ): Promise<MatrixColumns>
  readonly threadCount: number
}
