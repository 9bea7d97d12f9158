import { isDeepStrictEqual } from 'node:util'
import type { Appender, Clock, MetricMetadata } from '@weir/model'
import type { IntakeStatus, ScrapeJobView } from '@weir/packs'
import { discoveryOf } from '../discovery/places.ts'
import { Discovery } from '../discovery/discovery.ts'
import type { discovererOf } from '../discovery/kinds.ts'
import type { TargetGroup } from '../discovery/target-group.ts'
import type { LabelTest } from '../query/label-test.ts'
import type { Telemetry } from '../telemetry/log.ts'
import type { ScrapeConfig, ScrapeSettings } from './config.ts'
import { ScrapeEvents } from './events.ts'
import type { FetchPage, JobClient } from './fetch-page.ts'
import type { ActiveTarget, ScrapeLoop } from './loop.ts'
import { Departures, ScrapePool } from './pool.ts'
import { type RelabelStep, relabelSteps } from './relabel-steps.ts'
import { type Job, makeJob, shownLabels } from './target.ts'

/** Under which its pool is kept; no job of the user can have this name. */
const SELF = '\0weir'

const SELF_GROUPS: readonly TargetGroup[] = [
  { source: 'weir', targets: [{ __address__: 'weir' }], labels: {} },
]

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
  /** Stands in for the places where targets are found. */
  readonly discover?: typeof discovererOf
}

/** What `/api/v1/targets` is made of. */
export interface TargetsView {
  readonly activeTargets: readonly ActiveTarget[]
  readonly droppedTargets: readonly {
    readonly discoveredLabels: Readonly<Record<string, string>>
    readonly scrapePool: string
  }[]
  /** By job, all that were dropped; more than are listed where `keep_dropped_targets` bounds them. */
  readonly droppedTargetCounts: Readonly<Record<string, number>>
}

/** A metric family as a target describes it. */
export interface TargetMetadata extends MetricMetadata {
  readonly target: Readonly<Record<string, string>>
  readonly metric: string
}

/**
 * Everything that is scraped. Disposing stops the loops and writes no stale markers: Weir is most
 * often back at once, and alerts that look at `up` must not change for a restart.
 */
export interface Scraper extends AsyncDisposable {
  targets(): TargetsView
  /** Names of all jobs. */
  jobNames(): string[]
  /** Every job and how its discovery does. */
  jobs(): ScrapeJobView[]
  /** What targets say of their metrics; of all, or of one metric. Ends with the target that reaches `limit`, -1 for all. */
  metadata(isWanted: LabelTest, metric: string, limit: number): TargetMetadata[]
  /** What each relabelling rule of a job does to these labels; undefined when there is no such job. */
  relabelSteps(
    job: string,
    labels: Readonly<Record<string, string>>,
  ): readonly RelabelStep[] | undefined
  /**
   * Goes on with another configuration. Targets that stay keep what is known of them; the series of those that go
   * end. When it throws, nothing has changed.
   */
  reload(config: ScrapeSettings): Promise<void>
  status(): IntakeStatus
}

/** Begins to scrape. */
export async function startScraper(parts: ScraperParts): Promise<Scraper> {
  const manager = new Manager(parts)
  await manager.reload(parts.config)
  return manager
}

/** A job at work. */
interface Work {
  readonly job: Job
  readonly config: ScrapeConfig
  readonly client: JobClient | undefined
  readonly isSelf: boolean
}

class Manager implements Scraper {
  readonly #parts: ScraperParts
  readonly #events: ScrapeEvents
  readonly #discovery: Discovery
  readonly #departures = new Departures()
  #works = new Map<string, Work>()
  readonly #pools = new Map<string, ScrapePool>()
  /** Reloads and discoveries come one at a time, each when the one before is done. */
  #turn: Promise<void> = Promise.resolve()

