import type { Telemetry } from '../telemetry/log.ts'
import type { Override } from './override.ts'

/** What the desk tells of itself: each event moves its counter and writes its line. */
export class LoggerMetrics {
  readonly #telemetry: Telemetry
  readonly #instances
  readonly #loggers
  readonly #overrides
  readonly #records
  readonly #polls
  readonly #refused

  constructor(telemetry: Telemetry) {
    const { registry } = telemetry
    this.#telemetry = telemetry
    this.#instances = registry.gauge(
      'weir_loggers_instances',
      'Processes whose loggers are known, by state.',
      ['state'],
    )
    this.#loggers = registry.gauge(
      'weir_loggers_listed',
      'Loggers that are listed, of all processes.',
    )
    this.#overrides = registry.gauge(
      'weir_loggers_overrides',
      'Changes of log levels that hold now.',
    )
    this.#records = registry.counter(
      'weir_loggers_records_admitted_total',
      'Log records that processes let through because of a change of level.',
    )
    this.#polls = registry.counter(
      'weir_loggers_polls_total',
      'Requests of processes that told of their loggers.',
    )
    this.#refused = registry.counter(
      'weir_loggers_refused_total',
      'What was refused at a limit: another process, another change of levels.',
      ['reason'],
    )
    for (const reason of ['instances', 'overrides'] as const) this.#refused.inc({ reason }, 0)
  }

  polled(): void {
    this.#polls.inc()
  }

  admitted(records: number): void {
    this.#records.inc(undefined, records)
  }

  refused(reason: 'instances' | 'overrides'): void {
    this.#refused.inc({ reason })
    const why = 'Run-time log levels are at a limit'
    this.#telemetry.log.sampled(`loggers_${reason}`, 60_000)?.warn({ reason }, why)
  }

  began({ id, selector, logger, level, author, reason, expiresAtMs }: Override): void {
    const until = new Date(expiresAtMs).toISOString()
    const what = { id, selector, logger, level, author, reason, until }
    this.#telemetry.log.info(what, 'Log level changed')
  }

  ended({ id, logger, level }: Override, how: string, by: string): void {
    this.#telemetry.log.info({ id, logger, level, how, by }, 'Log level goes back')
  }

  notWritten(error: Error): void {
    this.#telemetry.log.error({ error: error.message }, 'The end of a log level was not written')
  }

  publish(figures: {
    readonly states: Readonly<Record<string, number>>
    readonly loggers: number
    readonly overrides: number
  }): void {
    for (const [state, count] of Object.entries(figures.states))
      this.#instances.set(count, { state })
    this.#loggers.set(figures.loggers)
    this.#overrides.set(figures.overrides)
  }
}
