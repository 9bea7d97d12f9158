import { isDeepStrictEqual } from 'node:util'
import type { Appender, Clock } from '@weir/model'
import type { IntakeStatus } from '@weir/packs'
import type { Telemetry } from '../telemetry/log.ts'
import type { ScrapeConfig, ScrapeSettings } from './config.ts'
import { ScrapeEvents } from './events.ts'
import type { FetchPage, JobClient } from './fetch-page.ts'
import { type ActiveTarget, ScrapeLoop } from './loop.ts'
import { TargetSeries } from './target-series.ts'
import { type Job, type Target, makeJob, shownLabels, targetKey, targetsOf } from './target.ts'

/** Under which its pool is kept; no job of the user can have this name. */
const SELF = '\0weir'

/** Weir itself as a target, without HTTP: its page is asked for in the process. */
interface SelfSource {
  readonly kind: 'self'
  readonly job: ScrapeConfig
  /** Weir's own metrics as Prometheus text. */
  readonly collect: () => Promise<Uint8Array>
}

export interface ScraperParts {
  readonly config: ScrapeSettings
  /** A new way into the store; each target holds one of its own and closes it. */
  readonly appenderFor: () => Appender
  readonly self?: SelfSource
  readonly telemetry: Telemetry
  readonly clock: Clock
  /** Stands in for HTTP. */
  readonly fetch?: FetchPage
}

/** `data` of `/api/v1/targets`. */
export interface TargetsView {
  readonly activeTargets: readonly ActiveTarget[]
  readonly droppedTargets: readonly {
    readonly discoveredLabels: Readonly<Record<string, string>>
    readonly scrapePool: string
  }[]
}

/**
 * Everything that is scraped. Disposing stops the loops and writes no stale markers: Weir is most
 * often back at once, and alerts that look at `up` must not change for a restart.
 */
export interface Scraper extends AsyncDisposable {
  targets(): TargetsView
  /**
   * Goes on with another configuration. Targets that stay keep what is known of them; the series of those that go
   * end. When it throws, nothing has changed.
   */
  reload(config: ScrapeSettings): Promise<void>
  status(): IntakeStatus
}

/** @throws {WeirError} `SCRAPE_CONFIG` when a certificate or key file cannot be read */
export async function startScraper(parts: ScraperParts): Promise<Scraper> {
  const manager = new Manager(parts)
  await manager.reload(parts.config)
  return manager
}

interface Pool {
  readonly job: Job
  readonly config: ScrapeConfig
  readonly client: JobClient | undefined
  readonly isSelf: boolean
}

class Manager implements Scraper {
  readonly #parts: ScraperParts
  readonly #events: ScrapeEvents
  #pools = new Map<string, Pool>()
  readonly #loops = new Map<string, ScrapeLoop>()
  /** Targets that went and whose series are about to end, unless they come back. */
  readonly #ending = new Map<
    string,
    { loop: ScrapeLoop; abort: AbortController; done: Promise<void> }
  >()
  #dropped: TargetsView['droppedTargets'] = []

  constructor(parts: ScraperParts) {
    this.#parts = parts
    this.#events = new ScrapeEvents(parts.telemetry)
  }

