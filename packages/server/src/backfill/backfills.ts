/**
 * Recording rules for the past: what they would have written, had they been there.
 *
 * ```
 * request ─► job, one at a time ─► a group after the other
 *                                    └► slice after slice of time, all rules of the group in order
 *                                         └► range query, after everybody else's ─► append, commit
 * ```
 *
 * A rule that reads what another rule of its group writes finds it: rules of a slice are evaluated in
 * order, and each one's samples are durable before the next begins.
 */
import { randomUUID } from 'node:crypto'
import type { RecordingGroup } from '@weir/alerting'
import { type Appender, type Clock, WeirError } from '@weir/model'
import type { BackfillView } from '@weir/packs'
import type { MatrixColumns } from '../query/job.ts'
import type { Telemetry } from '../telemetry/log.ts'
import type { Counter } from '../telemetry/registry.ts'
import { type BackfillRange, type Grid, gridOf } from './grid.ts'
import { NOTHING_OPEN, type OpenSeries, writeSlice } from './write-slice.ts'

/** Steps of one slice: six hours at a minute. Halved as often as a query says that it is too much. */
const SLICE_STEPS = 360
/** Jobs that may wait; more are refused. */
const WAITING_MAX = 20
/** Jobs that are over and can still be looked at. */
const ENDED_MAX = 20

export interface BackfillDeps {
  /** A range query that goes after all others. */
  readonly query: (
    expr: string,
    range: { readonly startMs: number; readonly endMs: number; readonly stepMs: number },
    signal: AbortSignal,
  ) => Promise<MatrixColumns>
  /** Takes samples of any age. */
  readonly appender: () => Promise<Appender>
  readonly clock: Clock
  readonly telemetry: Telemetry
}

/** The jobs, in memory: a restart forgets them, and what they had not done yet. */
export class Backfills implements AsyncDisposable {
  readonly #deps: BackfillDeps
  readonly #jobs: Job[] = []
  readonly #ended: Counter<'state'>
  readonly #samples: Counter
  #appender: Promise<Appender> | undefined
  #working: Promise<void> | undefined

