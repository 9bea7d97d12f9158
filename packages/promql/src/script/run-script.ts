import { STALE_MARKER, SampleColumns, WeirError } from '@weir/model'
import { formatExpr } from '../format.ts'
import { SCRIPT_FEATURES } from '../features.ts'
import { MemoryQueryable } from '../memory-queryable.ts'
import { parseDuration } from '../parse/duration.ts'
import { parseExpr } from '../parse/parse.ts'
import { instantQuery, rangeQuery } from '../query.ts'
import type { QueryResult, QueryValue } from '../result.ts'
import { type Command, type Evaluation, commandsOf, readEvaluation } from './commands.ts'
import { type Answer, compareSeries, isNear } from './compare.ts'
import { customBucketSeries } from './custom-buckets.ts'
import { Mismatch } from './mismatch.ts'
import { pinnedAt } from './pinned.ts'
import { readNumber, readSeriesLine } from './series-line.ts'

/**
 * Runs answer scripts in the `.test` form of Prometheus:
 *
 * ```
 * load 15s
 *   requests_total{job="a"} 0+30x8 _ stale
 *   latency{job="a"} {{schema:0 sum:3 count:2 buckets:[1 1]}}x8
 *
 * eval instant at 2m rate(requests_total[1m])
 *   {job="a"} 2
 *
 * eval range from 0 to 1m step 30s requests_total
 *   requests_total{job="a"} 0 60 120
 *
 * eval instant at 2m requests_total +
 *   expect fail
 * ```
 *
 * Each instant question is asked as the middle step of a range too, and again from five other moments
 * with its selectors pinned by `@`: the answers must be the same.
 *
 * @see prometheus:promql/promqltest/README.md
 */

/** A case of a script whose answer was not the one wanted. */
export interface ScriptFailure {
  /** Line of the script, from 1. */
  readonly line: number
  readonly message: string
}

export interface ScriptOptions {
  /** Feature flags that are on; all of them unless told. */
  readonly features?: ReadonlySet<string>
}

/** Runs a script from its first line to its last; an empty answer means that all is as wanted. */
export function runScript(
  text: string,
  { features = SCRIPT_FEATURES }: ScriptOptions = {},
): ScriptFailure[] {
  let memory = new MemoryQueryable()
  const failures: ScriptFailure[] = []
  for (const command of commandsOf(text)) {
    try {
      if (command.head === 'clear') memory = new MemoryQueryable()
      else if (command.head.startsWith('load')) load(memory, command)
      else if (command.head.startsWith('eval')) new Case(memory, features, command).run()
      else throw new Mismatch(`want load, clear or eval, got "${command.head}"`)
    } catch (error) {
      if (!(error instanceof Mismatch)) throw error
      failures.push({ line: command.line, message: error.message })
    }
  }
  return failures
}

function load(memory: MemoryQueryable, { head, body }: Command): void {
  const found = /^load(_with_nhcb)?\s+(\S+)$/.exec(head)
  if (found === null) throw new Mismatch(`want "load STEP" or "load_with_nhcb STEP", got "${head}"`)
  const stepMs = parseDuration(found[2]!)
  const series = body.map(readSeriesLine)
  if (found[1] !== undefined) series.push(...customBucketSeries(series))
  for (const { labels, items } of series) {
    const columns = new SampleColumns(items.length)
    for (const [i, item] of items.entries()) {
      if (item === undefined) continue
      if (typeof item === 'object') columns.pushHistogram(i * stepMs, item.histogram)
      else columns.push(i * stepMs, item === 'stale' ? STALE_MARKER : item)
    }
    memory.add(labels, columns)
  }
}

const RANGE_STEP_MS = 60_000

/** One question of a script with the answer it wants. */
class Case {
  readonly #memory: MemoryQueryable
  readonly #features: ReadonlySet<string>
  readonly #wants: Evaluation

  constructor(memory: MemoryQueryable, features: ReadonlySet<string>, command: Command) {
    this.#memory = memory
    this.#features = features
    this.#wants = readEvaluation(command)
  }

  run(): void {
    const { expr, startMs, stepMs } = this.#wants
    if (stepMs > 0) {
      const result = this.#ask(expr, () => this.#range(expr, this.#wants))
      if (result !== undefined) this.#compare(result.value)
      return
    }
    this.#instantly(expr, startMs)
    for (const [text, timeMs] of this.#pinned(expr, startMs)) {
      try {
        this.#instantly(text, timeMs)
      } catch (error) {
        if (!(error instanceof Mismatch)) throw error
        throw new Mismatch(`asked as "${text}" at ${timeMs} ms: ${error.message}`, { cause: error })
      }
    }
  }

