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
import type { RecordingGroup } from '@weir/alerting'
import { type Appender, type Clock, WeirError } from '@weir/model'
import type { BackfillView } from '@weir/packs'
import { Job, JobQueue } from '../background/job-queue.ts'
import type { MatrixColumns } from '../query/job.ts'
import { isTooMuch } from '../query/too-much.ts'
import type { Telemetry } from '../telemetry/log.ts'
import type { Counter } from '../telemetry/registry.ts'
import { type BackfillRange, type Grid, gridOf } from './grid.ts'
import { NOTHING_OPEN, type OpenSeries, writeSlice } from './write-slice.ts'

/** Steps of one slice: six hours at a minute. Halved as often as a query says that it is too much. */
const SLICE_STEPS = 360

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

export class Backfills implements AsyncDisposable {
  readonly #deps: BackfillDeps
  readonly #jobs: JobQueue<Backfill>
  readonly #samples: Counter
  #appender: Promise<Appender> | undefined

  constructor(deps: BackfillDeps) {
    this.#deps = deps
    const { registry } = deps.telemetry
    const ended = registry.counter('weir_backfill_jobs_total', 'Backfills that ended, by state.', [
      'state',
    ])
    this.#samples = registry.counter(
      'weir_backfill_samples_total',
      'Samples that backfills of recording rules wrote.',
    )
    this.#jobs = new JobQueue(
      {
        name: 'backfill',
        work: async (job) => {
          for (const group of job.groups) await this.#fill(job, group)
        },
        ended: (job, state) => {
          ended.inc({ state })
          const { id, samples, error } = job
          deps.telemetry.log.info(
            { id, state, samples, error },
            'A backfill of recording rules ended',
          )
        },
      },
      deps.clock,
    )
  }

  /** Newest first. */
  views(): BackfillView[] {
    return this.#jobs.newestFirst().map((job) => job.view())
  }

  view(id: string): BackfillView {
    return this.#jobs.find(id).view()
  }

  /** @throws {WeirError} `BACKFILL_BUSY` */
  begin(groups: readonly RecordingGroup[], range: BackfillRange): BackfillView {
    const full = this.#jobs.fullness()
    if (full !== undefined) throw new WeirError('BACKFILL_BUSY', full)
    const job = new Backfill(groups, range, this.#deps.clock.now())
    this.#jobs.add(job)
    return job.view()
  }

  /** Stops a job after the slice under way; what it has written stays. */
  cancel(id: string): BackfillView {
    return this.#jobs.cancel(id).view()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#jobs[Symbol.asyncDispose]()
    ;(await this.#appender)?.close()
  }

  async #fill(job: Backfill, group: RecordingGroup): Promise<void> {
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

  async #fillSlice(job: Backfill, group: RecordingGroup, slice: Slice): Promise<void> {
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

class Backfill extends Job {
  readonly groups: readonly RecordingGroup[]
  readonly range: BackfillRange
  readonly #wholeSteps: number
  doneSteps = 0
  samples = 0

  constructor(groups: readonly RecordingGroup[], range: BackfillRange, nowMs: number) {
    super(nowMs)
    this.groups = groups
    this.range = range
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
      createdMs: this.createdMs,
      endedMs: this.endedMs,
    }
  }
}
