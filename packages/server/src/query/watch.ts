import type { Clock, ErrorCode } from '@weir/model'
import type { QueriesView, QueryRow, TopQuery } from '@weir/packs'
import type { Telemetry } from '../telemetry/log.ts'
import type { Counter, Gauge, Histogram } from '../telemetry/registry.ts'
import { type QueryCost, statsView } from './cost.ts'
import { QueryLog, originView } from './query-log.ts'
import type { QueryOrigin, Question } from './question.ts'

/** A question on its way through the pool. */
export interface WatchedQuery {
  readonly id: number
  readonly question: Question
  readonly origin: QueryOrigin
  readonly askedMs: number
  /** By the monotonic clock. */
  readonly askedAt: number
  startedAt: number | undefined
}

/** How a question ended. Without a cost it was not evaluated to its end. */
export interface QueryOutcome {
  readonly cost: QueryCost | undefined
  readonly error: { readonly code: ErrorCode; readonly message: string } | undefined
}

interface Tally {
  count: number
  failed: number
  seconds: number
  secondsMax: number
  samplesRead: number
  lastMs: number
}

/** Expressions whose tallies are kept; beyond, the cheapest half is forgotten. */
const TALLIES_MAX = 500
const TOP_SHOWN = 50
const EXPR_SHOWN = 1000
const SECONDS = [0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120]
const NO_COST: QueryCost = {
  queuedMs: 0,
  preparedMs: 0,
  evaluatedMs: 0,
  sortedMs: 0,
  samplesQueried: 0,
  samplesRead: 0,
  seriesRead: 0,
  peakSamples: 0,
  peakBytes: 0,
  partsHelped: 0,
}

/**
 * Sees every query come, start and end: which run now, which took most in all, and the lines of the
 * query log and of slow queries.
 */
export class QueryWatch implements Disposable {
  readonly log: QueryLog
  readonly #telemetry: Telemetry
  readonly #clock: Clock
  #slowMs: number
  readonly #sinceMs: number
  readonly #running = new Map<number, WatchedQuery>()
  readonly #tallies = new Map<string, Tally>()
  readonly #seconds: Histogram<'origin'>
  readonly #failed: Counter<'reason'>
  readonly #slow: Counter
  readonly #samples: Counter
  readonly #active: Gauge
  #nextId = 1

