import { Labels, METRIC_NAME, STALE_MARKER, SampleColumns, WeirError } from '@weir/model'
import { MemoryQueryable } from '../memory-queryable.ts'
import { parseDuration } from '../parse/duration.ts'
import { parseExpr } from '../parse/parse.ts'
import { instantQuery, rangeQuery } from '../query.ts'
import type { QueryResult } from '../result.ts'
import { formatValue } from '../value-text.ts'

/**
 * Runs answer scripts in the `.test` form of Prometheus:
 *
 * ```
 * load 15s
 *   requests_total{job="a"} 0+30x8 _ stale
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
 * Lines: `load STEP`, `clear`, `eval[_fail|_warn|_info|_ordered] …`, below an eval `expect
 * fail|warn|info|no_warn|no_info|ordered [msg:TEXT|regex:TEXT]` and the series wanted. `#` begins a
 * comment. Values: `1`, `_` (none), `stale`, `1+2x3` (four values), `1x3`, `_x3`, `NaN`, `Inf`.
 */

/** A case of a script whose answer was not the one wanted. */
export interface ScriptFailure {
  /** Line of the script, from 1. */
  readonly line: number
  readonly message: string
}

interface Expectation {
  readonly what: string
  readonly text: string
  readonly isRegex: boolean
}

/**
 * A value, a gap or a stale marker. The marker goes by name: a plain array of numbers may keep
 * only that it is a NaN, not which.
 */
type Item = number | 'stale' | undefined

/** A command with the indented lines below it. */
interface Command {
  readonly line: number
  readonly head: string
  readonly body: string[]
}

const INSTANT = /^eval(_\w+)? +instant +at +(\S+) +(.*)$/
const RANGE = /^eval(_\w+)? +range +from +(\S+) +to +(\S+) +step +(\S+) +(.*)$/
const FEATURES: ReadonlySet<string> = new Set(['promql-experimental-functions'])

/** Runs a script from its first line to its last; an empty answer means that all is as wanted. */
export function runScript(text: string): ScriptFailure[] {
  let memory = new MemoryQueryable()
  const failures: ScriptFailure[] = []
  for (const command of commandsOf(text)) {
    try {
      if (command.head === 'clear') memory = new MemoryQueryable()
      else if (command.head.startsWith('load ')) load(memory, command)
      else if (command.head.startsWith('eval')) evaluate(memory, command)
      else throw new Mismatch(`want load, clear or eval, got "${command.head}"`)
    } catch (error) {
      if (!(error instanceof Mismatch)) throw error
      failures.push({ line: command.line, message: error.message })
    }
  }
  return failures
}

class Mismatch extends Error {}

function commandsOf(text: string): Command[] {
  const commands: Command[] = []
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.replace(/^\s*#.*$/, '').trimEnd()
    if (line.trim() === '') continue
    const last = commands.at(-1)
    if (/^\s/.test(line) && last !== undefined) last.body.push(line.trim())
    else commands.push({ line: index + 1, head: line.trim(), body: [] })
  }
  return commands
}

function load(memory: MemoryQueryable, { head, body }: Command): void {
  const stepMs = parseDuration(head.replace(/^load +/, ''))
  for (const line of body) {
    const { labels, values } = seriesLine(line)
    const columns = new SampleColumns(values.length)
    for (const [i, value] of values.entries()) {
      if (value !== undefined) columns.push(i * stepMs, value === 'stale' ? STALE_MARKER : value)
    }
    memory.add(labels, columns)
  }
}