  constructor(deps: BackfillDeps) {
    this.#deps = deps
    const { registry } = deps.telemetry
    this.#ended = registry.counter('weir_backfill_jobs_total', 'Backfills that ended, by state.', [
      'state',
    ])
    this.#samples = registry.counter(
      'weir_backfill_samples_total',
      'Samples that backfills of recording rules wrote.',
    )
  }

  /** Newest first. */
  views(): BackfillView[] {
    return this.#jobs.map((job) => job.view()).toReversed()
  }

  view(id: string): BackfillView {
    return this.#find(id).view()
  }

  /** @throws {WeirError} `BACKFILL_BUSY` */
  begin(groups: readonly RecordingGroup[], range: BackfillRange): BackfillView {
    const waiting = this.#jobs.filter(({ state }) => state === 'waiting').length
    if (waiting >= WAITING_MAX) {
      const message = `Cannot take one more backfill: ${waiting} are waiting already; try again later`
      throw new WeirError('BACKFILL_BUSY', message)
    }
    const job = new Job(groups, range, this.#deps.clock.now())
    this.#jobs.push(job)
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined
    })
    return job.view()
  }

  /** Stops a job after the slice under way; what it has written stays. */
  cancel(id: string): BackfillView {
    const job = this.#find(id)
    job.stop.abort(new WeirError('QUERY_CANCELED', 'the backfill was canceled'))
    if (job.state === 'waiting') this.#end(job, 'canceled')
    return job.view()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const gone = new WeirError('SHUTTING_DOWN', 'Weir is stopping')
    for (const job of this.#jobs) job.stop.abort(gone)
    await this.#working
    ;(await this.#appender)?.close()
  }

  #find(id: string): Job {
    const job = this.#jobs.find((known) => known.id === id)
    if (job !== undefined) return job
    throw new WeirError('HTTP_NOT_FOUND', `Cannot find backfill ${JSON.stringify(id)}`)
  }

  async #work(): Promise<void> {
    for (;;) {
      const job = this.#jobs.find(({ state }) => state === 'waiting')
      if (job === undefined) return
      job.state = 'running'
      try {
        for (const group of job.groups) await this.#fill(job, group)
        this.#end(job, 'done')
      } catch (error) {
        job.error = job.stop.signal.aborted ? '' : (error as Error).message
        this.#end(job, job.stop.signal.aborted ? 'canceled' : 'failed')
      }
    }
  }

  #end(job: Job, state: 'done' | 'canceled' | 'failed'): void {
    const { clock, telemetry } = this.#deps
    job.state = state
    job.endedMs = clock.now()
    this.#ended.inc({ state })
    const { id, samples, error } = job.view()
    telemetry.log.info({ id, state, samples, error }, 'A backfill of recording rules ended')
    const ended = this.#jobs.filter(({ endedMs }) => endedMs !== null)
    for (const old of ended.slice(0, -ENDED_MAX)) this.#jobs.splice(this.#jobs.indexOf(old), 1)
  }

  async #fill(job: Job, group: RecordingGroup): Promise<void> {
    const grid = gridOf(group, job.range)
    const open = new Map<number, OpenSeries>()
    let steps = SLICE_STEPS
    for (let from = 0; from < grid.count;) {
      const count = Math.min(steps, grid.count - from)
      try {
        await this.#fillSlice(job, group, { grid, from, count, open })
      } catch (error) {
        if (count === 1 || !isTooMuch(error)) throw error
        steps = Math.ceil(count / 2)
        continue
      }
      from += count
      job.doneSteps += count * group.rules.length
    }
  }

  async #fillSlice(job: Job, group: RecordingGroup, slice: Slice): Promise<void> {
    const { clock } = this.#deps
    const { grid, from, count, open } = slice
    const { stepMs } = grid
    const startMs = grid.firstMs + from * stepMs - group.queryOffsetMs
    const range = { startMs, endMs: startMs + (count - 1) * stepMs, stepMs }
    const appender = await (this.#appender ??= this.#deps.appender())
    for (const [i, rule] of group.rules.entries()) {
      job.stop.signal.throwIfAborted()
      const begunMs = clock.monotonicMs()
      const columns = await this.#deps.query(rule.expr, range, job.stop.signal)
      const before = open.get(i) ?? NOTHING_OPEN
      const written = await writeSlice(rule, columns, before, group.limit, appender)
      open.set(i, written.open)
      job.samples += written.samples
      this.#samples.inc(undefined, written.samples)
      // As long as it worked it rests: half of one core at most.
      await clock.sleep(Math.min(1000, clock.monotonicMs() - begunMs), job.stop.signal)
    }
  }
}

interface Slice {
  readonly grid: Grid
  /** Steps of the grid: where it begins, how many. */
  readonly from: number
  readonly count: number
  /** What the slice before left, by rule. */
  readonly open: Map<number, OpenSeries>
}

const TOO_MUCH: readonly string[] = [
  'QUERY_TOO_MANY_SAMPLES',
  'QUERY_TOO_MUCH_MEMORY',
  'QUERY_TIMEOUT',
]

function isTooMuch(error: unknown): boolean {
  return error instanceof WeirError && TOO_MUCH.includes(error.code)
}

class Job {
  readonly id = randomUUID()
  readonly groups: readonly RecordingGroup[]
  readonly range: BackfillRange
  readonly stop = new AbortController()
  readonly #createdMs: number
  readonly #wholeSteps: number
  state: BackfillView['state'] = 'waiting'
  doneSteps = 0
  samples = 0
  error = ''
  endedMs: number | null = null

  constructor(groups: readonly RecordingGroup[], range: BackfillRange, nowMs: number) {
    this.groups = groups
    this.range = range
    this.#createdMs = nowMs
    const steps = groups.map((group) => gridOf(group, range).count * group.rules.length)
    this.#wholeSteps = steps.reduce((sum, count) => sum + count, 0)
  }

  view(): BackfillView {
    return {
      id: this.id,
      state: this.state,
      groups: this.groups.map(({ file, name, rules }) => ({ file, name, ruleCount: rules.length })),
      startMs: this.range.startMs,
      endMs: this.range.endMs,
      progress: this.#wholeSteps === 0 ? 1 : this.doneSteps / this.#wholeSteps,
      samples: this.samples,
      error: this.error,
      createdMs: this.#createdMs,
      endedMs: this.endedMs,
    }
  }
}