  /** @param slowMs evaluated queries that take at least this long are logged; 0 logs none */
  constructor(telemetry: Telemetry, clock: Clock, slowMs: number) {
    const { registry } = telemetry
    this.log = new QueryLog(telemetry)
    this.#telemetry = telemetry
    this.#clock = clock
    this.#slowMs = slowMs
    this.#sinceMs = clock.now()
    this.#seconds = registry.histogram(
      'weir_query_duration_seconds',
      'Time from the question to its answer, waiting for a thread included.',
      SECONDS,
      ['origin'],
    )
    this.#failed = registry.counter(
      'weir_query_failed_total',
      'Queries that were not answered, by error code.',
      ['reason'],
    )
    this.#slow = registry.counter(
      'weir_query_slow_total',
      'Queries that took at least query.slow_log.',
    )
    this.#samples = registry.counter(
      'weir_query_samples_read_total',
      'Samples that queries decoded from the store.',
    )
    this.#active = registry.gauge(
      'weir_query_active',
      'Queries that wait for a thread or run on one.',
    )
  }

  /** From now on queries that take at least this long are logged; 0 logs none. */
  tellSlow(slowMs: number): void {
    this.#slowMs = slowMs
  }

  /** Whether samples must be counted by step: the query log tells them. */
  get countsSteps(): boolean {
    return this.log.isOpen
  }

  begin(question: Question, origin: QueryOrigin): WatchedQuery {
    const query: WatchedQuery = {
      id: this.#nextId++,
      question,
      origin,
      askedMs: this.#clock.now(),
      askedAt: this.#clock.monotonicMs(),
      startedAt: undefined,
    }
    this.#running.set(query.id, query)
    this.#active.set(this.#running.size)
    return query
  }

  /** A thread takes it up; gives back how long it waited. */
  started(query: WatchedQuery): number {
    query.startedAt = this.#clock.monotonicMs()
    return query.startedAt - query.askedAt
  }

  ended(query: WatchedQuery, { cost, error }: QueryOutcome): void {
    this.#running.delete(query.id)
    this.#active.set(this.#running.size)
    const now = this.#clock.monotonicMs()
    const tookMs = now - query.askedAt
    const { question, origin } = query
    this.#seconds.observe(tookMs / 1000, { origin: origin.kind })
    if (error !== undefined) this.#failed.inc({ reason: error.code })
    if (cost !== undefined) this.#samples.inc({}, cost.samplesRead)
    this.#tally(query, tookMs / 1000, cost, error !== undefined)
    if (!question.isEvaluated) return
    const queuedMs = (query.startedAt ?? now) - query.askedAt
    const spent = cost ?? { ...NO_COST, queuedMs, evaluatedMs: tookMs - queuedMs }
    const expr = question.expr.slice(0, EXPR_SHOWN)
    this.#telemetry.log.debug({ query: expr, ...originView(origin), tookMs }, 'Query answered')
    const atMs = this.#clock.now()
    this.log.write(question, origin, { atMs, cost: spent, error: error?.message })
    if (this.#slowMs > 0 && tookMs >= this.#slowMs) this.#tellSlow(query, spent, error?.message)
  }

  view(): QueriesView {
    const now = this.#clock.monotonicMs()
    return {
      sinceMs: this.#sinceMs,
      slowMs: this.#slowMs,
      running: [...this.#running.values()].map((query) => rowOf(query, now)),
      top: [...this.#tallies]
        .map(([expr, tally]): TopQuery => ({ expr, ...tally }))
        .sort((a, b) => b.seconds - a.seconds)
        .slice(0, TOP_SHOWN),
    }
  }

  [Symbol.dispose](): void {
    this.log[Symbol.dispose]()
  }

  #tally(
    { question, askedMs }: WatchedQuery,
    seconds: number,
    cost: QueryCost | undefined,
    hasFailed: boolean,
  ): void {
    const expr = question.expr.slice(0, EXPR_SHOWN)
    let tally = this.#tallies.get(expr)
    if (tally === undefined) {
      if (this.#tallies.size >= TALLIES_MAX) this.#forgetCheap()
      tally = { count: 0, failed: 0, seconds: 0, secondsMax: 0, samplesRead: 0, lastMs: 0 }
      this.#tallies.set(expr, tally)
    }
    tally.count++
    if (hasFailed) tally.failed++
    tally.seconds += seconds
    tally.secondsMax = Math.max(tally.secondsMax, seconds)
    tally.samplesRead += cost?.samplesRead ?? 0
    tally.lastMs = askedMs
  }

  #forgetCheap(): void {
    const byCost = [...this.#tallies].sort(([, a], [, b]) => a.seconds - b.seconds)
    for (const [expr] of byCost.slice(0, TALLIES_MAX / 2)) this.#tallies.delete(expr)
  }

  #tellSlow({ question, origin }: WatchedQuery, cost: QueryCost, error: string | undefined): void {
    this.#slow.inc()
    const { startMs, endMs, stepMs } = question
    this.#telemetry.log.warn(
      {
        query: question.expr.slice(0, EXPR_SHOWN),
        startMs,
        endMs,
        stepMs,
        ...originView(origin),
        ...(error === undefined ? {} : { error }),
        stats: statsView(cost, undefined, true),
      },
      'Slow query',
    )
  }
}

function rowOf(
  { id, question, origin, askedMs, askedAt, startedAt }: WatchedQuery,
  now: number,
): QueryRow {
  return {
    id,
    expr: question.expr.slice(0, EXPR_SHOWN),
    origin: originText(origin),
    askedMs,
    state: startedAt === undefined ? 'waiting' : 'running',
    seconds: (now - askedAt) / 1000,
  }
}

function originText(origin: QueryOrigin): string {
  switch (origin.kind) {
    case 'http':
      return `${origin.clientIp} ${origin.method} ${origin.path}`
    case 'rule':
      return `rule group ${origin.name} of ${origin.file}`
    case 'weir':
      return "Weir's own page"
    default:
      return origin satisfies never
  }
}
