/**
 * Rules tried on stored history: jobs, one at a time.
 *
 * ```
 * request ─► job ─► a rule after the other ─► slice after slice of time (test-rule)
 *                                               └► range queries, after everybody else's
 * ```
 */
import { randomUUID } from 'node:crypto'
import type { AlertingSetup, BacktestRule, Recorded, VariantWish } from '@weir/alerting'
import { type Clock, WeirError } from '@weir/model'
import type { BacktestResultView, BacktestRuleView, BacktestView } from '@weir/packs'
import type { Telemetry } from '../telemetry/log.ts'
import type { Counter } from '../telemetry/registry.ts'
import type { Pager } from './pages.ts'
import { type RangeAsk, type TrialGrid, testRule } from './test-rule.ts'

/** Jobs that may wait; more are refused. */
const WAITING_MAX = 20
/** Jobs that are over and can still be looked at. */
const ENDED_MAX = 20
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

/** The jobs and their results, in memory: a restart forgets them. */
export class Backtests implements AsyncDisposable {
  readonly #deps: BacktestDeps
  readonly #jobs: Job[] = []
  readonly #ended: Counter<'state'>
  readonly #refused: Counter
  #working: Promise<void> | undefined

  constructor(deps: BacktestDeps) {
    this.#deps = deps
    const { registry } = deps.telemetry
    this.#ended = registry.counter(
      'weir_backtest_jobs_total',
      'Tests of rules on history that ended, by state.',
      ['state'],
    )
    this.#refused = registry.counter(
      'weir_backtest_refused_total',
      'Tests of rules on history that were refused: too many wait, or too much was asked.',
    )
  }

  /** Newest first. */
  views(): BacktestView[] {
    return this.#jobs.map((job) => job.view()).toReversed()
  }

  result(id: string): BacktestResultView {
    const job = this.#find(id)
    return { ...job.view(), rules: job.results }
  }

  /** @throws {WeirError} `BACKTEST_BUSY`, `BACKTEST_INVALID` */
  begin(order: BacktestOrder): BacktestView {
    const job = new Job(order, this.#deps.clock.now())
    const waiting = this.#jobs.filter(({ state }) => state === 'waiting').length
    const problem =
      waiting >= WAITING_MAX
        ? new WeirError(
            'BACKTEST_BUSY',
            `Cannot take one more test on history: ${waiting} are waiting already; try again later`,
          )
        : job.problem()
    if (problem !== undefined) {
      this.#refused.inc()
      throw problem
    }
    this.#jobs.push(job)
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined
    })
    return job.view()
  }

  cancel(id: string): BacktestView {
    const job = this.#find(id)
    job.stop.abort(new WeirError('QUERY_CANCELED', 'the test on history was canceled'))
    if (job.state === 'waiting') this.#end(job, 'canceled')
    return job.view()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const gone = new WeirError('SHUTTING_DOWN', 'Weir is stopping')
    for (const job of this.#jobs) job.stop.abort(gone)
    await this.#working
  }

  #find(id: string): Job {
    const job = this.#jobs.find((known) => known.id === id)
    if (job !== undefined) return job
    throw new WeirError('HTTP_NOT_FOUND', `Cannot find test on history ${JSON.stringify(id)}`)
  }

  async #work(): Promise<void> {
    for (;;) {
      const job = this.#jobs.find(({ state }) => state === 'waiting')
      if (job === undefined) return
      job.state = 'running'
      try {
        for (const { rule, grid } of job.trials) {
          job.stop.signal.throwIfAborted()
          job.results.push(await this.#test(job, rule, grid))
        }
        this.#end(job, 'done')
      } catch (error) {
        job.error = job.stop.signal.aborted ? '' : (error as Error).message
        this.#end(job, job.stop.signal.aborted ? 'canceled' : 'failed')
      }
    }
  }

  #test(job: Job, rule: BacktestRule, grid: TrialGrid): Promise<BacktestRuleView> {
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

  #end(job: Job, state: 'done' | 'canceled' | 'failed'): void {
    const { clock, telemetry } = this.#deps
    job.state = state
    job.endedMs = clock.now()
    this.#ended.inc({ state })
    const { id, ruleNames, error } = job.view()
    telemetry.log.info({ id, state, rules: ruleNames.length, error }, 'A test on history ended')
    const ended = this.#jobs.filter(({ endedMs }) => endedMs !== null)
    for (const old of ended.slice(0, -ENDED_MAX)) this.#jobs.splice(this.#jobs.indexOf(old), 1)
  }
}

class Job {
  readonly id = randomUUID()
  readonly order: BacktestOrder
  readonly trials: readonly { readonly rule: BacktestRule; readonly grid: TrialGrid }[]
  readonly stop = new AbortController()
  readonly results: BacktestRuleView[] = []
  readonly #createdMs: number
  readonly #wholeSteps: number
  state: BacktestView['state'] = 'waiting'
  doneSteps = 0
  error = ''
  endedMs: number | null = null

  constructor(order: BacktestOrder, nowMs: number) {
    this.order = order
    this.trials = order.rules.map((rule) => ({ rule, grid: gridOf(rule, order) }))
    this.#createdMs = nowMs
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
      createdMs: this.#createdMs,
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
