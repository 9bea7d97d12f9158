/**
 * What becomes of an alert whose element is missing because there is no data, not because its
 * condition no longer holds.
 *
 * `keep`: what fires goes on firing, marked, until data tells otherwise or `forMs` is over; its end
 * then says so. `alert`: besides, what had data and lost it becomes an alert. `resolve`: it ends, as in
 * Prometheus. A target that was taken away is no lack of data: scraping ends its series, `up` among
 * them, on purpose.
 */
import { Labels } from '@weir/model'
import type { Evaluation } from './evaluation.ts'
import type { QuerySample } from './source.ts'

export const NO_DATA_MODES = ['keep', 'alert', 'resolve'] as const
export type NoDataMode = (typeof NO_DATA_MODES)[number]

export interface NoDataPolicy {
  readonly mode: NoDataMode
  /** How long without data an alert is held, or raised; ms. */
  readonly forMs: number
}

/** A night: what fired in the evening and fell silent is still there in the morning. */
const NO_DATA_FOR_MS = 12 * 3_600_000
export const DEFAULT_NO_DATA: NoDataPolicy = { mode: 'keep', forMs: NO_DATA_FOR_MS }

/** Targets that ended within this time; a rule that looks less often takes their alerts for kept. */
const ENDED_WITHIN = '5m'
/** Alternatives in one matcher; beyond it nobody asks, and alerts are kept. */
const TARGETS_MAX = 500

/**
 * Which of these alerts belong to targets that are scraped no more: `up` had samples a moment ago and
 * was ended. A target that only fails still has its `up`; one that came by remote write from a sender
 * that died has neither samples nor an end.
 */
export async function endedTargets(
  alerts: Iterable<Labels>,
  at: Evaluation,
): Promise<(labels: Labels) => boolean> {
  const scraped = [...alerts].filter((labels) => labels.has('job') && labels.has('instance'))
  const jobs = new Set(scraped.map((labels) => labels.get('job')))
  const instances = new Set(scraped.map((labels) => labels.get('instance')))
  if (scraped.length === 0 || jobs.size + instances.size > TARGETS_MAX) return () => false
  const up = `up{job=~${oneOf(jobs)},instance=~${oneOf(instances)}}`
  const expr = `last_over_time(${up}[${ENDED_WITHIN}]) unless ${up}`
  const ended = await at.query(expr, at.queryTimeMs, at.signal)
  const keys = new Set(ended.map(({ labels }) => targetKey(labels)))
  return (labels) => labels.has('instance') && keys.has(targetKey(labels))
}

function oneOf(values: ReadonlySet<string>): string {
  return JSON.stringify([...values].map(escapeRegex).join('|'))
}

function escapeRegex(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}

const targetKey = (labels: Labels): string =>
  JSON.stringify([labels.get('job'), labels.get('instance')])

/** Under `alert`: which elements had data, so that their loss is seen. */
export class Lost {
  readonly #forMs: number
  #seen = new Map<string, { readonly labels: Labels; seenMs: number }>()
  #nothingSinceMs: number | undefined

  constructor(forMs: number) {
    this.#forMs = forMs
  }

  /** Takes up what had data a while ago, after a start. */
  remember(elements: ReadonlyMap<string, QuerySample>, seenMs: number): void {
    for (const [key, { labels }] of elements) this.#seen.set(key, { labels, seenMs })
  }

  /**
   * Elements for what is missing: those that had data within `forMs`; where nothing has data and
   * nothing had, one without labels.
   */
  take(
    present: ReadonlyMap<string, QuerySample>,
    nowMs: number,
  ): { readonly sample: QuerySample; readonly sinceMs: number }[] {
    for (const [key, { labels }] of present) {
      const known = this.#seen.get(key)
      if (known === undefined) this.#seen.set(key, { labels, seenMs: nowMs })
      else known.seenMs = nowMs
    }
    const lost: { readonly sample: QuerySample; readonly sinceMs: number }[] = []
    for (const [key, { labels, seenMs }] of this.#seen) {
      if (present.has(key)) continue
      if (nowMs - seenMs >= this.#forMs) this.#seen.delete(key)
      else lost.push({ sample: { labels, value: Number.NaN }, sinceMs: seenMs })
    }
    if (present.size + this.#seen.size > 0) this.#nothingSinceMs = undefined
    else {
      this.#nothingSinceMs ??= nowMs
      const sample = { labels: Labels.EMPTY, value: Number.NaN }
      lost.push({ sample, sinceMs: this.#nothingSinceMs })
    }
    return lost
  }
}
