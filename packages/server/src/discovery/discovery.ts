import { isDeepStrictEqual } from 'node:util'
import { type Clock, WeirError } from '@weir/model'
import type { DiscovererView } from '@weir/packs'
import type { Telemetry } from '../telemetry/log.ts'
import type { DiscoveryConfig } from './config.ts'
import type { Discoverer, Report } from './discoverer.ts'
import { DiscoveryEvents, type DiscoveryPart } from './events.ts'
import { discovererOf, titleOf } from './kinds.ts'
import type { TargetGroup } from './target-group.ts'

/** Changes are handed over no more often than this, as in Prometheus: a cluster that rolls out changes all the time. */
const THROTTLE_MS = 5000

export interface DiscoveryParts {
  readonly telemetry: Telemetry
  readonly clock: Clock
  /** Told which jobs have other groups than before. */
  readonly onChange: (jobs: ReadonlySet<string>) => void
  /** The word in the names of its metrics; `discovery` unless told. */
  readonly part?: DiscoveryPart
  /** Stands in for the world in tests. */
  readonly discover?: typeof discovererOf
}

/**
 * Finds the targets of all jobs. Each place of the configuration is one provider, shared by the jobs that name it
 * in the same words; it runs from the reload that brings it to the one that takes it away.
 *
 * The first that a provider finds is handed over at once, so that a start is not kept waiting; what comes later is
 * gathered for {@link THROTTLE_MS}. When a look fails, what was found before stays.
 */
export class Discovery implements AsyncDisposable {
  readonly #clock: Clock
  readonly #events: DiscoveryEvents
  readonly #onChange: DiscoveryParts['onChange']
  readonly #discover: typeof discovererOf
  readonly #stopped = new AbortController()
  #providers: Provider[] = []
  readonly #changed = new Set<string>()
  #handedOverMs = Number.NEGATIVE_INFINITY
  #waiting: Promise<void> | undefined

  constructor(parts: DiscoveryParts) {
    const { telemetry, clock, onChange } = parts
    const { discover = discovererOf, part = 'discovery' } = parts
    this.#discover = discover
    this.#clock = clock
    this.#events = new DiscoveryEvents(telemetry, part)
    this.#onChange = onChange
  }

