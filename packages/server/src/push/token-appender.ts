import type {
  Appender,
  CommitResult,
  Exemplar,
  Labels,
  MetricMetadata,
  NativeHistogram,
  SampleRun,
  SeriesRef,
} from '@weir/model'
import type { TokenQuota } from '../access/tokens/token-quota.ts'
import type { TokenGate, TokenQuotas } from './token-quotas.ts'

/**
 * The appender of all that is pushed, which holds those to their series whose token has a limit of them. Samples of
 * series beyond it never get to the store; the commit counts them among the rejected. Without such a token
 * everything goes straight through.
 */
export class TokenAppender implements Appender {
  readonly #inner: Appender
  readonly #quotas: TokenQuotas<SeriesRef>
  /** How often each number was given out and has not come back. */
  readonly #uses: number[] = []
  /** Numbers that count for some token. */
  readonly #counted = new Set<SeriesRef>()
  #gate: TokenGate<SeriesRef> | undefined
  #refused = 0

  constructor(inner: Appender, quotas: TokenQuotas<SeriesRef>) {
    this.#inner = inner
    this.#quotas = quotas
  }

  /** What `take` queues and commits before it waits for anything is of the token. */
  by<T>(quota: TokenQuota | undefined, take: () => T): T {
    this.#gate = quota === undefined ? undefined : this.gate(quota)
    this.#refused = 0
    try {
      return take()
    } finally {
      this.#gate = undefined
    }
  }

  /** For those who look at each series themselves. */
  gate(quota: TokenQuota): TokenGate<SeriesRef> {
    const gate = this.#quotas.of(quota)
    const admits = (ref: SeriesRef): boolean => {
      const isIn = gate.admits(ref)
      if (isIn) this.#counted.add(ref)
      return isIn
    }
    return { ...gate, admits }
  }

  /** A series that is sent again without its token counts on for it. */
  keep(ref: SeriesRef): void {
    if (this.#counted.has(ref)) this.#quotas.keep(ref)
  }

  ref(labels: Labels): SeriesRef {
    const ref = this.#inner.ref(labels)
    this.#uses[ref] = (this.#uses[ref] ?? 0) + 1
    return ref
  }

  release(ref: SeriesRef): void {
    this.#inner.release(ref)
    this.#uses[ref]!--
    // Another series may get the number.
    if (this.#uses[ref] === 0 && this.#counted.delete(ref)) this.#quotas.forget(ref)
  }

  append(ref: SeriesRef, timeMs: number, value: number): void {
    if (this.#admits(ref)) this.#inner.append(ref, timeMs, value)
  }

  appendColumns(columns: SampleRun, count: number): void {
    if (this.#gate === undefined) {
      this.#inner.appendColumns(columns, count)
      return
    }
    let from = 0
    for (let i = 0; i < count; i++) {
      if (this.#admits(columns.refs[i] as SeriesRef)) continue
      this.#appendRun(columns, from, i)
      from = i + 1
    }
    this.#appendRun(columns, from, count)
  }

  appendHistogram(ref: SeriesRef, timeMs: number, histogram: NativeHistogram): void {
    if (this.#admits(ref)) this.#inner.appendHistogram(ref, timeMs, histogram)
  }

  appendExemplar(ref: SeriesRef, exemplar: Exemplar): void {
    if (this.#gate?.admits(ref) !== false) this.#inner.appendExemplar(ref, exemplar)
  }

  describe(metricName: string, metadata: MetricMetadata): void {
    this.#inner.describe(metricName, metadata)
  }

  async commit(): Promise<CommitResult> {
    const gate = this.#gate
    const refused = this.#refused
    this.#refused = 0
    gate?.refused(refused)
    const result = await this.#inner.commit()
    return gate === undefined ? result : withRefused(result, refused, gate.why)
  }

  close(): void {
    this.#inner.close()
  }

  #admits(ref: SeriesRef): boolean {
    if (this.#gate === undefined || this.#gate.admits(ref)) return true
    this.#refused++
    return false
  }

  #appendRun({ refs, times, values }: SampleRun, from: number, to: number): void {
    if (from === to) return
    const run = {
      refs: refs.subarray(from, to),
      times: times.subarray(from, to),
      values: values.subarray(from, to),
    }
    this.#inner.appendColumns(run, to - from)
  }
}

/** What a store says of a batch, with what it was not shown. */
export function withRefused(result: CommitResult, count: number, why: string): CommitResult {
  if (count === 0) return result
  return { ...result, rejected: { ...result.rejected, token_series_limit: count }, example: why }
}
