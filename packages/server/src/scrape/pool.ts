import type { Appender, Clock, Labels } from '@weir/model'
import type { TargetGroup } from '../discovery/target-group.ts'
import type { ScrapeEvents } from './events.ts'
import type { FetchPage } from './fetch-page.ts'
import { ScrapeLoop } from './loop.ts'
import { TargetSeries } from './target-series.ts'
import { type Job, type Target, targetKey, targetsOf } from './target.ts'

/** What pools have in common. */
export interface PoolParts {
  /** A new way into the store; each target holds one of its own and closes it. */
  readonly appenderFor: () => Appender
  readonly events: ScrapeEvents
  readonly clock: Clock
  readonly departures: Departures
}

/** How a job is scraped, which a reload may change. */
export interface PoolWork {
  readonly job: Job
  readonly fetch: FetchPage
  /** Whether first scrapes are at once, not at the target's place in the interval. */
  readonly isEager: boolean
}

/** The targets of one job, a loop each. Whatever changes, loops of targets that stay the same go on undisturbed. */
export class ScrapePool {
  readonly #parts: PoolParts
  readonly #loops = new Map<string, ScrapeLoop>()
  #dropped: readonly Labels[] = []
  #droppedCount = 0
  #faults: readonly string[] = []

  constructor(parts: PoolParts) {
    this.#parts = parts
  }

  get loops(): readonly ScrapeLoop[] {
    return [...this.#loops.values()]
  }

  /** Labels before relabelling of those that a rule dropped; `keep_dropped_targets` bounds them. */
  get dropped(): readonly Labels[] {
    return this.#dropped
  }

  get droppedCount(): number {
    return this.#droppedCount
  }

  /** Why some of what was found is no target. */
  get faults(): readonly string[] {
    return this.#faults
  }

  /** Goes on with other targets, another job or both. */
  async sync(work: PoolWork, groups: readonly TargetGroup[]): Promise<void> {
    const found = targetsOf(work.job, groups)
    this.#dropped = found.dropped
    this.#droppedCount = found.droppedCount
    this.#faults = found.faults
    this.#parts.events.targetsUnusable(work.job.config.job_name, found.faults)
    const wanted = new Map(found.active.map((target) => [targetKey(target), target]))
    const gone = [...this.#loops].filter(([key]) => !wanted.has(key))
    await Promise.all(gone.map(([key, loop]) => this.#retire(key, loop)))
    await Promise.all([...wanted].map(([key, target]) => this.#want(key, target, work)))
  }

  /** Ends all series, for the job is gone. */
  async leave(): Promise<void> {
    await Promise.all([...this.#loops].map(([key, loop]) => this.#retire(key, loop)))
  }

  /** Ends the loops and writes nothing. */
  async stop(): Promise<void> {
    await Promise.all(this.loops.map((loop) => loop.stop()))
    for (const loop of this.loops) loop.series.close()
    this.#loops.clear()
  }

  async #want(key: string, target: Target, { fetch, isEager }: PoolWork): Promise<void> {
    const known = this.#loops.get(key)
    if (known !== undefined && isSameWork(known.target, target)) {
      known.rediscovered(target.discovered)
      return
    }
    await known?.stop()
    const { departures, appenderFor, events, clock } = this.#parts
    const series =
      known?.series ?? (await departures.comeBack(key)) ?? new TargetSeries(target, appenderFor)
    series.retarget(target)
    this.#loops.set(key, new ScrapeLoop({ target, series, fetch, events, clock, isEager }))
  }

  async #retire(key: string, loop: ScrapeLoop): Promise<void> {
    this.#loops.delete(key)
    await loop.stop()
    this.#parts.departures.add(key, loop)
  }
}

function isSameWork(a: Target, b: Target): boolean {
  return (
    a.job === b.job &&
    a.fault === b.fault &&
    a.intervalMs === b.intervalMs &&
    a.timeoutMs === b.timeoutMs
  )
}

/** Targets that went and whose series are about to end, unless they come back: to whatever pool. */
export class Departures {
  readonly #leaving = new Map<
    string,
    { readonly loop: ScrapeLoop; readonly abort: AbortController; readonly done: Promise<void> }
  >()

  add(key: string, loop: ScrapeLoop): void {
    const abort = new AbortController()
    const done = this.#end(key, loop, abort.signal)
    this.#leaving.set(key, { loop, abort, done })
  }

  /** What is known of a target that went a moment ago. */
  async comeBack(key: string): Promise<TargetSeries | undefined> {
    const leaving = this.#leaving.get(key)
    if (leaving === undefined) return undefined
    this.#leaving.delete(key)
    leaving.abort.abort()
    await leaving.done
    return leaving.loop.series
  }

  /** Gives up what waits, without a word to the store. */
  async stop(): Promise<void> {
    const leaving = [...this.#leaving.values()]
    for (const { abort } of leaving) abort.abort()
    await Promise.all(leaving.map(({ done }) => done))
  }

  async #end(key: string, loop: ScrapeLoop, signal: AbortSignal): Promise<void> {
    try {
      await loop.end(signal)
    } catch {
      return // it came back, or Weir stops
    }
    this.#leaving.delete(key)
    loop.series.close()
  }
}
