import { createHash } from 'node:crypto'
import { type Clock, type Labels, WeirError } from '@weir/model'
import type { ScrapeEvents } from './events.ts'
import type { FetchPage } from './fetch-page.ts'
import type { TargetSeries } from './target-series.ts'
import { type Target, showDuration, shownLabels, targetKey } from './target.ts'

/** Samples of a scrape get the time they were due, unless the scrape was later than this or 1% of the interval. */
const ALIGN_MS = 2

/** One target as `/api/v1/targets` shows it. */
export interface ActiveTarget {
  readonly discoveredLabels: Readonly<Record<string, string>>
  readonly labels: Readonly<Record<string, string>>
  readonly scrapePool: string
  readonly scrapeUrl: string
  readonly globalUrl: string
  readonly lastError: string
  /** RFC 3339. */
  readonly lastScrape: string
  /** Seconds. */
  readonly lastScrapeDuration: number
  readonly health: 'up' | 'down' | 'unknown'
  readonly scrapeInterval: string
  readonly scrapeTimeout: string
}

export interface LoopParts {
  readonly target: Target
  readonly series: TargetSeries
  readonly fetch: FetchPage
  readonly events: ScrapeEvents
  readonly clock: Clock
  /** Whether the first scrape is at once, not at the target's place in the interval. */
  readonly isEager: boolean
}

/** Scrapes one target at its place in the interval, one scrape at a time, until stopped. */
export class ScrapeLoop {
  readonly #parts: LoopParts
  readonly #stopped = new AbortController()
  readonly #running: Promise<void>
  #health: ActiveTarget['health'] = 'unknown'
  #lastError = ''
  #lastMs = 0
  #lastSeconds = 0
  #lastCount = 0
  #lineCount = 0
  #dueMs = 0
  #discovered: Labels

  constructor(parts: LoopParts) {
    this.#parts = parts
    this.#discovered = parts.target.discovered
    this.#running = this.#run(this.#stopped.signal)
  }

  get target(): Target {
    return this.#parts.target
  }

  get series(): TargetSeries {
    return this.#parts.series
  }

