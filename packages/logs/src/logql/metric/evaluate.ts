import { METRIC_NAME, SampleColumns, WeirError } from '@weir/model'
import {
  MemoryQueryable,
  type QueryOptions,
  type QueryResult,
  instantQuery,
  rangeQuery,
} from '@weir/promql'
import type { LogSource } from '../../source.ts'
import type { BinaryExpr, MetricExpr, RangeOperation, VectorAggregation } from '../ast.ts'
import type { Guard } from '../guard.ts'
import { groupingText, modifiersText, numberText } from './promql-text.ts'
import { rangeSeries } from './range-series.ts'
import type { StepSeries } from './step-series.ts'
import type { Steps } from './steps.ts'

/** Steps lie so far apart in the engine's time. */
const STEP_MS = 1000
const NO_NAMES: ReadonlySet<string> = new Set()

/** What may be summed up while it is counted: a sum of its windows is the window of the sum. */
const ADDS_UP: readonly RangeOperation[] = [
  'count_over_time',
  'rate',
  'bytes_over_time',
  'bytes_rate',
  'sum_over_time',
]

/**
 * The metric half of LogQL. Range aggregations are evaluated here, from lines to a value at each step; all
 * around them means what it means in PromQL, so it is asked of that engine: each range aggregation becomes a
 * series selector over its values, which lie exactly on the steps.
 *
 * Steps are numbered, and lie a second apart in that engine's time: it then needs no nanoseconds, and a
 * lookback of a millisecond never reaches the step before.
 *
 * One thing differs: what is divided by zero is NaN in LogQL, and infinite in PromQL. So the right side of a
 * division is evaluated by itself, and its zeros are made NaN.
 */
export class MetricEvaluation {
  readonly #source: LogSource
  readonly #steps: Steps
  readonly #guard: Guard
  readonly #options: QueryOptions
  readonly #values = new MemoryQueryable()
  #leaves = 0

  constructor(source: LogSource, steps: Steps, guard: Guard, options: QueryOptions) {
    this.#source = source
    this.#steps = steps
    this.#guard = guard
    this.#options = { ...options, lookbackMs: 1, maxSamples: guard.limits.samplesMax }
  }

  /** The value at every step; a matrix whose times are numbers of steps. */
  async range(expr: MetricExpr): Promise<QueryResult> {
    return this.#atSteps(await this.#text(expr, NO_NAMES))
  }

  /** The value at the first step: a vector or a scalar, sorted where the query sorts. */
  async instant(expr: MetricExpr): Promise<QueryResult> {
    const text = await this.#text(expr, NO_NAMES)
    const options = this.#options
    return asked(() => instantQuery(this.#values, { expr: text, timeMs: 0, options }))
  }

  #atSteps(expr: string): QueryResult {
    const endMs = (this.#steps.count - 1) * STEP_MS
    const times = { startMs: 0, endMs, stepMs: STEP_MS }
    const { value, ...rest } = asked(() =>
      rangeQuery(this.#values, { expr, ...times, options: this.#options }),
    )
    if (value.kind !== 'matrix') return { value, ...rest }
    const series = value.series.map((one) => ({
      ...one,
      times: one.times.map((time) => time / STEP_MS),
    }))
    return { value: { kind: 'matrix', series }, ...rest }
  }

  /** An expression in PromQL, when its leaves are there. */
  async #text(expr: MetricExpr, also: ReadonlySet<string>): Promise<string> {
    switch (expr.kind) {
      case 'number':
        return numberText(expr.value)
      case 'vector':
        return `vector(${numberText(expr.value)})`
      case 'range': {
        const leaf = { range: expr, grouping: expr.grouping, also }
        return this.#leaf(await rangeSeries(this.#source, leaf, this.#steps, this.#guard))
      }
      case 'aggregation':
        return this.#aggregation(expr, also)
      case 'binary':
        return this.#binary(expr, also)
      case 'label_replace': {
        const inside = await this.#text(expr.expr, new Set([...also, expr.source]))
        const texts = [expr.target, expr.replacement, expr.source, expr.regex]
        return `label_replace(${inside}, ${texts.map((text) => JSON.stringify(text)).join(', ')})`
      }
      default:
        return expr satisfies never
    }
  }

  async #aggregation(expr: VectorAggregation, also: ReadonlySet<string>): Promise<string> {
    const { operation, grouping, parameter } = expr
    const inside = await this.#grouped(expr, also)
    if (operation === 'sort' || operation === 'sort_desc') return `${operation}(${inside})`
    const name = operation === 'approx_topk' ? 'topk' : operation
    const by = grouping === undefined ? '' : `${groupingText(grouping)} `
    return `${name} ${by}(${parameter === undefined ? '' : `${parameter}, `}${inside})`
  }

  async #grouped(
    { operation, grouping, expr }: VectorAggregation,
    also: ReadonlySet<string>,
  ): Promise<string> {
    const isAddedUp =
      operation === 'sum' &&
      expr.kind === 'range' &&
      expr.grouping === undefined &&
      ADDS_UP.includes(expr.operation)
    if (isAddedUp) {
      const leaf = { range: expr, grouping: grouping ?? { without: false, names: [] }, also }
      return this.#leaf(await rangeSeries(this.#source, leaf, this.#steps, this.#guard))
    }
    const isPicked = operation.includes('topk') || /^(bottomk|sort)/.test(operation)
    // Behind a grouping by names only these are seen; what is picked keeps its labels.
    const seen = grouping?.without === true || isPicked ? also : NO_NAMES
    const by = grouping?.without === false ? grouping.names : []
    return this.#text(expr, new Set([...seen, ...by]))
  }

