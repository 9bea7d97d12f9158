import type { Telemetry } from '../telemetry/log.ts'

/** What the desk of dashboards tells of itself: each event moves its counter and writes its line. */
export class BoardMetrics {
  readonly #telemetry: Telemetry
  readonly #kept
  readonly #saved
  readonly #refused
  readonly #problems

  constructor(telemetry: Telemetry) {
    const { registry } = telemetry
    this.#telemetry = telemetry
    this.#kept = registry.gauge(
      'weir_dashboards_kept',
      'Dashboards that are kept, those of packs not counted, by where they lie.',
      ['origin'],
    )
    this.#saved = registry.counter(
      'weir_dashboards_saved_total',
      'Saved states of dashboards, by who brought them: the API, or a file that others changed.',
      ['by'],
    )
    this.#refused = registry.counter(
      'weir_dashboards_refused_total',
      'Dashboards that were not kept, by reason: too long, one too many, changed by somebody else meanwhile.',
      ['reason'],
    )
    this.#problems = registry.gauge(
      'weir_dashboards_file_problems',
      'Files of the directory that are no dashboards.',
    )
    for (const reason of ['size', 'count', 'conflict'] as const) this.#refused.inc({ reason }, 0)
    for (const by of ['api', 'file'] as const) this.#saved.inc({ by }, 0)
  }

  saved(
    by: 'api' | 'file',
    what: { readonly uid: string; readonly title: string; readonly author: string },
  ): void {
    this.#saved.inc({ by })
    this.#telemetry.log.info({ ...what, by }, 'Dashboard saved')
  }

  deleted(what: { readonly uid: string; readonly title: string; readonly author: string }): void {
    this.#telemetry.log.info(what, 'Dashboard deleted')
  }

  refused(reason: 'size' | 'count' | 'conflict'): void {
    this.#refused.inc({ reason })
  }

  publish(counts: {
    readonly file: number
    readonly saved: number
    readonly problems: number
  }): void {
    this.#kept.set(counts.file, { origin: 'file' })
    this.#kept.set(counts.saved, { origin: 'saved' })
    this.#problems.set(counts.problems)
  }

  unreadable(error: Error): void {
    const log = this.#telemetry.log.sampled('dashboards_directory', 60_000)
    log?.warn({ error: error.message }, 'Cannot look through dashboards.directory')
  }
}
