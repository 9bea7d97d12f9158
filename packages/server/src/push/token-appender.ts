import type {
  Appender,
  Clock,
  CommitResult,
  Exemplar,
  Labels,
  MetricMetadata,
  NativeHistogram,
  SampleRun,
  SeriesRef,
} from '@weir/model'
import type { TokenQuota } from '../access/tokens/token-quota.ts'
import type { Registry } from '../telemetry/registry.ts'
import { TokenQuotas, type TokenGate } from './token-quotas.ts'

/**
 * In place of a number: the token has as many series as it may, and this one is not among them. Samples may be
 * appended to it, and are counted as refused. Who remembers it asks again when {@link refusalsOf} changes.
 */
export const BEYOND_TOKEN = 0x7fff_ffff as SeriesRef

/** What may come with one token, for those who look at each series themselves. */
export interface SeriesGate extends TokenGate<SeriesRef> {
  /** Numbers that are asked for meanwhile count for the token, or are {@link BEYOND_TOKEN}. */
  naming<T>(take: () => T): T
}

/**
 * The appender of all that is pushed, which holds those to their series whose token has a limit of them. A series
 * counts from where it gets a number; one beyond the limit gets none, so nothing of it is kept, here or in the
 * store. The commit counts its samples among the rejected. Without such a token everything goes straight through.
 */
export class TokenAppender implements Appender {
  readonly #inner: Appender
  readonly #quotas: TokenQuotas<SeriesRef>
  /** How often each number was given out and has not come back. */
  readonly #uses: number[] = []
  /** Numbers that count for some token. */
  readonly #counted = new Set<SeriesRef>()
  /**
   * Those of them that nobody uses any more: receivers forget what they know when that has become much, and a
   * series must be the same one when it comes again, or a flood could put others in its place.
   */
  readonly #kept = new Set<SeriesRef>()
  #gate: TokenGate<SeriesRef> | undefined
  #refused = 0

  constructor(inner: Appender, { clock, registry }: { clock: Clock; registry: Registry }) {
    this.#inner = inner
    this.#quotas = new TokenQuotas('series', clock, registry, (ref) => this.#end(ref))
  }

  /** Brings the metrics up to date. */
  publish(): void {
    this.#quotas.publish()
  }

  /** What `take` queues and commits before it waits for anything is of the token. */
  by<T>(quota: TokenQuota | undefined, take: () => T): T {
    this.#refused = 0
    return quota === undefined ? take() : this.#under(this.gate(quota), take)
  }

  /** For those who look at each series themselves. */
  gate(quota: TokenQuota): SeriesGate {
    const counted = this.#quotas.of(quota)
    const admits = (ref: SeriesRef): boolean => {
      const isIn = ref !== BEYOND_TOKEN && counted.admits(ref)
      if (isIn) this.#counted.add(ref)
      return isIn
    }
    const gate = { ...counted, admits }
    return { ...gate, naming: (take) => this.#under(gate, take) }
  }

  #under<T>(gate: TokenGate<SeriesRef>, take: () => T): T {
    this.#gate = gate
    try {
      return take()
    } finally {
      this.#gate = undefined
    }
  }

  /** Undefined where there is no token with a limit; see {@link TokenGate.refusals}. */
  get refusals(): object | undefined {
    return this.#gate?.refusals()
  }

  /** A series that is sent again without its token counts on for it. */
  keep(ref: SeriesRef): void {
    if (this.#counted.has(ref)) this.#quotas.keep(ref)
  }

  /** A series has ended, and makes room for another; one that somebody uses goes on. */
  end(ref: SeriesRef): void {
    if (!this.#kept.has(ref)) return
    this.#quotas.forget(ref)
    this.#end(ref)
  }

  ref(labels: Labels): SeriesRef {
    const ref = this.#inner.ref(labels)
    if (this.#gate?.admits(ref) === false) {
      this.#inner.release(ref)
      return BEYOND_TOKEN
    }
    if (this.#kept.delete(ref)) this.#inner.release(ref)
    this.#uses[ref] = (this.#uses[ref] ?? 0) + 1
    return ref
  }

  release(ref: SeriesRef): void {
    if (ref === BEYOND_TOKEN) return
    this.#uses[ref]!--
    if (this.#uses[ref] === 0 && this.#counted.has(ref)) this.#kept.add(ref)
    else this.#inner.release(ref)
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

  /** It counts for no token any more. */
  #end(ref: SeriesRef): void {
    this.#counted.delete(ref)
    if (this.#kept.delete(ref)) this.#inner.release(ref)
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

/** For receivers, which remember series over requests: another object than at the last request, ask again. */
export function refusalsOf(appender: Appender): object | undefined {
  return appender instanceof TokenAppender ? appender.refusals : undefined
}

/** What a store says of a batch, with what it was not shown. */
export function withRefused(result: CommitResult, count: number, why: string): CommitResult {
  if (count === 0) return result
  return { ...result, rejected: { ...result.rejected, token_series_limit: count }, example: why }
}