  /** Goes on with other places. Those that stay keep what they found. */
  async apply(jobs: ReadonlyMap<string, readonly DiscoveryConfig[]>): Promise<void> {
    const before = this.#providers
    const known = new Set(before.flatMap(({ jobs: names }) => names))
    const next: Provider[] = []
    for (const [job, places] of jobs) {
      for (const place of places) {
        const same = next.find(({ place: other }) => isDeepStrictEqual(other, place))
        if (same !== undefined) same.jobs.push(job)
        else next.push(new Provider(place, [job]))
      }
    }
    this.#providers = next.map((wanted) => {
      const same = before.find(({ place }) => isDeepStrictEqual(place, wanted.place))
      if (same === undefined) return wanted
      for (const job of same.jobs) {
        if (!wanted.jobs.includes(job)) this.#events.discovererGone(job, same.title)
      }
      same.jobs = wanted.jobs
      return same
    })
    for (const job of known) if (!jobs.has(job)) this.#events.jobGone(job)
    const gone = before.filter((provider) => !this.#providers.includes(provider))
    await Promise.all(gone.map((provider) => this.#end(provider)))
    for (const provider of this.#providers) if (!provider.isRunning) this.#begin(provider)
    for (const job of jobs.keys()) this.#events.targetsFound(job, countOf(this.groupsOf(job)))
  }

  /** What is known of a job's targets now. */
  groupsOf(job: string): TargetGroup[] {
    return this.#providers
      .filter(({ jobs }) => jobs.includes(job))
      .flatMap(({ groups }) => [...groups.values()])
  }

  /** How each place of a job does. */
  viewsOf(job: string): DiscovererView[] {
    return this.#providers
      .filter(({ jobs }) => jobs.includes(job))
      .map(({ place, title, groups, lastRefreshMs, lastError, lastErrorMs }) => ({
        kind: place.kind,
        title,
        targetCount: countOf([...groups.values()]),
        lastRefreshMs,
        lastError,
        lastErrorMs,
      }))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped.abort()
    await Promise.all(this.#providers.map((provider) => this.#end(provider)))
    await this.#waiting
  }

  #begin(provider: Provider): void {
    if (provider.place.kind === 'static') {
      provider.isRunning = true
      provider.take(groupsOfStatic(provider.place.config))
      return
    }
    provider.begin(this.#discover(provider.place, this.#clock), this.#reportOf(provider))
  }

  async #end(provider: Provider): Promise<void> {
    await provider.end()
    for (const job of provider.jobs) this.#events.discovererGone(job, provider.title)
  }

  #reportOf(provider: Provider): Report {
    const { kind } = provider.place
    return {
      update: (groups) => {
        if (!provider.take(groups)) return
        const isFirst = !provider.hasFound
        provider.hasFound = true
        for (const job of provider.jobs) this.#changed.add(job)
        if (isFirst) this.#handOver()
        else this.#waiting ??= this.#handOverLater()
      },
      refreshed: () => {
        provider.lastRefreshMs = this.#clock.now()
        provider.lastError = ''
        this.#events.refreshed(provider.jobs, provider.title, kind, provider.lastRefreshMs)
      },
      failed: (error) => {
        provider.lastError = reasonOf(error)
        provider.lastErrorMs = this.#clock.now()
        this.#events.failed(provider.jobs, provider.title, kind, provider.lastError)
      },
    }
  }

  async #handOverLater(): Promise<void> {
    const sinceMs = this.#clock.monotonicMs() - this.#handedOverMs
    try {
      await this.#clock.sleep(Math.max(0, THROTTLE_MS - sinceMs), this.#stopped.signal)
    } catch {
      return // Weir stops
    }
    this.#waiting = undefined
    this.#handOver()
  }

  #handOver(): void {
    if (this.#changed.size === 0 || this.#stopped.signal.aborted) return
    const jobs = new Set(this.#changed)
    this.#changed.clear()
    this.#handedOverMs = this.#clock.monotonicMs()
    for (const job of jobs) this.#events.targetsFound(job, countOf(this.groupsOf(job)))
    this.#events.handedOver()
    this.#onChange(jobs)
  }
}

/** A place and what was found there. */
class Provider {
  readonly place: DiscoveryConfig
  readonly title: string
  jobs: string[]
  isRunning = false
  /** Whether anything was handed over yet. */
  hasFound = false
  /** By source. */
  readonly groups = new Map<string, TargetGroup>()
  lastRefreshMs: number | null = null
  lastError = ''
  lastErrorMs: number | null = null
  readonly #ended = new AbortController()
  #run: Promise<void> = Promise.resolve()

  constructor(place: DiscoveryConfig, jobs: string[]) {
    this.place = place
    this.title = titleOf(place)
    this.jobs = jobs
  }

  begin(discoverer: Discoverer, report: Report): void {
    this.isRunning = true
    const { signal } = this.#ended
    // After its end it has nothing to say: its groups are no longer looked at.
    const guarded: Report = {
      update: (groups) => signal.aborted || report.update(groups),
      refreshed: () => signal.aborted || report.refreshed(),
      failed: (error) => signal.aborted || report.failed(error),
    }
    this.#run = discoverer.run(guarded, signal)
  }

  async end(): Promise<void> {
    this.#ended.abort()
    await this.#run
  }

  /** Whether that changed anything. */
  take(groups: readonly TargetGroup[]): boolean {
    let isChanged = false
    for (const group of groups) {
      const known = this.groups.get(group.source)
      if (group.targets.length === 0) {
        isChanged = this.groups.delete(group.source) || isChanged
      } else if (!isDeepStrictEqual(known, group)) {
        this.groups.set(group.source, group)
        isChanged = true
      }
    }
    return isChanged
  }
}

type StaticPlace = Extract<DiscoveryConfig, { readonly kind: 'static' }>

function groupsOfStatic(config: StaticPlace['config']): TargetGroup[] {
  return config.map(({ targets, labels }, index) => ({
    source: String(index),
    targets: targets.map((address) => ({ __address__: address })),
    labels,
  }))
}

function countOf(groups: readonly TargetGroup[]): number {
  return groups.reduce((sum, { targets }) => sum + targets.length, 0)
}

function reasonOf(error: unknown): string {
  if (error instanceof WeirError) return error.message
  const { message, code } = error as Error & { readonly code?: string }
  return message === '' ? (code ?? 'it failed') : message
}
