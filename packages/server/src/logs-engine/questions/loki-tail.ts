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
const SECOND_NS = 1_000_000_000n
/** Lines that come so much later than their time are seen at the next look. */
const LATE_NS = 10n * SECOND_NS
/** Lines that come two minutes later are seen too: one look of so many reaches that far back, and one pause more. */
const FAR_NS = 130n * SECOND_NS
const FAR_EVERY = 10
/** Lines of one question. A look that reaches far asks several, backwards in time. */
const LINES_MAX = 1000
const PAGES_MAX = 5
/** Lines that are remembered as shown; beyond, the oldest are forgotten, and not looked for again. */
const SHOWN_MAX = 20_000

/**
 * New lines of a Loki, looked for every second, and late ones every ten. Loki's own tail is a WebSocket to all ingesters, past the query
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
    const shown = new ShownLines(nowNs - LATE_NS)
    shown.news(past)
    this.#poll({ query, shown }, help, signal).catch((error: unknown) => {
      if (!signal.aborted) help.end((error as Error).message)
    })
    return past
  }

  async #poll(
    { query, shown }: { readonly query: string; readonly shown: ShownLines },
    { take }: TailHelp,
    signal: AbortSignal,
  ): Promise<void> {
    const { clock, pollMs = POLL_MS } = this.#options
    for (let look = 1; ; look++) {
      await clock.sleep(pollMs, signal)
      const isFar = look % FAR_EVERY === 0
      const toNs = BigInt(clock.now() + 1) * 1_000_000n
      const backNs = toNs - (isFar ? FAR_NS : LATE_NS)
      const fromNs = backNs > shown.sinceNs ? backNs : shown.sinceNs
      const lines = await this.#lines({ query, range: { fromNs, toNs } }, isFar, signal)
      const fresh = shown.news(lines)
      shown.forgetBefore(toNs - FAR_NS)
      if (fresh.length > 0) take(inOrder(fresh))
    }
  }

  /** Newest first. */
  async #lines(asked: Asked, isFar: boolean, signal: AbortSignal): Promise<readonly LogEntry[]> {
    const all: LogEntry[] = []
    let { range } = asked
    for (let page = 0; page < (isFar ? PAGES_MAX : 1); page++) {
      const lines = await this.#look(this.#options.loki, { ...asked, range }, signal)
      all.push(...lines)
      const oldest = lines.at(-1)
      if (oldest === undefined || lines.length < LINES_MAX) break
      // Lines of that very time may be on both pages; they are told apart like all others.
      range = { ...range, toNs: oldest.timeNs + 1n }
    }
    return all
  }

  /** A Loki that is away for a moment ends no tail. */
  async #look(
    loki: Pick<LokiClient, 'ask'>,
    asked: Asked,
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

interface Asked {
  readonly query: string
  readonly range: { readonly fromNs: bigint; readonly toNs: bigint }
}

function inOrder(lines: readonly LogEntry[]): LogEntry[] {
  return lines.toSorted((a, b) => (a.timeNs < b.timeNs ? -1 : a.timeNs > b.timeNs ? 1 : 0))
}

/** What was shown of the last minutes, so that what is found again is not shown again. */
class ShownLines {
  readonly #times = new Map<string, bigint>()
  /** Of older lines it is not known whether they were shown. */
  sinceNs: bigint

  constructor(sinceNs: bigint) {
    this.sinceNs = sinceNs
  }

  /** Those that were not shown yet; from now on they were. */
  news(lines: readonly LogEntry[]): LogEntry[] {
    return lines.filter((line) => {
      const identity = identityOf(line)
      const isNew = !this.#times.has(identity)
      this.#times.set(identity, line.timeNs)
      return isNew
    })
  }

  forgetBefore(timeNs: bigint): void {
    if (this.#times.size > SHOWN_MAX) {
      const times = [...this.#times.values()].toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0))
      this.sinceNs = times[times.length >> 1]!
    }
    const beforeNs = timeNs > this.sinceNs ? timeNs : this.sinceNs
    for (const [identity, ns] of this.#times) if (ns < beforeNs) this.#times.delete(identity)
  }
}
