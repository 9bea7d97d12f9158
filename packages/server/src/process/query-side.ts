import { availableParallelism } from 'node:os'
import type { RuleQuery } from '@weir/alerting'
import { systemClock } from '@weir/model'
import type { Setup } from '../config/load-config.ts'
import type { MetricsEngine } from '../engine/metrics-engine.ts'
import { openQueries } from '../engine/open-queries.ts'
import type { HttpDeps } from '../http/deps.ts'
import type { EvaluationLimits } from '../query/job.ts'
import type { QueryDesk } from '../query/query-desk.ts'
import { OWN } from '../query/question.ts'
import { QueryWatch } from '../query/watch.ts'
import { querySamples } from '../rules/query-samples.ts'
import type { Ground } from './ground.ts'

/** Questions about metrics: the threads or the engine that answer them, the log of them, and their limits. */
export class QuerySide {
  desk!: QueryDesk
  /** Undefined while the embedded store keeps the metrics. */
  engine: MetricsEngine | undefined
  /** Where sleeping packs are looked for. */
  seen!: Pick<QueryDesk, 'vector'>
  watch!: QueryWatch
  readonly #ground: Ground

  constructor(ground: Ground) {
    this.#ground = ground
  }

  /** @param caughtUp resolves when an engine has what was committed before, or after so many milliseconds */
  async open(caughtUp: (withinMs: number) => Promise<void>): Promise<void> {
    const ground = this.#ground
    const { config, closers } = ground
    const { query } = config
    const threads = query.threads ?? Math.min(4, Math.max(2, availableParallelism()))
    const telemetry = ground.telemetry('query')
    this.watch = new QueryWatch(telemetry, systemClock, query.slow_log)
    closers.defer(() => this.watch[Symbol.dispose]())
    this.#openLog(ground.setup)
    const limits = (): EvaluationLimits => this.evaluation()
    const pool = {
      threads,
      get queuedMax() {
        return ground.config.query.max_queued
      },
      get timeoutMs() {
        return ground.config.query.timeout
      },
      get evaluation() {
        return limits()
      },
      watch: this.watch,
    }
    const opening = openQueries({
      config,
      pool,
      openSeat: () => ground.writer.call('seat', undefined),
      telemetry,
      clock: systemClock,
      caughtUp,
    })
    closers.defer(async () => {
      const opened = await opening.catch(() => undefined) // it has cleaned up behind itself
      await opened?.[Symbol.asyncDispose]()
    })
    const { desk, engine, seen } = await opening
    this.desk = desk
    this.seen = seen
    this.engine = engine
    ground.waitsFor.delete('query threads')
  }

  /** What of another configuration is not asked for when it is needed: the query log, and which queries are slow. */
  take(setup: Setup): void {
    this.#openLog(setup)
    this.watch.tellSlow(setup.config.query.slow_log)
  }

  #openLog({ config }: Setup): void {
    this.watch.log.open(config.global.query_log_file)
  }

  /** How PromQL is evaluated. */
  evaluation(): EvaluationLimits {
    const { config, flags } = this.#ground
    const { query } = config
    return {
      lookbackMs: query.lookback_delta,
      countFirstValue: query.count_first_value,
      lookbackRules: query.lookback_rules.map(({ match, lookback }) => ({
        selectors: match,
        lookbackMs: lookback,
      })),
      maxSamples: query.max_samples,
      maxBytes: query.max_memory,
      features: flags.features,
    }
  }

  /** The desk as HTTP asks it, which is opened before the desk. */
  readonly asked: HttpDeps['queries'] = {
    json: (job, origin, signal, isStreamed) => this.desk.json(job, origin, signal, isStreamed),
    vector: (expr, timeMs, signal) => this.desk.vector(expr, timeMs, signal),
    matrix: (expr, range, signal) => this.desk.matrix(expr, range, signal),
  }

  /** Questions that nobody waits for. */
  readonly background: QueryDesk['background'] = (...asked) => this.desk.background(...asked)

  readonly ruleQuery: RuleQuery = async (expr, timeMs, signal, group) => {
    const origin = group === undefined ? OWN : ({ kind: 'rule', ...group } as const)
    return querySamples(await this.desk.vector(expr, timeMs, signal, origin))
  }
}
