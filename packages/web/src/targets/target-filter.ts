import type { ScrapeJobView } from '@weir/packs'
import type { Target } from '../api/prometheus.ts'

export const HEALTHS = ['down', 'unknown', 'up'] as const
export type TargetHealth = (typeof HEALTHS)[number]

/** What the address says of the wish. */
export interface TargetsSearch {
  readonly q?: string | undefined
  readonly health?: string | undefined
  readonly job?: string | undefined
}

/** A job and those of its targets that are wanted, the broken first. */
export interface JobTargets {
  readonly job: ScrapeJobView
  readonly targets: readonly Target[]
  /** Of all its targets, wanted or not. */
  readonly upCount: number
}

export interface TargetWish {
  /** Words, each of which must be somewhere in the URL, the labels or the error. */
  readonly query: string
  readonly health: TargetHealth | undefined
  readonly job: string | undefined
}

export function countHealths(targets: readonly Target[]): Record<TargetHealth, number> {
  const counts = { down: 0, unknown: 0, up: 0 }
  for (const { health } of targets) counts[health]++
  return counts
}

/**
 * Jobs with the targets that are wanted. Without a wish every job is there, also one without targets; with one,
 * those that have such targets. What is broken comes first: jobs with targets down or a discovery that fails, and
 * within a job the targets that are down.
 */
export function wantedTargets(
  jobs: readonly ScrapeJobView[],
  targets: readonly Target[],
  wish: TargetWish,
): JobTargets[] {
  const words = wish.query.toLowerCase().split(/\s+/).filter(Boolean)
  const byJob = new Map<string, Target[]>()
  for (const target of targets) {
    const own = byJob.get(target.scrapePool) ?? []
    own.push(target)
    byJob.set(target.scrapePool, own)
  }
  const isAll = words.length === 0 && wish.health === undefined
  return jobs
    .filter(({ job }) => wish.job === undefined || wish.job === job)
    .map((job) => {
      const own = byJob.get(job.job) ?? []
      const wanted = own.filter(
        (target) =>
          (wish.health === undefined || target.health === wish.health) && hasAll(target, words),
      )
      return { job, targets: wanted.toSorted(byHealth), upCount: countHealths(own).up }
    })
    .filter(({ targets: wanted }) => isAll || wanted.length > 0)
    .toSorted((a, b) => rank(a) - rank(b))
}

function byHealth(a: Target, b: Target): number {
  return HEALTHS.indexOf(a.health) - HEALTHS.indexOf(b.health)
}

function rank({ job, targets }: JobTargets): number {
  const isFailing = job.discoverers.some(({ lastError }) => lastError !== '') || job.faultCount > 0
  return targets[0]?.health === 'down' ? 0 : isFailing ? 1 : 2
}

function hasAll(target: Target, words: readonly string[]): boolean {
  if (words.length === 0) return true
  const labels = Object.entries(target.labels).map(([name, value]) => `${name}=${value}`)
  const text = [target.scrapeUrl, target.lastError, ...labels].join(' ').toLowerCase()
  return words.every((word) => text.includes(word))
}

/** A selector of everything that a target's scrapes gave. */
export function selectorOf(labels: Target['labels'], metric = ''): string {
  const matchers = Object.entries(labels).map(([name, value]) => {
    const shown = /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name) ? name : JSON.stringify(name)
    return `${shown}=${JSON.stringify(value)}`
  })
  return `${metric}{${matchers.join(', ')}}`
}
