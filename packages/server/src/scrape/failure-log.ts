import type { Telemetry } from '../telemetry/log.ts'
import type { Counter } from '../telemetry/registry.ts'
import { LineFile } from '../telemetry/line-file.ts'

/**
 * `scrape_failure_log_file`: each failed scrape as a line of JSON, with the fields that Prometheus writes. Jobs that
 * name the same file share it.
 *
 * @see prometheus:scrape/scrape.go, `scrapeAndReport`
 */
export class FailureLogs implements Disposable {
  readonly #telemetry: Telemetry
  readonly #dropped: Counter
  #files = new Map<string, LineFile>()

  constructor(telemetry: Telemetry) {
    this.#telemetry = telemetry
    this.#dropped = telemetry.registry.counter(
      'weir_scrape_failure_log_dropped_total',
      'Lines of scrape_failure_log_file that were not written: the disk was full, failed or too slow.',
    )
  }

  /**
   * Writes to these files from now on, opened anew.
   *
   * @throws {WeirError} `CONFIG_INVALID` when one cannot be opened; then all stays as it was
   */
  open(names: Iterable<string>): void {
    const files = new Map<string, LineFile>()
    try {
      for (const name of new Set(names)) {
        if (name === '') continue
        const onLost = (why: string): void => this.#lost(name, why)
        files.set(name, new LineFile(name, 'scrape_failure_log_file', onLost))
      }
    } catch (error) {
      for (const file of files.values()) file[Symbol.dispose]()
      throw error
    }
    this[Symbol.dispose]()
    this.#files = files
  }

  write(name: string, failure: { atMs: number; error: string; job: string; url: string }): void {
    this.#files.get(name)?.write({
      time: new Date(failure.atMs).toISOString(),
      level: 'ERROR',
      msg: failure.error,
      job_name: failure.job,
      target: failure.url,
    })
  }

  [Symbol.dispose](): void {
    for (const file of this.#files.values()) file[Symbol.dispose]()
    this.#files.clear()
  }

  #lost(file: string, why: string): void {
    this.#dropped.inc()
    this.#telemetry.log
      .sampled('scrape_failure_log', 60_000)
      ?.warn({ file, why }, 'Scrape failure log line lost')
  }
}
