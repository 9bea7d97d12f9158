import { Labels, METRIC_NAME, type Matcher } from '@weir/model'
import { type Call, type VectorSelector, innermostShift, unwrapped } from '../ast.ts'
import { matcherTest, valueTest } from '../matcher-test.ts'
import { labelsText } from '../value-text.ts'
import type { Emit } from './emit.ts'
import { type Evaluation, type Steps, executionError } from './evaluation.ts'
import { unmarked } from './metric-name.ts'
import { streamSelector } from './select.ts'
import { type HeldSeries, SeriesCollector, heldSeries, releaseHeld } from './series-stream.ts'

/**
 * `info(v, {conditions})`: adds labels of info series, such as `target_info`, to the series that have
 * the same `instance` and `job`. Conditions on `__name__` choose other info metrics; those on other
 * labels choose among info series and say which labels are wanted; one that a missing label does not
 * meet drops series without info. Of two info series that meet the newer one counts.
 *
 * @see prometheus:promql/info.go
 */
export function streamInfo(evaluation: Evaluation, call: Call, steps: Steps, emit: Emit): void {
  const base = heldSeries(evaluation, call.args[0]!, steps)
  const conditions = conditionsOf(call)
  const isInfo = conditions.names.map(matcherTest)
  const collector = new SeriesCollector(evaluation)
  const others = base.filter(({ labels }) => !isInfo.every((test) => test(labels)))
  const lookup = new InfoLookup(evaluation, call, conditions, others, steps)
  for (const series of base) {
    evaluation.check()
    // Info series themselves pass as they are.
    if (others.includes(series)) lookup.enrich(series, collector)
    else collector.add(series.labels, series.values, series.present, series.histograms)
  }
  releaseHeld(evaluation, base)
  collector.flush(emit)
}

const IDENTIFYING = ['instance', 'job'] as const

interface Conditions {
  /** Which metrics are info metrics. */
  readonly names: readonly Matcher[]
  /** On the labels to add, by label. */
  readonly data: ReadonlyMap<string, readonly Matcher[]>
}

function conditionsOf(call: Call): Conditions {
  const selector = call.args[1] === undefined ? undefined : unwrapped(call.args[1])
  const matchers = selector?.kind === 'selector' ? selector.matchers : []
  const names = matchers.filter(({ name }) => name === METRIC_NAME)
  const data = new Map<string, Matcher[]>()
  for (const matcher of matchers) {
    if (matcher.name === METRIC_NAME) continue
    data.set(matcher.name, [...(data.get(matcher.name) ?? []), matcher])
  }
  if (names.length === 0) {
    return { names: [{ name: METRIC_NAME, operator: '=', value: 'target_info' }], data }
  }
  const isPositive = names.some(({ operator }) => operator === '=' || operator === '=~')
  if (isPositive) return { names, data }
  return { names: [{ name: METRIC_NAME, operator: '=~', value: '.+_info' }, ...names], data }
}

interface InfoSeries {
  readonly labels: Labels
  readonly present: Uint8Array
  /** When each step's sample was taken, in seconds. */
  readonly times: Float64Array
}

/** The info series of one query, found by the labels that identify a target. */
class InfoLookup {
  readonly #conditions: Conditions
  readonly #steps: Steps
  /** For each target and info metric the series that hold at each step. */
  readonly #byTarget = new Map<string, Map<string, (InfoSeries | undefined)[]>>()

  constructor(
    evaluation: Evaluation,
    call: Call,
    conditions: Conditions,
    base: readonly HeldSeries[],
    steps: Steps,
  ) {
    this.#conditions = conditions
    this.#steps = steps
    const known = IDENTIFYING.map(
      (name) => new Set(base.map(({ labels }) => labels.get(name)).filter((value) => value !== '')),
    )
    if (known.every(({ size }) => size === 0)) return
    const matchers = [...conditions.names, ...[...conditions.data.values()].flat()]
    const { start, end } = call
    const selector: VectorSelector = {
      kind: 'selector',
      metricName: '',
      matchers,
      start,
      end,
      ...innermostShift(call.args[0]!),
    }
    streamSelector(evaluation, selector, steps, true, (labels, times, present, histograms) => {
      const isWanted = IDENTIFYING.every(
        (name, i) => known[i]!.size === 0 || known[i]!.has(labels.get(name)),
      )
      if (!isWanted) return
      if (histograms !== undefined) {
        throw executionError(
          `this should be an info metric, with float samples: ${labelsText(labels)}`,
        )
      }
      evaluation.hold(steps.count)
      this.#add({ labels, times: times.slice(), present: present.slice() })
    })
  }

  #add(series: InfoSeries): void {
    const target = targetOf(series.labels)
    let metrics = this.#byTarget.get(target)
    if (metrics === undefined) {
      metrics = new Map()
      this.#byTarget.set(target, metrics)
    }
    const name = series.labels.metricName
    let columns = metrics.get(name)
    if (columns === undefined) {
      columns = []
      metrics.set(name, columns)
    }
    for (let k = 0; k < this.#steps.count; k++) {
      if (series.present[k] === 0) continue
      const before = columns[k]
      if (before === undefined || before.times[k]! < series.times[k]!) columns[k] = series
      else if (before.times[k] === series.times[k]) throw twoAtOnce(before, series, k)
    }
  }

  /** Adds a series with the labels of its info series; where those change, it becomes several. */
  enrich(series: HeldSeries, collector: SeriesCollector): void {
    const metrics = this.#byTarget.get(targetOf(series.labels))
    const parts = new Map<string, { labels: Labels; present: Uint8Array }>()
    for (let k = 0; k < this.#steps.count; k++) {
      if (series.present[k] === 0) continue
      const info = [...(metrics?.values() ?? [])].flatMap((columns) => columns[k] ?? [])
      if (info.length === 0 && this.#mustHaveInfo()) continue
      const labels = this.#joined(series.labels, info)
      let part = parts.get(labels.key())
      if (part === undefined) {
        part = { labels, present: new Uint8Array(this.#steps.count) }
        parts.set(labels.key(), part)
      }
      part.present[k] = 1
    }
    for (const { labels, present } of parts.values()) {
      collector.add(labels, series.values, present, series.histograms)
    }
  }

  #mustHaveInfo(): boolean {
    return [...this.#conditions.data.values()].flat().some((matcher) => !valueTest(matcher)(''))
  }

  #joined(base: Labels, info: readonly InfoSeries[]): Labels {
    const { data } = this.#conditions
    const added = new Map<string, string>()
    for (const { labels } of info) {
      for (const [name, value] of labels) {
        if (name === METRIC_NAME || (data.size > 0 && !data.has(name))) continue
        if ((added.get(name) ?? value) !== value) throw executionError(`conflicting label: ${name}`)
        if (!base.has(name)) added.set(name, value)
      }
    }
    return added.size === 0 ? base : Labels.fromFlat([...base.flat, ...[...added].flat()])
  }
}

function targetOf(labels: Labels): string {
  return IDENTIFYING.map((name) => `${labels.get(name).length}:${labels.get(name)}`).join('')
}

function twoAtOnce(a: InfoSeries, b: InfoSeries, k: number): Error {
  const timeMs = Math.round(a.times[k]! * 1000)
  return executionError(
    `found duplicate series for info metric: existing ${labelsText(unmarked(a.labels))} @ ${timeMs}, new ${labelsText(unmarked(b.labels))} @ ${timeMs}`,
  )
}
