import { type QuerySample, type RuleQueries } from '@weir/alerting'
import { WeirError } from '@weir/model'
import type { QueryFailure, VectorRows, VectorsPart } from '../query/job.ts'
import { querySamples } from './query-samples.ts'

/** Most expressions that one thread is asked at a time; beyond, others help. */
const EXPRS_MAX = 256

/** Asks a query thread several things at once. */
export type AskVectors = (
  parts: readonly VectorsPart[],
  signal: AbortSignal,
) => Promise<readonly (VectorRows | QueryFailure)[]>

interface Waiting {
  readonly part: VectorsPart
  readonly signal: AbortSignal
  readonly resolve: (answers: readonly (readonly QuerySample[] | Error)[]) => void
  readonly reject: (reason: unknown) => void
}

/**
 * What rule groups ask in the same turn of the event loop goes to a query thread in one message: a
 * message costs as much as several rules.
 */
export class RuleQuestions {
  readonly #ask: AskVectors
  #waiting: Waiting[] = []

  constructor(ask: AskVectors) {
    this.#ask = ask
  }

  readonly queries: RuleQueries = (exprs, timeMs, signal, group) =>
    new Promise((resolve, reject) => {
      signal.throwIfAborted()
      if (this.#waiting.length === 0) setImmediate(() => this.#flush())
      const part = { exprs, timeMs, origin: { kind: 'rule', ...group } } as const
      this.#waiting.push({ part, signal, resolve, reject })
    })

  #flush(): void {
    const all = this.#waiting
    this.#waiting = []
    let from = 0
    let count = 0
    for (const [i, { part }] of all.entries()) {
      if (count > 0 && count + part.exprs.length > EXPRS_MAX) {
        void this.#askAbout(all.slice(from, i))
        from = i
        count = 0
      }
      count += part.exprs.length
    }
    void this.#askAbout(all.slice(from))
  }

  async #askAbout(all: readonly Waiting[]): Promise<void> {
    const gone = new AbortController()
    let left = all.length
    const leave = (): void => {
      if (--left === 0) gone.abort(new WeirError('QUERY_CANCELED', 'no rule waits for it any more'))
    }
    for (const { signal } of all) signal.addEventListener('abort', leave, { once: true })
    try {
      const answers = await this.#ask(
        all.map(({ part }) => part),
        gone.signal,
      )
      let at = 0
      for (const { part, resolve } of all) {
        resolve(answers.slice(at, at + part.exprs.length).map(samplesOrError))
        at += part.exprs.length
      }
    } catch (cause) {
      for (const { reject } of all) reject(cause)
    } finally {
      for (const { signal } of all) signal.removeEventListener('abort', leave)
    }
  }
}

function samplesOrError(answer: VectorRows | QueryFailure): readonly QuerySample[] | Error {
  return answer.kind === 'vector'
    ? querySamples(answer)
    : new WeirError(answer.code, answer.message)
}
