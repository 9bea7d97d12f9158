import {
  type Appender,
  type Clock,
  type LogBatch,
  type LogReport,
  type LogSink,
  STALE_MARKER,
  type SeriesRef,
  copyBatch,
} from '@weir/model'
import type { Telemetry } from '../../telemetry/log.ts'
import type { LogMetricConfig } from './config.ts'
import { LogRule, type RuleSeries, samplesOf } from './log-rule.ts'

/** How often the series are written. */
const FLUSH_MS = 10_000
/** A series that no line has moved for so long ends. */
const IDLE_MS = 3_600_000

/**
 * A sink of lines that also counts them: what the store has kept goes through the rules, whose series are
 * written every ten seconds. Totals live in memory: after a restart counters begin anew, as those of any
 * program do.
 */
export class LogMetrics implements LogSink, AsyncDisposable {
  readonly #options: LogMetricsOptions
  #rules: readonly LogRule[] = []
  readonly #refs = new Map<RuleSeries, readonly SeriesRef[]>()
  readonly #closing = new AbortController()
  readonly #lines
  readonly #skipped
  readonly #seriesCount
  readonly #failed
  #timer: Promise<void> = Promise.resolve()
  #flushedMs: number

  /** @throws {WeirError} `LOGQL_PARSE` */
  constructor(options: LogMetricsOptions) {
    const { registry } = options.telemetry
    this.#options = options
    this.#flushedMs = options.clock.now()
    this.#lines = registry.counter(
      'weir_log_metrics_lines_total',
      'Lines that a rule of logs.metrics counted, by metric.',
      ['metric'],
    )
    this.#skipped = registry.counter(
      'weir_log_metrics_skipped_total',
      'Lines that a rule of logs.metrics chose and that gave it nothing, by metric and reason.',
      ['metric', 'reason'],
    )
    this.#seriesCount = registry.gauge(
      'weir_log_metrics_series',
      'Series that rules of logs.metrics have, by metric.',
      ['metric'],
    )
    this.#failed = registry.counter(
      'weir_log_metrics_failed_flushes_total',
      'Times that metrics from lines could not be written; the next time has all of it.',
    )
    this.setRules(options.rules)
  }

  /**
   * Puts other rules in place of those there are. What a rule that stays the same has counted goes on; the
   * series of the others end.
   *
   * @throws {WeirError} `LOGQL_PARSE`; then nothing has changed
   */
  setRules(configs: readonly LogMetricConfig[]): void {
    const known = new Map(this.#rules.map((rule) => [JSON.stringify(rule.config), rule]))
    const rules = configs.map((config) => {
      const key = JSON.stringify(config)
      const rule = known.get(key) ?? new LogRule(config)
      known.delete(key)
      return rule
    })
    const nowMs = this.#options.clock.now()
    for (const rule of known.values()) {
      for (const series of rule.series.values()) this.#end(series, nowMs)
      this.#seriesCount.set(0, { metric: rule.config.name })
    }
    this.#rules = rules
  }

  /** Writes the series every ten seconds from now on. */
  start(): void {
    this.#timer = this.#flushForever()
  }

  async append(batch: LogBatch): Promise<LogReport> {
    const own = this.#rules.length === 0 ? undefined : copyBatch(batch)
    const report = await this.#options.store.append(batch)
    if (own !== undefined) this.take(own)
    return report
  }

  /** Counts lines that are kept. */
  take(batch: LogBatch): void {
    const nowMs = this.#options.clock.now()
    for (const rule of this.#rules) {
      const metric = rule.config.name
      const taken = rule.take(batch, nowMs, (reason) => this.#skipped.inc({ metric, reason }))
      if (taken > 0) this.#lines.inc({ metric }, taken)
    }
  }

  /** Writes all series as of now. Never rejects: a failed commit is counted, and made good by the next one. */
  async flush(): Promise<void> {
    const { appender, clock, telemetry } = this.#options
    const nowMs = clock.now()
    for (const rule of this.#rules) {
      for (const [key, series] of rule.series) {
        if (nowMs - series.touchedMs >= IDLE_MS) {
          this.#end(series, nowMs)
          rule.series.delete(key)
        } else {
          this.#write(rule, series, nowMs)
        }
      }
      this.#seriesCount.set(rule.series.size, { metric: rule.config.name })
    }
    this.#flushedMs = nowMs
    try {
      await appender.commit()
    } catch (error) {
      this.#failed.inc()
      telemetry.log
        .sampled('log_metrics', 60_000)
        ?.error({ error: (error as Error).message }, 'Metrics from lines could not be written')
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort()
    await this.#timer
    await this.flush()
    this.#options.appender.close()
  }

  async #flushForever(): Promise<void> {
    const { signal } = this.#closing
    while (!signal.aborted) {
      try {
        await this.#options.clock.sleep(FLUSH_MS, signal)
      } catch {
        return // only an abort ends a sleep early
      }
      await this.flush()
    }
  }

  #write(rule: LogRule, series: RuleSeries, nowMs: number): void {
    const { appender } = this.#options
    const samples = samplesOf(rule.config, series)
    let refs = this.#refs.get(series)
    if (refs === undefined) {
      const { name, type, help } = rule.config
      appender.describe(name, { type, help, unit: '' })
      refs = samples.map(([labels]) => appender.ref(labels))
      this.#refs.set(series, refs)
      // It was 0 when nothing had been counted: so its first lines are an increase too.
      const beforeMs = Math.min(this.#flushedMs, nowMs - 1)
      if (type !== 'gauge') for (const ref of refs) appender.append(ref, beforeMs, 0)
    }
    for (const [i, [, value]] of samples.entries()) appender.append(refs[i]!, nowMs, value)
  }

  #end(series: RuleSeries, nowMs: number): void {
    const { appender } = this.#options
    for (const ref of this.#refs.get(series) ?? []) {
      appender.append(ref, nowMs, STALE_MARKER)
      appender.release(ref)
    }
    this.#refs.delete(series)
  }
}

interface LogMetricsOptions {
  readonly rules: readonly LogMetricConfig[]
  /** Where lines go. */
  readonly store: LogSink
  /** Its own; closed with it. */
  readonly appender: Appender
  readonly clock: Clock
  readonly telemetry: Telemetry
}
