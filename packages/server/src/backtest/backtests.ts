/**
 * Rules tried on stored history: jobs, one at a time.
 *
 * ```
 * request ─► job ─► a rule after the other ─► slice after slice of time (test-rule)
 *                                               └► range queries, after everybody else's
 * ```
 */
import type { AlertingSetup, BacktestRule, Recorded, VariantWish } from '@weir/alerting'
import { type Clock, WeirError } from '@weir/model'
import type { BacktestResultView, BacktestRuleView, BacktestView } from '@weir/packs'
import { Job, JobQueue } from '../background/job-queue.ts'
import type { Telemetry } from '../telemetry/log.ts'
import type { Counter } from '../telemetry/registry.ts'
import type { Pager } from './pages.ts'
import { type RangeAsk, type TrialGrid, testRule } from './test-rule.ts'

/** Evaluations of all rules of a job: a year of one rule at a minute. */
const STEPS_MAX = 600_000

export interface BacktestDeps {
  readonly query: RangeAsk
  readonly clock: Clock
  readonly telemetry: Telemetry
}

/** What is to be tried, read and checked. */
export interface BacktestOrder {
  readonly rules: readonly BacktestRule[]
  readonly recorded: readonly Recorded[]
  readonly wish: VariantWish
  readonly startMs: number
  readonly endMs: number
  /** In place of the groups' intervals. */
  readonly stepMs: number | undefined
  readonly timeZone: string
  readonly setup: Pick<AlertingSetup, 'externalLabels' | 'noData'>
  readonly pager: Pager | undefined
}

export class Backtests implements AsyncDisposable {
  readonly #deps: BacktestDeps
  readonly #jobs: JobQueue<Backtest>
  readonly #refused: Counter

  constructor(deps: BacktestDeps) {
    this.#deps = deps
    const { registry } = deps.telemetry
    const ended = registry.counter(
      'weir_backtest_jobs_total',
      'Tests of rules on history that ended, by state.',
      ['state'],
    )
    this.#refused = registry.counter(
      'weir_backtest_refused_total',
      'Tests of rules on history that were refused: too many wait, or too much was asked.',
    )
    this.#jobs = new JobQueue(
      {
        name: 'test on history',
        work: async (job) => {
          for (const { rule, grid } of job.trials) {
            job.stop.signal.throwIfAborted()
            job.results.push(await this.#test(job, rule, grid))
          }
        },
        ended: ({ id, order, error }, state) => {
          ended.inc({ state })
          const rules = order.rules.length
          deps.telemetry.log.info({ id, state, rules, error }, 'A test on history ended')
        },
      },
      deps.clock,
    )
  }

  /** Newest first. */
  views(): BacktestView[] {
    return this.#jobs.newestFirst().map((job) => job.view())
  }

  result(id: string): BacktestResultView {
    const job = this.#jobs.find(id)
    return { ...job.view(), rules: job.results }
  }

  /** @throws {WeirError} `BACKTEST_BUSY`, `BACKTEST_INVALID` */
  begin(order: BacktestOrder): BacktestView {
    const job = new Backtest(order, this.#deps.clock.now())
    const full = this.#jobs.fullness()
    const problem = full === undefined ? job.problem() : new WeirError('BACKTEST_BUSY', full)
    if (problem !== undefined) {
      this.#refused.inc()
      throw problem
    }
    this.#jobs.add(job)
    return job.view()
  }

  cancel(id: string): BacktestView {
    return this.#jobs.cancel(id).view()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#jobs[Symbol.asyncDispose]()
  }

  #test(job: Backtest, rule: BacktestRule, grid: TrialGrid): Promise<BacktestRuleView> {
    const { recorded, wish, setup, timeZone, pager } = job.order
    return testRule({
      rule,
      grid,
      recorded,
      wish,
      setup,
      timeZone,
      pager,
      ask: this.#deps.query,
      clock: this.#deps.clock,
      signal: job.stop.signal,
      progressed: (steps) => {
        job.doneSteps += steps
      },
    })
  }
}

class Backtest extends Job {
  readonly order: BacktestOrder
  readonly trials: readonly { readonly rule: BacktestRule; readonly grid: TrialGrid }[]
  readonly results: BacktestRuleView[] = []
  readonly #wholeSteps: number
  doneSteps = 0

  constructor(order: BacktestOrder, nowMs: number) {
    super(nowMs)
    this.order = order
    this.trials = order.rules.map((rule) => ({ rule, grid: gridOf(rule, order) }))
    this.#wholeSteps = this.trials.reduce((sum, { grid }) => sum + grid.count, 0)
  }

  problem(): WeirError | undefined {
    const steps = this.#wholeSteps
    if (steps > 0 && steps <= STEPS_MAX) return undefined
    const why =
      steps === 0
        ? 'not one evaluation lies in that time'
        : `that would be ${steps} evaluations, at most ${STEPS_MAX} go at a time; take a shorter time, fewer rules, or a longer step`
    return new WeirError('BACKTEST_INVALID', `Cannot test rules on history: ${why}`)
  }

  view(): BacktestView {
    const { startMs, endMs, timeZone, rules } = this.order
    return {
      id: this.id,
      state: this.state,
      progress: Math.min(1, this.doneSteps / Math.max(1, this.#wholeSteps)),
      startMs,
      endMs,
      timeZone,
      ruleNames: rules.map(({ spec }) => spec.name),
      error: this.error,
      createdMs: this.createdMs,
      endedMs: this.endedMs,
    }
  }
}

/** The moments of a rule within the time asked for. */
function gridOf(
  { intervalMs, phaseMs }: BacktestRule,
  { startMs, endMs, stepMs: wanted }: BacktestOrder,
): TrialGrid {
  const stepMs = wanted ?? intervalMs
  const offsetMs = wanted === undefined ? phaseMs : startMs
  const firstMs = Math.ceil((startMs - offsetMs) / stepMs) * stepMs + offsetMs
  return { firstMs, stepMs, count: Math.max(0, Math.floor((endMs - firstMs) / stepMs) + 1) }
}