  #range(
    expr: string,
    { startMs, endMs, stepMs }: Pick<Evaluation, 'startMs' | 'endMs' | 'stepMs'>,
  ): QueryResult {
    const options = { features: this.#features }
    return rangeQuery(this.#memory, { expr, startMs, endMs, stepMs, options })
  }

  #instantly(expr: string, timeMs: number): void {
    const options = { features: this.#features }
    const result = this.#ask(expr, () => instantQuery(this.#memory, { expr, timeMs, options }))
    if (result === undefined) return
    const { value } = result
    this.#compare(value)
    const isOrdered = this.#expects('ordered')
    // What start() and its sisters say depends on the range.
    const isFixed = !/(start|end|range|step)\(\)/.test(expr)
    if (isOrdered || !isFixed || (value.kind !== 'vector' && value.kind !== 'scalar')) return
    const startMs = timeMs - RANGE_STEP_MS
    const grid = { startMs, endMs: timeMs + RANGE_STEP_MS, stepMs: RANGE_STEP_MS }
    try {
      this.#compare(middleOf(this.#range(expr, grid).value, timeMs, value.kind))
    } catch (error) {
      if (error instanceof Mismatch) {
        throw new Mismatch(`as a step of a range query: ${error.message}`, { cause: error })
      }
      if (!(error instanceof WeirError)) throw error
      throw new Mismatch(`as a step of a range query failed: ${error.message}`, { cause: error })
    }
  }

  /** The query with its selectors held at its time, and other times to ask it at. */
  #pinned(text: string, timeMs: number): (readonly [text: string, timeMs: number])[] {
    let expr
    try {
      expr = pinnedAt(parseExpr(text, this.#features), timeMs)
    } catch (error) {
      if (error instanceof WeirError) return []
      throw error
    }
    if (expr === undefined) return []
    const moments =
      timeMs === 0
        ? [-1000, 0, 1000]
        : [-10 * timeMs, 0, Math.trunc(timeMs / 5), timeMs, 10 * timeMs]
    const pinned = formatExpr(expr)
    return moments.map((moment) => [pinned, moment])
  }

  #expects(what: string): boolean {
    return this.#wants.expectations.some((expectation) => expectation.what === what)
  }

  /** The result, once failure and annotations are as wanted; undefined when it failed as it should. */
  #ask(expr: string, query: () => QueryResult): QueryResult | undefined {
    let result: QueryResult
    try {
      result = query()
    } catch (error) {
      if (!(error instanceof WeirError)) throw error
      const failures = this.#wants.expectations.filter(({ what }) => what === 'fail')
      if (failures.length === 0) throw new Mismatch(`failed: ${error.message}`, { cause: error })
      const missed = failures.find((each) => !each.fits(error.message))
      if (missed === undefined) return undefined
      throw new Mismatch(`want failure "${missed.shown}", got "${error.message}"`, { cause: error })
    }
    if (this.#expects('fail')) throw new Mismatch(`want a failure, got an answer to ${expr}`)
    this.#checkAnnotations('warn', result.warnings)
    this.#checkAnnotations('info', result.infos)
    return result
  }

  /** Each expectation must be met, and where there are some, nothing else may be said. */
  #checkAnnotations(what: 'warn' | 'info', said: readonly string[]): void {
    if (this.#expects(`no_${what}`) && said.length > 0) {
      throw new Mismatch(`want no_${what}, got ${JSON.stringify(said)}`)
    }
    const wanted = this.#wants.expectations.filter((expectation) => expectation.what === what)
    for (const expectation of wanted) {
      if (!said.some((one) => expectation.fits(one))) {
        throw new Mismatch(`want ${what} "${expectation.shown}", got ${JSON.stringify(said)}`)
      }
    }
    const more = said.find((one) => wanted.length > 0 && !wanted.some((each) => each.fits(one)))
    if (more !== undefined) throw new Mismatch(`want no other ${what}, got "${more}"`)
  }

  #compare(value: QueryValue): void {
    const { wanted, text } = this.#wants
    switch (value.kind) {
      case 'scalar': {
        const want = readNumber(wanted[0] ?? '')
        if (!isNear(want, value.value)) throw new Mismatch(`want ${want}, got ${value.value}`)
        return
      }
      case 'string':
        if (text !== value.value) {
          throw new Mismatch(`want ${JSON.stringify(text)}, got ${JSON.stringify(value.value)}`)
        }
        return
      case 'vector':
      case 'matrix':
        compareSeries(this.#answers(value), wanted.map(readSeriesLine), this.#expects('ordered'))
        return
      default:
        value satisfies never
    }
  }

  #answers(value: QueryValue & { kind: 'vector' | 'matrix' }): Answer[] {
    if (value.kind === 'vector') {
      return value.series.map(({ labels, value: number, histogram }) => ({
        labels,
        items: [histogram ?? number],
      }))
    }
    const { stepMs, vectorTimes } = this.#wants
    const grid = stepMs > 0 ? this.#wants : vectorTimes
    return value.series.map(({ labels, times, values, histograms }) => {
      const items: Answer['items'][number][] = []
      for (const [i, time] of times.entries()) {
        const sample = histograms?.[i] ?? values[i]!
        if (grid === undefined) items.push(sample)
        else items[(time - grid.startMs) / grid.stepMs] = sample
      }
      return { labels, items: Array.from(items) }
    })
  }
}

/** One step of a range query's answer as what an instant query gives. */
function middleOf(value: QueryValue, timeMs: number, kind: 'vector' | 'scalar'): QueryValue {
  if (value.kind !== 'matrix') return value
  const series = value.series.flatMap(({ labels, times, values, histograms }) => {
    const i = times.indexOf(timeMs)
    if (i < 0) return []
    const histogram = histograms?.[i]
    return [{ labels, timeMs, value: values[i]!, ...(histogram && { histogram }) }]
  })
  if (kind === 'vector') return { kind, series }
  return { kind, timeMs, value: series[0]?.value ?? Number.NaN }
}