  targets(): TargetsView {
    return {
      activeTargets: [...this.#loops.values()].map((loop) => loop.view()),
      droppedTargets: this.#dropped,
    }
  }

  status(): IntakeStatus {
    const figures = [...this.#loops.values()].map((loop) => ({ loop, ...loop.figures }))
    const failing = figures.filter(({ lastError }) => lastError !== '')
    const newest = failing.toSorted((a, b) => b.lastMs - a.lastMs)[0]
    return {
      kind: 'scrape',
      address: `${figures.length} ${figures.length === 1 ? 'target' : 'targets'}`,
      linesPerSecond: figures.reduce((sum, { perSecond }) => sum + perSecond, 0),
      lines: figures.reduce((sum, { lines }) => sum + lines, 0),
      counts: 'samples',
      rejected: failing.length === 0 ? {} : { targets_down: failing.length },
      lastRejected:
        newest === undefined
          ? null
          : { line: newest.loop.target.url, reason: newest.lastError, atMs: newest.lastMs },
    }
  }

  async reload(config: ScrapeSettings): Promise<void> {
    const pools = await this.#openPools(config)
    const before = this.#pools
    this.#pools = pools
    const wanted = new Map<string, { target: Target; pool: Pool }>()
    const dropped: { discoveredLabels: Record<string, string>; scrapePool: string }[] = []
    for (const [name, pool] of pools) {
      for (const found of targetsOf(pool.job)) {
        if (found.kind === 'active') wanted.set(targetKey(found), { target: found, pool })
        else dropped.push({ discoveredLabels: shownLabels(found.discovered), scrapePool: name })
      }
    }
    this.#dropped = dropped
    await Promise.all(
      [...this.#loops]
        .filter(([key]) => !wanted.has(key))
        .map(([key, loop]) => this.#retire(key, loop)),
    )
    await Promise.all([...wanted].map(([key, want]) => this.#want(key, want.target, want.pool)))
    this.#events.targetsChanged(this.#loops.size, dropped.length)
    for (const [name, pool] of before) {
      if (pools.get(name)?.client !== pool.client) await pool.client?.[Symbol.asyncDispose]()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { abort } of this.#ending.values()) abort.abort()
    await Promise.all([...this.#ending.values()].map(({ done }) => done))
    await Promise.all([...this.#loops.values()].map((loop) => loop.stop()))
    for (const loop of this.#loops.values()) loop.series.close()
    this.#loops.clear()
    for (const { client } of this.#pools.values()) await client?.[Symbol.asyncDispose]()
  }

  /** Jobs and their connections; those whose config is the same are kept. Changes nothing of what runs. */
  async #openPools(config: ScrapeSettings): Promise<Map<string, Pool>> {
    const pools = new Map<string, Pool>()
    const fresh: JobClient[] = []
    try {
      for (const job of config.scrape_configs) {
        const made = makeJob(job, config.global)
        const known = this.#pools.get(job.job_name)
        if (
          known !== undefined &&
          isDeepStrictEqual(known.config, job) &&
          isSameJob(known.job, made)
        ) {
          pools.set(job.job_name, known)
          continue
        }
        const client = this.#parts.fetch === undefined ? await openClient(job) : undefined
        if (client !== undefined) fresh.push(client)
        pools.set(job.job_name, { job: made, config: job, client, isSelf: false })
      }
    } catch (error) {
      await Promise.all(fresh.map((client) => client[Symbol.asyncDispose]()))
      throw error
    }
    if (this.#parts.self !== undefined) pools.set(SELF, this.#selfPool(this.#parts.self, config))
    return pools
  }

  #selfPool({ job }: SelfSource, config: ScrapeSettings): Pool {
    const known = this.#pools.get(SELF)
    if (known !== undefined) return known
    return { job: makeJob(job, config.global), config: job, client: undefined, isSelf: true }
  }

  async #want(key: string, target: Target, pool: Pool): Promise<void> {
    const known = this.#loops.get(key)
    if (known?.target.job === pool.job && known.target.fault === target.fault) return
    await known?.stop()
    const series =
      known?.series ??
      (await this.#comeBack(key)) ??
      new TargetSeries(target, this.#parts.appenderFor)
    series.retarget(target)
    const { isSelf } = pool
    const fetch = isSelf ? this.#fetchSelf : (this.#parts.fetch ?? pool.client!.fetch)
    const { clock } = this.#parts
    this.#loops.set(
      key,
      new ScrapeLoop({ target, series, fetch, events: this.#events, clock, isEager: isSelf }),
    )
  }

  readonly #fetchSelf: FetchPage = async () => ({
    bytes: await this.#parts.self!.collect(),
    format: 'text',
  })

  /** What is known of a target that went a moment ago. */
  async #comeBack(key: string): Promise<TargetSeries | undefined> {
    const ending = this.#ending.get(key)
    if (ending === undefined) return undefined
    this.#ending.delete(key)
    ending.abort.abort()
    await ending.done
    return ending.loop.series
  }

  async #retire(key: string, loop: ScrapeLoop): Promise<void> {
    this.#loops.delete(key)
    await loop.stop()
    const abort = new AbortController()
    const done = this.#end(key, loop, abort.signal)
    this.#ending.set(key, { loop, abort, done })
  }

  async #end(key: string, loop: ScrapeLoop, signal: AbortSignal): Promise<void> {
    try {
      await loop.end(signal)
    } catch {
      return // it came back, or Weir stops
    }
    this.#ending.delete(key)
    loop.series.close()
  }
}

function isSameJob(a: Job, b: Job): boolean {
  return (
    a.intervalMs === b.intervalMs &&
    a.timeoutMs === b.timeoutMs &&
    isDeepStrictEqual(a.limits, b.limits)
  )
}

/** Its HTTP is loaded with the first job: a Weir that scrapes only itself does without. */
async function openClient(job: ScrapeConfig): Promise<JobClient> {
  const { JobClient } = await import('./fetch-page.ts')
  return JobClient.open(job)
}
