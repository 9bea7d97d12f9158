/** The arithmetic of steps: how far samples of a range query stand apart. */

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Below `under`, a step is `step`: spans that people read. */
const LADDER: readonly (readonly [under: number, step: number])[] = [
  [10, 1],
  [15, 10],
  [35, 20],
  [75, 50],
  [150, 100],
  [350, 200],
  [750, 500],
  [1.5 * SECOND, SECOND],
  [3.5 * SECOND, 2 * SECOND],
  [7.5 * SECOND, 5 * SECOND],
  [12.5 * SECOND, 10 * SECOND],
  [17.5 * SECOND, 15 * SECOND],
  [25 * SECOND, 20 * SECOND],
  [45 * SECOND, 30 * SECOND],
  [1.5 * MINUTE, MINUTE],
  [3.5 * MINUTE, 2 * MINUTE],
  [7.5 * MINUTE, 5 * MINUTE],
  [12.5 * MINUTE, 10 * MINUTE],
  [17.5 * MINUTE, 15 * MINUTE],
  [25 * MINUTE, 20 * MINUTE],
  [45 * MINUTE, 30 * MINUTE],
  [1.5 * HOUR, HOUR],
  [2.5 * HOUR, 2 * HOUR],
  [4.5 * HOUR, 3 * HOUR],
  [9 * HOUR, 6 * HOUR],
  [DAY, 12 * HOUR],
  [7 * DAY, DAY],
  [21 * DAY, 7 * DAY],
  [42 * DAY, 30 * DAY],
]

/** More samples a series than this, and a range query is refused. */
const SAMPLES_MAX = 11_000

/** A range cut into about so many steps, rounded to one that people read. */
export function intervalMs(rangeMs: number, points: number): number {
  const raw = rangeMs / Math.max(1, points)
  return LADDER.find(([under]) => raw < under)?.[1] ?? 365 * DAY
}

interface StepRequest {
  readonly rangeMs: number
  /** Samples that the panel wants: its `maxDataPoints`, or its width in pixels. */
  readonly points: number
  /** The target's smallest step; undefined: none. */
  readonly targetMinMs?: number
  /** The panel's smallest step; undefined: the scrape interval. */
  readonly panelMinMs?: number
  /** How often the source's samples come. */
  readonly scrapeMs: number
  readonly factor: number
  /** The target's smallest step is `$__rate_interval` itself. */
  readonly isRateStep: boolean
}

export interface Step {
  readonly stepMs: number
  readonly intervalMs: number
  readonly rateIntervalMs: number
}

/** `$__interval`, `$__rate_interval` and the step of a query, as Grafana's backend finds them. */
export function stepOf(request: StepRequest): Step {
  const { rangeMs, points, targetMinMs, panelMinMs, scrapeMs, factor, isRateStep } = request
  const min = targetMinMs ?? panelMinMs ?? scrapeMs
  const wanted = Math.max(intervalMs(rangeMs, points), min, 1)
  const safe = Math.max(wanted, intervalAtLeast(rangeMs / SAMPLES_MAX))
  const scrape = targetMinMs ?? scrapeMs
  const rate = Math.max(safe + scrape, 4 * scrape)
  const step = isRateStep ? rate : safe * factor
  return {
    stepMs: Math.round(step),
    intervalMs: Math.round(safe),
    rateIntervalMs: Math.round(rate),
  }
}

/** The smallest step of the ladder that is no smaller than this. */
function intervalAtLeast(ms: number): number {
  return LADDER.find(([, step]) => step >= ms)?.[1] ?? 365 * DAY
}
