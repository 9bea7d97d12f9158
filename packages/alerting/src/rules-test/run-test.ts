import { type Clock, type KeyValueStore, Labels, WeirError, millis } from '@weir/model'
import {
  type QueryOptions,
  formatDuration,
  histogramExpression,
  instantQuery,
  readMetric,
  readSeries,
} from '@weir/promql'
import type { RuleGroup } from '../rules/config.ts'
import { LiveGroup } from '../rules/group.ts'
import { DEFAULT_NO_DATA } from '../rules/no-data.ts'
import type { QuerySample } from '../rules/source.ts'
import type { AlertingRuleView } from '../rules/view.ts'
import { AlertingEvents } from '../telemetry.ts'
import { sameAlerts, sameSamples } from './compare.ts'
import { MemoryAppender } from './memory-appender.ts'
import type { RulesTestFailure, RulesTestOutcome, TestedAlert, TestedSample } from './outcome.ts'
import type { AlertTest, ExprTest, RulesTest, RulesTestFile } from './test-file.ts'

export interface RulesTestOptions {
  /** In the order in which they are evaluated. */
  readonly groups: readonly RuleGroup[]
  readonly features: readonly string[]
  readonly keepsDump: boolean
  readonly clock: Clock
}

/**
 * Runs one test: every interval the samples up to then are loaded, all groups are evaluated, and what
 * should fire by then is compared with what does; queries come at the end.
 *
 * The groups are the ones that work in a running Weir; only the clock and the store are not.
 *
 * @see prometheus:cmd/promtool/unittest.go
 */
export async function runRulesTest(
  test: RulesTest,
  file: RulesTestFile,
  options: RulesTestOptions,
): Promise<RulesTestOutcome> {
  const startMs = options.clock.monotonicMs()
  const run = new Run(test, file, options)
  await run.toEnd()
  return {
    name: test.name,
    line: test.line,
    failures: run.failures,
    dump: run.dump(),
    tookMs: options.clock.monotonicMs() - startMs,
  }
}

class Run {
  readonly failures: RulesTestFailure[] = []
  readonly #test: RulesTest
  readonly #file: RulesTestFile
  readonly #options: RulesTestOptions
  readonly #store: MemoryAppender
  readonly #queryOptions: QueryOptions
  #groups: readonly LiveGroup[] = []