  async #binary(expr: BinaryExpr, also: ReadonlySet<string>): Promise<string> {
    const { matching, operator } = expr
    const names = new Set(also)
    if (matching?.on === true) for (const name of matching.names) names.add(name)
    const left = await this.#text(expr.left, names)
    const right =
      operator === '/'
        ? await this.#divisor(expr.right, names)
        : await this.#text(expr.right, names)
    return `(${left} ${operator}${modifiersText(expr)} ${right})`
  }

  async #divisor(expr: MetricExpr, also: ReadonlySet<string>): Promise<string> {
    if (expr.kind === 'number') return numberText(expr.value === 0 ? Number.NaN : expr.value)
    const { value } = this.#atSteps(await this.#text(expr, also))
    const { count } = this.#steps
    const series = value.kind === 'matrix' ? value.series : []
    return this.#leaf(
      series.map(({ labels, times, values }) => {
        const found = new Float64Array(count)
        const isThere = new Uint8Array(count)
        for (let i = 0; i < times.length; i++) {
          found[times[i]!] = values[i] === 0 ? Number.NaN : values[i]!
          isThere[times[i]!] = 1
        }
        return { labels, values: found, isThere }
      }),
    )
  }

  /** Puts series where the engine finds them; gives a selector of them. */
  #leaf(series: readonly StepSeries[]): string {
    const name = `leaf_${this.#leaves++}`
    // In order, so that equal values are sorted alike each time.
    const ordered = series.toSorted((a, b) => a.labels.compare(b.labels))
    for (const { labels, values, isThere } of ordered) {
      const columns = new SampleColumns(values.length)
      for (let k = 0; k < values.length; k++) {
        if (isThere[k] === 1) columns.push(k * STEP_MS, values[k]!)
      }
      this.#values.add(labels.with(METRIC_NAME, name), columns)
    }
    return name
  }
}

const CODES = {
  QUERY_EXECUTION: 'LOGQL_EXECUTION',
  QUERY_PARSE: 'LOGQL_PARSE',
  QUERY_TOO_MANY_SAMPLES: 'LOGQL_TOO_MANY_SAMPLES',
  QUERY_TOO_MUCH_MEMORY: 'LOGQL_TOO_MANY_SAMPLES',
  QUERY_CANCELED: 'LOGQL_CANCELED',
  QUERY_TIMEOUT: 'LOGQL_TIMEOUT',
} as const

/** What the engine refuses, under LogQL's own codes. */
function asked(ask: () => QueryResult): QueryResult {
  try {
    return ask()
  } catch (cause) {
    if (!(cause instanceof WeirError) || !(cause.code in CODES)) throw cause
    throw new WeirError(CODES[cause.code as keyof typeof CODES], cause.message, { cause })
  }
}