/** `name{a="b"} 1 2 3`: where the labels end and the values begin. */
function seriesLine(line: string): { labels: Labels; values: Item[] } {
  const found = /^((?:[^\s{]+)?\s*(?:\{(?:[^"}]|"(?:[^"\\]|\\.)*")*\})?)\s*(.*)$/.exec(line)
  const name = found?.[1]?.trim() ?? ''
  return { labels: labelsOf(name), values: valuesOf(found?.[2] ?? '') }
}

function labelsOf(text: string): Labels {
  if (text === '{}') return Labels.EMPTY
  const expr = parseExpr(/^\{\s*\w+\s*=/.test(text) ? text.replace('{', '{__name__!="",') : text)
  if (expr.kind !== 'selector') throw new Mismatch(`want a series, got "${text}"`)
  return Labels.fromFlat(
    expr.matchers
      .filter(({ name, operator }) => !(name === METRIC_NAME && operator === '!='))
      .flatMap(({ name, value }) => [name, value]),
  )
}

function valuesOf(text: string): Item[] {
  return text
    .split(/\s+/)
    .filter((item) => item !== '')
    .flatMap(valuesOfItem)
}

function valuesOfItem(item: string): Item[] {
  const repeated = /^(.+?)x(\d+)$/.exec(item)
  const count = Number(repeated?.[2] ?? 0)
  const base = repeated === null || item.startsWith('0x') ? item : repeated[1]!
  if (base === '_') return Array.from({ length: Math.max(1, count) }, () => undefined)
  if (base === 'stale') return Array.from({ length: count + 1 }, () => 'stale' as const)
  const sum = /^([+-]?(?:[\d.]+(?:e[+-]?\d+)?|inf|nan))([+-](?:[\d.]+(?:e[+-]?\d+)?))?$/i.exec(base)
  if (sum === null) throw new Mismatch(`want a value, got "${item}"`)
  const first = numberOf(sum[1]!)
  const step = sum[2] === undefined ? 0 : numberOf(sum[2])
  return Array.from({ length: count + 1 }, (_, i) => first + (i === 0 ? 0 : i * step))
}

function numberOf(text: string): number {
  return Number(text.replace(/inf/i, 'Infinity').replace(/nan/i, 'NaN'))
}

function evaluate(memory: MemoryQueryable, command: Command): void {
  const instant = INSTANT.exec(command.head)
  const range = RANGE.exec(command.head)
  const flag = instant?.[1] ?? range?.[1]
  const expectations: Expectation[] = command.body
    .filter((line) => line.startsWith('expect '))
    .map((line) => {
      const [, what = '', kind = '', text = ''] =
        /^expect (\w+)(?: (msg|regex):(.*))?$/.exec(line) ?? []
      return { what, text: text.trim(), isRegex: kind === 'regex' }
    })
  if (flag !== undefined) expectations.push({ what: flag.slice(1), text: '', isRegex: false })
  const wanted = command.body.filter((line) => !line.startsWith('expect '))
  const options = { features: FEATURES }
  let result: QueryResult
  let stepCount = 1
  try {
    if (instant !== null) {
      const timeMs = parseDuration(instant[2]!)
      result = instantQuery(memory, { expr: instant[3]!, timeMs, options })
    } else if (range !== null) {
      const [startMs, endMs, stepMs] = [range[2]!, range[3]!, range[4]!].map(parseDuration)
      stepCount = Math.floor((endMs! - startMs!) / stepMs!) + 1
      result = rangeQuery(memory, {
        expr: range[5]!,
        startMs: startMs!,
        endMs: endMs!,
        stepMs: stepMs!,
        options,
      })
      compareMatrix(result, wanted, { startMs: startMs!, stepMs: stepMs!, stepCount })
    } else throw new Mismatch(`want eval instant or eval range, got "${command.head}"`)
  } catch (error) {
    if (!(error instanceof WeirError)) throw error
    const fail = expectations.find(({ what }) => what === 'fail')
    if (fail === undefined) throw new Mismatch(`failed: ${error.message}`, { cause: error })
    if (!fits(error.message, fail)) {
      throw new Mismatch(`want failure "${fail.text}", got "${error.message}"`, { cause: error })
    }
    return
  }
  checkExpectations(result, expectations)
  if (instant !== null) {
    compareInstant(
      result,
      wanted,
      expectations.some(({ what }) => what === 'ordered'),
    )
  }
}

function fits(message: string, { text, isRegex }: Expectation): boolean {
  return isRegex ? new RegExp(text).test(message) : message.includes(text)
}

function checkExpectations(result: QueryResult, expectations: readonly Expectation[]): void {
  for (const expectation of expectations) {
    const { what, text } = expectation
    const list = what.endsWith('warn') ? result.warnings : result.infos
    if (what === 'fail') throw new Mismatch('want a failure, got an answer')
    if ((what === 'warn' || what === 'info') && !list.some((each) => fits(each, expectation))) {
      throw new Mismatch(`want ${what} "${text}", got ${JSON.stringify(list)}`)
    }
    if ((what === 'no_warn' || what === 'no_info') && list.length > 0) {
      throw new Mismatch(`want ${what}, got ${JSON.stringify(list)}`)
    }
  }
}

function compareInstant(
  { value }: QueryResult,
  wanted: readonly string[],
  isOrdered: boolean,
): void {
  switch (value.kind) {
    case 'scalar': {
      const want = numberOf(wanted[0] ?? '')
      if (!near(want, value.value)) throw new Mismatch(`want ${want}, got ${value.value}`)
      return
    }
    case 'string':
      if (JSON.stringify(value.value) !== wanted[0]) {
        throw new Mismatch(`want ${wanted[0]}, got ${JSON.stringify(value.value)}`)
      }
      return
    case 'vector': {
      const got = value.series.map(({ labels, value: each }) => ({ labels, values: [each] }))
      compareSeries(got, wanted, isOrdered)
      return
    }
    case 'matrix':
      compareSeries(
        value.series.map(({ labels, values }) => ({ labels, values: [...values] })),
        wanted,
        false,
      )
      return
    default:
      value satisfies never
  }
}

function compareMatrix(
  { value }: QueryResult,
  wanted: readonly string[],
  grid: { readonly startMs: number; readonly stepMs: number; readonly stepCount: number },
): void {
  if (value.kind !== 'matrix') throw new Mismatch(`want a matrix, got a ${value.kind}`)
  const got = value.series.map(({ labels, times, values }) => {
    const onGrid: (number | undefined)[] = Array.from({ length: grid.stepCount }, () => undefined)
    for (const [i, time] of times.entries()) {
      onGrid[(time - grid.startMs) / grid.stepMs] = values[i]!
    }
    return { labels, values: onGrid }
  })
  compareSeries(got, wanted, false)
}

interface Answer {
  readonly labels: Labels
  readonly values: readonly Item[]
}

function compareSeries(
  got: readonly Answer[],
  wanted: readonly string[],
  isOrdered: boolean,
): void {
  const want = wanted.map(seriesLine)
  const rest = [...got]
  for (const [i, { labels, values }] of want.entries()) {
    const at = rest.findIndex((answer) => answer.labels.equals(labels))
    const shown = `${labels.toString()} ${show(values)}`
    if (at < 0) throw new Mismatch(`want ${shown}, got no such series among ${list(got)}`)
    if (isOrdered && !got[i]?.labels.equals(labels)) {
      throw new Mismatch(`want ${shown} at place ${i + 1}, got ${list(got)}`)
    }
    const [found] = rest.splice(at, 1)
    const length = Math.max(values.length, found!.values.length)
    for (let k = 0; k < length; k++) {
      if (!near(values[k], found!.values[k])) {
        throw new Mismatch(`want ${shown}, got ${show(found!.values)}`)
      }
    }
  }
  if (rest.length > 0) throw new Mismatch(`want nothing more, got ${list(rest)}`)
}

function list(answers: readonly Answer[]): string {
  return (
    answers.map(({ labels, values }) => `${labels.toString()} ${show(values)}`).join(', ') ||
    'nothing'
  )
}

function show(values: readonly Item[]): string {
  return values
    .map((value) => (typeof value === 'number' ? formatValue(value) : (value ?? '_')))
    .join(' ')
}

/** Prometheus's own scripts compare within 1e-6 of the value. */
const RELATIVE_MAX = 1e-6

function near(a: Item, b: Item): boolean {
  if (typeof a !== 'number' || typeof b !== 'number') return a === b
  if (Object.is(a, b) || a === b) return true
  return Math.abs(a - b) <= RELATIVE_MAX * Math.max(Math.abs(a), Math.abs(b))
}