  constructor(test: RulesTest, file: RulesTestFile, options: RulesTestOptions) {
    this.#test = test
    this.#file = file
    this.#options = options
    this.#store = new MemoryAppender({ keepsDump: options.keepsDump })
    this.#queryOptions = {
      features: new Set(options.features),
      defaultSubqueryStepMs: file.evaluationIntervalMs,
    }
  }

  async toEnd(): Promise<void> {
    const { startMs, alertTests, exprTests } = this.#test
    const nameless = alertTests.filter(({ alertName }) => alertName === '')
    if (nameless.length > 0) {
      this.#fail(nameless[0]!.line, 'an alert_rule_test has no alertname')
      return
    }
    const load = this.#loader()
    if (load === undefined) return
    this.#groups = this.#options.groups.map((spec) => this.#live(spec))
    const stepMs = this.#file.evaluationIntervalMs
    const untilMs = Math.max(0, ...[...alertTests, ...exprTests].map(({ evalMs }) => evalMs))
    for (let atMs = 0; atMs <= untilMs; atMs += stepMs) {
      load(startMs + atMs)
      for (const group of this.#groups) await group.evaluate(startMs + atMs)
      if (this.#rulesFailed(atMs)) return
      const due = alertTests.filter(({ evalMs }) => atMs <= evalMs && evalMs < atMs + stepMs)
      for (const one of due.toSorted((a, b) => a.evalMs - b.evalMs)) this.#compareAlerts(one)
    }
    for (const one of exprTests) this.#compareAnswer(one)
  }

  dump(): readonly string[] {
    return this.#store.dump()
  }

  #fail(line: number | undefined, message: string): void {
    this.failures.push({ kind: 'error', line, message })
  }

  /** Hands over samples up to a time; undefined when the series cannot be read. */
  #loader(): ((untilMs: number) => void) | undefined {
    const { inputSeries, intervalMs, startMs, line } = this.#test
    try {
      const read = inputSeries.flatMap(linesOf).map((text) => {
        const { labels, items } = readSeries(text)
        return { ref: this.#store.ref(labels), items, next: 0 }
      })
      // Of a series that is there twice, the last one counts.
      const series = new Map(read.map((one) => [one.ref, one]))
      return (untilMs) => {
        for (const one of series.values()) {
          for (; one.next < one.items.length; one.next++) {
            const timeMs = startMs + one.next * intervalMs
            if (timeMs > untilMs) break
            this.#store.item(one.ref, timeMs, one.items[one.next])
          }
        }
      }
    } catch (error) {
      if (!(error instanceof WeirError)) throw error
      this.#fail(line, `input_series: ${error.message}`)
      return undefined
    }
  }

  #live(spec: RuleGroup): LiveGroup {
    const { clock } = this.#options
    const { externalLabels, externalUrl, intervalMs } = this.#test
    return new LiveGroup(spec, {
      query: async (expr, timeMs) => this.#query(expr, timeMs),
      appender: this.#store,
      store: NO_STORE,
      clock: { ...STILL, monotonicMs: () => clock.monotonicMs() },
      sink: { receive: async () => undefined },
      events: new AlertingEvents(UNWATCHED),
      externalUrl,
      externalLabels: Labels.of(externalLabels),
      evaluationIntervalMs: intervalMs,
      queryOffsetMs: 0,
      resendDelayMs: 0,
      noData: { ...DEFAULT_NO_DATA, mode: 'resolve' }, // the verdict is promtool's
    })
  }

  #query(expr: string, timeMs: number): QuerySample[] {
    const options = this.#queryOptions
    const { value } = instantQuery(this.#store.queryable, { expr, timeMs, options })
    if (value.kind === 'scalar') return [{ labels: Labels.EMPTY, value: value.value }]
    if (value.kind !== 'vector') {
      throw new WeirError('RULE_FAILED', 'rule result is not a vector or scalar')
    }
    return value.series.map(({ labels, value: number, histogram }) => ({
      labels,
      value: histogram === undefined ? number : 0,
      histogram,
    }))
  }

  #rulesFailed(atMs: number): boolean {
    const rules = this.#groups.flatMap((group) => group.view().rules)
    const failed = rules.filter(({ lastError = '' }) => lastError !== '')
    for (const { name, lastError } of failed) {
      const message = `rule ${name} at ${formatDuration(atMs)}: ${lastError}`
      this.#fail(this.#test.line, message)
    }
    const refused = this.#store.refused.splice(0)
    for (const why of refused) this.#fail(this.#test.line, `at ${formatDuration(atMs)}: ${why}`)
    return failed.length + refused.length > 0
  }

  #compareAlerts({ line, alertName, evalMs, expected: wanted }: AlertTest): void {
    const got = this.#groups
      .flatMap((group) => group.view().rules)
      .filter((rule): rule is AlertingRuleView => rule.type === 'alerting')
      .filter(({ name }) => name === alertName)
      .flatMap(({ alerts }) => alerts.filter(({ state }) => state === 'firing'))
      .map(({ labels, annotations }): TestedAlert => ({ labels, annotations }))
    const expected = wanted.map(({ labels, annotations }) => ({
      labels: { ...labels, alertname: alertName },
      annotations,
    }))
    if (sameAlerts(expected, got)) return
    this.failures.push({ kind: 'alert', line, alertName, evalMs, expected, got })
  }

  #compareAnswer({ line, expr, evalMs, expected: wanted }: ExprTest): void {
    try {
      const got = this.#query(expr, this.#test.startMs + evalMs).map(
        ({ labels, value, histogram }): TestedSample => ({
          labels: labels.toJSON(),
          value,
          histogram: histogram === undefined ? '' : histogramExpression(histogram),
        }),
      )
      const expected = wanted.map(({ labels, value, histogram }): TestedSample => ({
        labels: readMetric(labels),
        value,
        histogram: histogram === '' ? '' : readHistogram(histogram),
      }))
      if (sameSamples(expected, got, this.#file.isFuzzy)) return
      this.failures.push({ kind: 'expr', line, expr, evalMs, expected, got })
    } catch (error) {
      if (!(error instanceof WeirError)) throw error
      this.#fail(line, `expr ${expr} at ${formatDuration(evalMs)}: ${error.message}`)
    }
  }
}

/** A series may span lines where YAML keeps them; each is one of its own then. */
function linesOf({ series, values }: RulesTest['inputSeries'][number]): string[] {
  return `${series} ${values}`
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
}

function readHistogram(text: string): string {
  const { items } = readSeries(`{} ${text}`)
  const [item] = items
  if (items.length === 1 && typeof item === 'object') return histogramExpression(item)
  throw new WeirError('QUERY_PARSE', `want one histogram such as {{count:1}}, got "${text}"`)
}

const NO_STORE: KeyValueStore = {
  get: () => undefined,
  write: async () => undefined,
  entries: () => [],
}

const STILL: Clock = {
  now: () => millis(0),
  monotonicMs: () => 0,
  sleep: () => Promise.resolve(),
}

const UNWATCHED = {
  registry: { counter: () => ({ inc: () => undefined }) },
  log: { info: () => undefined, warn: () => undefined, error: () => undefined },
}
