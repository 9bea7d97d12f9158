import type { CommitResult } from '@weir/model'
import type { Counter, Gauge, Histogram } from '../telemetry/registry.ts'
import type { Telemetry } from '../telemetry/log.ts'
import { FailureLogs } from './failure-log.ts'
import type { Target } from './target.ts'

/** The scraper's own metrics and log lines, moved together by the functions below. */
export class ScrapeEvents {
  /** `scrape_failure_log_file` of the jobs. */
  readonly failures: FailureLogs
  readonly #telemetry: Telemetry
  readonly #pages: Counter<'outcome'>
  readonly #samples: Counter
  readonly #rejected: Counter<'reason'>
  readonly #lost: Counter
  readonly #skipped: Counter
  readonly #durations: Histogram
  readonly #targets: Gauge<'state'>
  readonly #unusable: Gauge<'job'>

  constructor(telemetry: Telemetry) {
    const { registry } = telemetry
    this.#telemetry = telemetry
    this.failures = new FailureLogs(telemetry)
    this.#pages = registry.counter('weir_scrape_pages_total', 'Scrapes by how they ended.', [
      'outcome',
    ])
    this.#samples = registry.counter('weir_scrape_samples_total', 'Samples scraped and kept.')
    this.#rejected = registry.counter(
      'weir_scrape_samples_rejected_total',
      'Scraped samples that the store refused, by reason.',
      ['reason'],
    )
    this.#lost = registry.counter(
      'weir_scrape_commits_failed_total',
      'Scrapes whose samples the store could not keep.',
    )
    this.#skipped = registry.counter(
      'weir_scrape_intervals_skipped_total',
      'Scrapes left out because the one before took too long.',
    )
    this.#durations = registry.histogram(
      'weir_scrape_duration_seconds',
      'How long scrapes took.',
      [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30],
    )
    this.#unusable = registry.gauge(
      'weir_scrape_targets_unusable',
      'Targets found that relabelling left without an address, by job.',
      ['job'],
    )
    this.#targets = registry.gauge('weir_scrape_targets', 'Targets known.', ['state'])
  }

  pageTaken({ job: { config }, url }: Target, kept: number, seconds: number): void {
    this.#pages.inc({ outcome: 'good' })
    this.#samples.inc(undefined, kept)
    this.#durations.observe(seconds)
    this.#telemetry.log.debug({ job: config.job_name, url, kept, seconds }, 'Target scraped')
  }

  pageFailed(
    outcome: 'failed' | 'timeout' | 'limit',
    { job: { config, failureLog }, url }: Target,
    { atMs, error, seconds }: { atMs: number; error: string; seconds: number },
  ): void {
    const job = config.job_name
    this.#pages.inc({ outcome })
    this.#durations.observe(seconds)
    this.#telemetry.log
      .sampled(`page:${url}`, 300_000)
      ?.warn({ job, url, error }, 'Target could not be scraped')
    if (failureLog !== '') this.failures.write(failureLog, { atMs, error, job, url })
  }

  committed(result: CommitResult, url: string): void {
    for (const [reason, count] of Object.entries(result.rejected)) {
      this.#rejected.inc({ reason }, count)
      this.#telemetry.log
        .sampled(`rejected:${url}:${reason}`, 300_000)
        ?.warn(
          { url, reason, count, example: result.example },
          'Scraped samples refused by the store',
        )
    }
  }

  commitFailed(url: string, error: unknown): void {
    this.#lost.inc()
    this.#telemetry.log
      .sampled('commit', 60_000)
      ?.error({ url, error: String(error) }, 'Scraped samples lost: the store could not keep them')
  }

  intervalsSkipped(count: number): void {
    this.#skipped.inc(undefined, count)
  }

  targetsUnusable(job: string, faults: readonly string[]): void {
    this.#unusable.set(faults.length, { job })
    const [example] = faults
    if (example === undefined) return
    this.#telemetry.log
      .sampled(`unusable:${job}`, 300_000)
      ?.warn({ job, count: faults.length, example }, 'Targets found that cannot be scraped')
  }

  /** The job is gone. */
  jobGone(job: string): void {
    this.#unusable.remove({ job })
  }

  targetsChanged(active: number, dropped: number): void {
    this.#targets.set(active, { state: 'active' })
    this.#targets.set(dropped, { state: 'dropped' })
  }
}