  constructor(parts: ScraperParts) {
    const { telemetry, clock, discover } = parts
    this.#parts = parts
    this.#events = new ScrapeEvents(telemetry)
    this.#discovery = new Discovery({
      telemetry,
      clock,
      ...(discover === undefined ? {} : { discover }),
      onChange: (jobs) => void this.#inTurn(() => this.#sync(jobs)),
    })
  }

  targets(): TargetsView {
    const pools = this.#sortedPools()
    return {
      activeTargets: pools.flatMap(([, { loops }]) => loops.map((loop) => loop.view())),
      droppedTargets: pools.flatMap(([scrapePool, { dropped }]) =>
        dropped.map((labels) => ({ discoveredLabels: shownLabels(labels), scrapePool })),
      ),
      droppedTargetCounts: Object.fromEntries(
        pools.map(([name, { droppedCount }]) => [name, droppedCount]),
      ),
    }
  }

  jobNames(): string[] {
    return this.#sortedPools().map(([name]) => name)
  }

  jobs(): ScrapeJobView[] {
    return this.#sortedPools().map(([name, pool]) => ({
      job: name,
      discoverers: this.#discovery.viewsOf(this.#keyOf(name)),
      activeCount: pool.loops.length,
      droppedCount: pool.droppedCount,
      faults: pool.faults.slice(0, FAULTS_SHOWN),
      faultCount: pool.faults.length,
    }))
  }

  metadata(isWanted: LabelTest, metric: string, limit: number): TargetMetadata[] {
    const found: TargetMetadata[] = []
    for (const [, pool] of this.#sortedPools()) {
      for (const { target, series } of pool.loops) {
        if (limit >= 0 && found.length >= limit) return found
        const labels = target.labels.toJSON()
        if (!isWanted(labels)) continue
        for (const [name, about] of series.metadata) {
          if (metric === '' || metric === name)
            found.push({ target: labels, metric: name, ...about })
        }
      }
    }
    return found
  }

  relabelSteps(
    job: string,
    labels: Readonly<Record<string, string>>,
  ): readonly RelabelStep[] | undefined {
    const work = this.#works.get(this.#keyOf(job))
    return work === undefined ? undefined : relabelSteps(work.config.relabel_configs, labels)
  }

  status(): IntakeStatus {
    const figures = this.#loops().map((loop) => ({ loop, ...loop.figures }))
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

  reload(config: ScrapeSettings): Promise<void> {
    return this.#inTurn(() => this.#reload(config))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#discovery[Symbol.asyncDispose]()
    await this.#turn
    await this.#departures.stop()
    await Promise.all([...this.#pools.values()].map((pool) => pool.stop()))
    this.#pools.clear()
    for (const { client } of this.#works.values()) await client?.[Symbol.asyncDispose]()
    this.#events.failures[Symbol.dispose]()
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(work)
    this.#turn = done.catch(() => undefined)
    return done
  }

  async #reload(config: ScrapeSettings): Promise<void> {
    const works = await this.#openWorks(config)
    const before = this.#works
    try {
      this.#events.failures.open([...works.values()].map(({ job }) => job.failureLog))
    } catch (error) {
      await closeOthers(works, before)
      throw error
    }
    this.#works = works
    await this.#discovery.apply(
      new Map(
        [...works]
          .filter(([, { isSelf }]) => !isSelf)
          .map(([name, work]) => [name, discoveryOf(work.config)]),
      ),
    )
    for (const [name, pool] of this.#pools) {
      if (works.has(name)) continue
      this.#pools.delete(name)
      await pool.leave()
      this.#events.jobGone(name)
    }
    await this.#sync(works.keys())
    await closeOthers(before, works)
  }

  /** Brings the pools of these jobs to what is known of their targets. */
  async #sync(jobs: Iterable<string>): Promise<void> {
    await Promise.all([...jobs].map((name) => this.#syncPool(name)))
    const pools = [...this.#pools.values()]
    const dropped = pools.reduce((sum, { droppedCount }) => sum + droppedCount, 0)
    this.#events.targetsChanged(this.#loops().length, dropped)
  }

  async #syncPool(name: string): Promise<void> {
    const work = this.#works.get(name)
    if (work === undefined) return // a reload took the job away meanwhile
    const { clock, appenderFor } = this.#parts
    const shared = { clock, appenderFor, events: this.#events, departures: this.#departures }
    const pool = this.#pools.get(name) ?? new ScrapePool(shared)
    this.#pools.set(name, pool)
    const { job, isSelf, client } = work
    const groups = isSelf ? SELF_GROUPS : this.#discovery.groupsOf(name)
    const fetch = isSelf ? this.#fetchSelf : (this.#parts.fetch ?? client!.fetch)
    await pool.sync({ job, fetch, isEager: isSelf }, groups)
  }

  /** Jobs and their connections; those whose config is the same are kept. Changes nothing of what runs. */
  async #openWorks(config: ScrapeSettings): Promise<Map<string, Work>> {
    const works = new Map<string, Work>()
    const fresh: JobClient[] = []
    try {
      for (const job of config.scrape_configs) {
        const made = makeJob(job, config.global)
        const known = this.#works.get(job.job_name)
        if (
          known !== undefined &&
          isDeepStrictEqual(known.config, job) &&
          isSameJob(known.job, made)
        ) {
          works.set(job.job_name, known)
          continue
        }
        const client = this.#parts.fetch === undefined ? await openClient(job) : undefined
        if (client !== undefined) fresh.push(client)
        works.set(job.job_name, { job: made, config: job, client, isSelf: false })
      }
    } catch (error) {
      await Promise.all(fresh.map((client) => client[Symbol.asyncDispose]()))
      throw error
    }
    if (this.#parts.self !== undefined) works.set(SELF, this.#selfWork(this.#parts.self, config))
    return works
  }

  #selfWork({ job }: SelfSource, config: ScrapeSettings): Work {
    const known = this.#works.get(SELF)
    if (known !== undefined) return known
    return { job: makeJob(job, config.global), config: job, client: undefined, isSelf: true }
  }

  readonly #fetchSelf: FetchPage = async () => ({
    bytes: await this.#parts.self!.collect(),
    format: 'text',
  })

  #loops(): ScrapeLoop[] {
    return [...this.#pools.values()].flatMap(({ loops }) => loops)
  }

  /** By the name under which they are shown, in its order. */
  #sortedPools(): [name: string, pool: ScrapePool][] {
    const named = [...this.#pools].map(([key, pool]): [string, ScrapePool] => [
      key === SELF ? this.#parts.self!.job.job_name : key,
      pool,
    ])
    return named.toSorted(([a], [b]) => (a < b ? -1 : Number(a > b)))
  }

  /** The key of a job by its shown name; a job of the user that is called like Weir's own goes before. */
  #keyOf(name: string): string {
    return !this.#works.has(name) && name === this.#parts.self?.job.job_name ? SELF : name
  }
}

/** How many unusable targets a job tells about; the count tells of all. */
const FAULTS_SHOWN = 20

/** Closes connections that the works kept do not use. */
async function closeOthers(works: Map<string, Work>, kept: Map<string, Work>): Promise<void> {
  for (const [name, { client }] of works) {
    if (kept.get(name)?.client !== client) await client?.[Symbol.asyncDispose]()
  }
}

function isSameJob(a: Job, b: Job): boolean {
  return (
    a.intervalMs === b.intervalMs &&
    a.timeoutMs === b.timeoutMs &&
    a.failureLog === b.failureLog &&
    a.hasExtraReports === b.hasExtraReports &&
    isDeepStrictEqual(a.naming, b.naming) &&
    isDeepStrictEqual(a.limits, b.limits) &&
    isDeepStrictEqual(a.formats, b.formats)
  )
}

/** Its HTTP is loaded with the first job: a Weir that scrapes only itself does without. */
async function openClient(job: ScrapeConfig): Promise<JobClient> {
  const { JobClient } = await import('./fetch-page.ts')
  return JobClient.open(job)
}