  /** Samples read so far, samples a second by the last scrape, and the newest failure. */
  get figures(): { lines: number; perSecond: number; lastError: string; lastMs: number } {
    const perSecond = (this.#lastCount * 1000) / this.target.intervalMs
    return { lines: this.#lineCount, perSecond, lastError: this.#lastError, lastMs: this.#lastMs }
  }

  view(): ActiveTarget {
    const { target } = this
    return {
      discoveredLabels: shownLabels(this.#discovered),
      labels: target.labels.toJSON(),
      scrapePool: target.job.config.job_name,
      scrapeUrl: target.url,
      globalUrl: target.url,
      lastError: this.#lastError,
      lastScrape:
        this.#lastMs === 0 ? '0001-01-01T00:00:00Z' : new Date(this.#lastMs).toISOString(),
      lastScrapeDuration: this.#lastSeconds,
      health: this.#health,
      scrapeInterval: target.shownInterval,
      scrapeTimeout: target.shownTimeout,
    }
  }

  /** The same target was found under other labels that relabelling takes away. */
  rediscovered(labels: Labels): void {
    this.#discovered = labels
  }

  /** Ends after the scrape that is under way was given up. */
  async stop(): Promise<void> {
    this.#stopped.abort()
    await this.#running
  }

  /**
   * For a target that is gone: waits until the scrape after the next one would have been over, so that
   * a target that comes back meanwhile is not hurt, then ends its series at the time the next scrape was due.
   */
  async end(signal: AbortSignal): Promise<void> {
    const { clock, target } = this.#parts
    const dueMs = this.#dueMs
    await clock.sleep(dueMs - clock.now() + target.intervalMs * 1.1, signal)
    await this.#endAt(dueMs)
  }

  async #endAt(timeMs: number): Promise<void> {
    this.series.endAll(timeMs)
    this.series.endReports(timeMs)
    await this.#commit()
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { clock, target, isEager } = this.#parts
    const { intervalMs } = target
    this.#dueMs = isEager ? clock.now() : firstDue(target, clock.now())
    while (!signal.aborted) {
      await clock.sleep(Math.max(0, this.#dueMs - clock.now()), signal).catch(() => undefined)
      if (signal.aborted) return
      await this.#scrape(signal)
      if (isEager) this.#dueMs = alignedBack(target, this.#dueMs)
      const missed = Math.floor((clock.now() - this.#dueMs) / intervalMs)
      if (missed > 0) this.#parts.events.intervalsSkipped(missed)
      this.#dueMs += (Math.max(0, missed) + 1) * intervalMs
    }
  }

  async #scrape(signal: AbortSignal): Promise<void> {
    const { clock, target, series, events, fetch } = this.#parts
    const startMs = clock.now()
    const tolerance = Math.min(target.intervalMs / 100, ALIGN_MS)
    const timeMs = Math.abs(startMs - this.#dueMs) <= tolerance ? this.#dueMs : startMs
    const started = clock.monotonicMs()
    const limit = this.#limitedBy(signal)
    let fault: WeirError | undefined
    let counts = { scraped: 0, kept: 0, added: 0 }
    let bodyBytes = 0
    try {
      if (target.fault !== '') throw new WeirError('SCRAPE_FAILED', target.fault)
      const page = await orAbort(fetch(target, limit.signal), limit.signal)
      bodyBytes = page.bytes.length
      const taken = series.take(page, timeMs)
      page.done?.()
      counts = taken
      fault = taken.fault
    } catch (error) {
      if (signal.aborted) return
      fault = this.#faultOf(error, limit.signal.aborted)
      bodyBytes = fault.code === 'SCRAPE_LIMIT' ? -1 : 0
      series.endAll(timeMs)
    } finally {
      limit.done()
    }
    const seconds = (clock.monotonicMs() - started) / 1000
    this.#note(fault, startMs, seconds, counts.scraped)
    if (fault === undefined) events.pageTaken(target, counts.kept, seconds)
    else
      events.pageFailed(outcomeOf(fault, limit.signal.aborted), target, {
        atMs: startMs,
        error: fault.message,
        seconds,
      })
    series.report('up', timeMs, fault === undefined ? 1 : 0)
    series.report('scrape_duration_seconds', timeMs, seconds)
    series.report('scrape_samples_scraped', timeMs, counts.scraped)
    series.report('scrape_samples_post_metric_relabeling', timeMs, counts.kept)
    series.report('scrape_series_added', timeMs, counts.added)
    if (target.job.hasExtraReports) {
      series.report('scrape_timeout_seconds', timeMs, target.timeoutMs / 1000)
      series.report('scrape_sample_limit', timeMs, target.job.limits.samples)
      series.report('scrape_body_size_bytes', timeMs, bodyBytes)
    }
    await this.#commit()
  }

  /** A signal that aborts with the loop or when the scrape takes too long by the clock. */
  #limitedBy(signal: AbortSignal): { readonly signal: AbortSignal; done: () => void } {
    const limit = new AbortController()
    const done = new AbortController()
    const onStop = (): void => limit.abort()
    signal.addEventListener('abort', onStop, { once: true })
    this.#parts.clock.sleep(this.target.timeoutMs, done.signal).then(
      () => limit.abort(),
      () => undefined,
    )
    return {
      signal: limit.signal,
      done: () => {
        signal.removeEventListener('abort', onStop)
        done.abort()
      },
    }
  }

  #faultOf(error: unknown, isTimeout: boolean): WeirError {
    if (isTimeout) {
      const wanted = showDuration(this.target.timeoutMs)
      return new WeirError(
        'SCRAPE_FAILED',
        `Cannot scrape ${this.target.url}: no whole answer within ${wanted} (scrape_timeout)`,
      )
    }
    if (error instanceof WeirError) return error
    return new WeirError('SCRAPE_FAILED', `Cannot scrape ${this.target.url}: ${String(error)}`, {
      cause: error,
    })
  }

  #note(fault: WeirError | undefined, startMs: number, seconds: number, count: number): void {
    this.#health = fault === undefined ? 'up' : 'down'
    this.#lastError = fault?.message ?? ''
    this.#lastMs = startMs
    this.#lastSeconds = seconds
    this.#lastCount = count
    this.#lineCount += count
  }

  async #commit(): Promise<void> {
    const { series, events, target } = this.#parts
    try {
      events.committed(await series.appender.commit(), target.url)
    } catch (error) {
      events.commitFailed(target.url, error)
    }
  }
}

function outcomeOf(fault: WeirError, isTimeout: boolean): 'failed' | 'timeout' | 'limit' {
  if (isTimeout) return 'timeout'
  return fault.code === 'SCRAPE_LIMIT' ? 'limit' : 'failed'
}

/** The target's own place in the interval, so that not all are asked at once: the same after every start. */
function firstDue(target: Target, nowMs: number): number {
  const digest = createHash('md5').update(targetKey(target)).digest()
  const offsetMs = Number(digest.readBigUInt64BE(0) % BigInt(target.intervalMs))
  const sinceMs = (nowMs - offsetMs) % target.intervalMs
  return sinceMs === 0 ? nowMs : nowMs - sinceMs + target.intervalMs
}

/** The last place in the interval at or before `dueMs`. */
function alignedBack(target: Target, dueMs: number): number {
  const next = firstDue(target, dueMs)
  return next === dueMs ? dueMs : next - target.intervalMs
}

/** Settles as `work` does, or rejects as soon as the signal aborts. */
function orAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(new Error('aborted'))
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
