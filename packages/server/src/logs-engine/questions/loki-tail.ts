import { type LogEntry, parseLogQL } from '@weir/logs'
import { type Clock, WeirError } from '@weir/model'
import { type TailRequest, identityOf } from '../../log-query/tail-session.ts'
import type { TailHelp, TailSource } from '../../log-query/tail-sessions.ts'
import type { LokiClient } from './loki-client.ts'
import { lokiLines } from './loki-lines.ts'

export interface LokiTailOptions {
  readonly loki: Pick<LokiClient, 'ask'>
  readonly clock: Clock
  readonly pollMs?: number
}

const POLL_MS = 1000
/** Lines that come so much later than their time are seen too. */
const LATE_NS = 10_000_000_000n
/** Lines of one look; of more the oldest are not shown. */
const LINES_MAX = 1000

/**
 * New lines of a Loki, looked for every second. Loki's own tail is a WebSocket to all ingesters, past the query
 * frontend and its limits, and not every proxy carries it; a query for the last seconds goes the way of all
 * others.
 */
export class LokiTail implements TailSource {
  readonly #options: LokiTailOptions

  constructor(options: LokiTailOptions) {
    this.#options = options
  }

  async follow(
    request: TailRequest,
    help: TailHelp,
    signal: AbortSignal,
  ): Promise<readonly LogEntry[]> {
    if (parseLogQL(request.query).kind !== 'log') {
      throw new WeirError('LOGQL_PARSE', 'Cannot tail a metric query: want a query for lines')
    }
    const { clock, loki } = this.#options
    const nowNs = BigInt(clock.now() + 1) * 1_000_000n
    const { query, startNs, limit } = request
    const range = { fromNs: startNs, toNs: nowNs }
    const past = await lokiLines(loki, { query, range, limit, direction: 'backward' }, signal)
    const seen = new Map(past.map((entry) => [identityOf(entry), entry.timeNs]))
    this.#poll({ query, fromNs: nowNs - LATE_NS, seen }, help, signal).catch((error: unknown) => {
      if (!signal.aborted) help.end((error as Error).message)
    })
    return past
  }

  async #poll(
    {
      query,
      fromNs,
      seen,
    }: { readonly query: string; readonly fromNs: bigint; readonly seen: Map<string, bigint> },
    { take }: TailHelp,
    signal: AbortSignal,
  ): Promise<void> {
    const { clock, loki, pollMs = POLL_MS } = this.#options
    for (;;) {
      await clock.sleep(pollMs, signal)
      const toNs = BigInt(clock.now() + 1) * 1_000_000n
      const lateNs = toNs - LATE_NS
      const range = { fromNs: lateNs > fromNs ? lateNs : fromNs, toNs }
      const lines = await this.#look(loki, { query, range }, signal)
      const fresh = lines.filter((entry) => !seen.has(identityOf(entry)))
      for (const entry of fresh) seen.set(identityOf(entry), entry.timeNs)
      for (const [identity, timeNs] of seen) if (timeNs < range.fromNs) seen.delete(identity)
      if (fresh.length > 0) take(fresh.toReversed())
    }
  }

  /** A Loki that is away for a moment ends no tail. */
  async #look(
    loki: Pick<LokiClient, 'ask'>,
    asked: { readonly query: string; readonly range: { fromNs: bigint; toNs: bigint } },
    signal: AbortSignal,
  ): Promise<readonly LogEntry[]> {
    try {
      const wanted = { ...asked, limit: LINES_MAX, direction: 'backward' } as const
      return await lokiLines(loki, wanted, signal)
    } catch (error) {
      if ((error as { code?: string }).code !== 'LOGS_ENGINE_AWAY') throw error
      return []
    }
  }
}
