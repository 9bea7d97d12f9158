import { WeirError } from '@weir/model'
import {
  type BinaryExpr,
  type BinaryOperator,
  type Grouping,
  type LabelFilter,
  type LogExpr,
  type LogQLExpr,
  type MetricExpr,
  RANGE_OPERATIONS,
  type RangeAggregation,
  type RangeOperation,
  type Unwrap,
  VECTOR_OPERATIONS,
  type VectorMatching,
  type VectorOperation,
} from '../ast.ts'
import { isUnwrap, readLabelFilter, readLogExpr, readNumber, readStages } from './log-parser.ts'
import { ParseError } from './parse-error.ts'
import { reduceNumbers } from './scalar-reduction.ts'
import type { TokenReader } from './token-reader.ts'

const PRECEDENCE: ReadonlyMap<string, number> = new Map([
  ['or', 1],
  ['and', 2],
  ['unless', 2],
  ['==', 3],
  ['!=', 3],
  ['>', 3],
  ['>=', 3],
  ['<', 3],
  ['<=', 3],
  ['+', 4],
  ['-', 4],
  ['*', 5],
  ['/', 5],
  ['%', 5],
  ['^', 6],
])

/** Parentheses and operators in each other, so deep: queries are walked by recursion. */
const DEPTH_MAX = 200

/** Reads lines or numbers, up to something that cannot belong to it. */
export function readExpr(reader: TokenReader, least = 1, depth = 0): LogQLExpr {
  if (depth > DEPTH_MAX) reader.fail(`an expression nested at most ${DEPTH_MAX} deep`)
  let left = readPrimary(reader, depth)
  for (let chain = depth; ; chain++) {
    const { start } = reader.token
    const operator = reader.token.text.toLowerCase()
    const precedence = isOperand(reader) ? PRECEDENCE.get(operator) : undefined
    if (precedence === undefined || precedence < least) return left
    if (chain > DEPTH_MAX) reader.fail(`an expression of at most ${DEPTH_MAX} operators`)
    reader.skip()
    const modifiers = readModifiers(reader)
    const right = readExpr(reader, operator === '^' ? precedence : precedence + 1, depth + 1)
    left = binary(operator as BinaryOperator, left, right, modifiers, start)
  }
}

function isOperand({ token }: TokenReader): boolean {
  return token.kind === 'operator' || token.kind === 'identifier'
}

type Modifiers = Pick<BinaryExpr, 'returnBool' | 'matching'>

function binary(
  operator: BinaryOperator,
  left: LogQLExpr,
  right: LogQLExpr,
  modifiers: Modifiers,
  start: number,
): MetricExpr {
  for (const side of [left, right]) {
    if (side.kind === 'log') {
      throw new ParseError(
        `want numbers on both sides of ${operator}, got lines; count them first: count_over_time({…}[5m])`,
        side.start,
      )
    }
    if (
      side.kind === 'number' &&
      (operator === 'or' || operator === 'and' || operator === 'unless')
    ) {
      throw new ParseError(
        `want series on both sides of ${operator}, got the number ${side.value}`,
        side.start,
      )
    }
  }
  const expr = { kind: 'binary', operator, left, right, ...modifiers, start } as BinaryExpr
  return reduceNumbers(expr)
}

function readModifiers(reader: TokenReader): Modifiers {
  const returnBool = reader.takeWord('bool')
  const isOn = reader.takeWord('on')
  if (!isOn && !reader.takeWord('ignoring')) return { returnBool }
  const matching: VectorMatching = { on: isOn, names: readNames(reader) }
  for (const side of ['left', 'right'] as const) {
    if (!reader.takeWord(`group_${side}`)) continue
    const include = reader.isOperator('(') ? readNames(reader) : []
    return { returnBool, matching: { ...matching, group: { side, include } } }
  }
  return { returnBool, matching }
}

/** `(a, b)`, which may be empty. */
function readNames(reader: TokenReader): string[] {
  reader.wantOperator('(')
  const names: string[] = []
  while (reader.takeOperator(')') === undefined) {
    if (names.length > 0) reader.wantOperator(',', '"," or ")"')
    names.push(reader.wantName('a label name'))
  }
  return names
}

function readPrimary(reader: TokenReader, depth: number): LogQLExpr {
  const { token } = reader
  if (reader.isOperator('{')) return readLogExpr(reader)
  if (reader.takeOperator('(') !== undefined) {
    const inside = readExpr(reader, 1, depth + 1)
    reader.wantOperator(')')
    return inside
  }
  if (token.kind === 'number' || reader.isOperator('+', '-')) {
    return { kind: 'number', value: readNumber(reader, 'a number'), start: token.start }
  }
  if (token.kind !== 'function') {
    return reader.fail(
      'a stream selector such as {app="x"}, a function such as rate(…), or a number',
    )
  }
  const name = token.text.toLowerCase()
  reader.skip()
  const range = RANGE_OPERATIONS.find((operation) => operation === name)
  if (range !== undefined) return readRangeAggregation(reader, range, token.start)
  const vector = VECTOR_OPERATIONS.find((operation) => operation === name)
  if (vector !== undefined) return readVectorAggregation(reader, vector, token.start, depth)
  switch (name) {
    case 'vector': {
      reader.wantOperator('(')
      const value = Number(reader.want('number', 'a number').value)
      reader.wantOperator(')')
      return { kind: 'vector', value, start: token.start }
    }
    case 'label_replace':
      return readLabelReplace(reader, token.start, depth)
    case 'variants':
      throw new WeirError(
        'LOGQL_UNSUPPORTED',
        'Cannot evaluate variants(…): several queries over one selector are not supported; send them one by one',
      )
    default:
      throw new ParseError(
        `want an aggregation, got ${name}, which stands only inside of one`,
        token.start,
      )
  }
}

function metric(expr: LogQLExpr, where: string): MetricExpr {
  if (expr.kind !== 'log') return expr
  throw new ParseError(
    `want numbers in ${where}, got lines; count them first: count_over_time({…}[5m])`,
    expr.start,
  )
}

function readGrouping(reader: TokenReader): Grouping | undefined {
  const isBy = reader.takeWord('by')
  if (!isBy && !reader.takeWord('without')) return undefined
  return { without: !isBy, names: readNames(reader) }
}

const NEEDS_COUNT: readonly VectorOperation[] = ['topk', 'bottomk', 'approx_topk']

function readVectorAggregation(
  reader: TokenReader,
  operation: VectorOperation,
  start: number,
  depth: number,
): MetricExpr {
  const before = readGrouping(reader)
  reader.wantOperator('(')
  let parameter: number | undefined
  if (reader.token.kind === 'number' && reader.following.text === ',') {
    const { value, start: at } = reader.want('number', 'a number')
    reader.skip()
    if (!NEEDS_COUNT.includes(operation)) {
      throw new ParseError(`want no parameter in ${operation}, got ${value}`, at)
    }
    parameter = Number(value)
    if (!Number.isInteger(parameter) || parameter <= 0) {
      throw new ParseError(`want a whole number above 0 in ${operation}, got ${value}`, at)
    }
  } else if (NEEDS_COUNT.includes(operation)) {
    reader.fail(`how many in ${operation}, such as ${operation}(10, …)`)
  }
  const expr = metric(readExpr(reader, 1, depth + 1), operation)
  reader.wantOperator(')')
  const grouping = before ?? readGrouping(reader)
  if (grouping !== undefined && grouping.names.length > 0 && operation.startsWith('sort')) {
    throw new ParseError(`want no grouping with ${operation}, got one`, start)
  }
  if (grouping !== undefined && operation === 'approx_topk') {
    throw new ParseError('want no grouping with approx_topk, got one', start)
  }
  return {
    kind: 'aggregation',
    operation,
    expr,
    start,
    ...(parameter !== undefined && { parameter }),
    ...(grouping !== undefined && { grouping }),
  }
}

function readLabelReplace(reader: TokenReader, start: number, depth: number): MetricExpr {
  reader.wantOperator('(')
  const expr = metric(readExpr(reader, 1, depth + 1), 'label_replace')
  const texts: string[] = []
  for (const what of [
    'the label to set',
    'its new value',
    'the label to read',
    'a regular expression',
  ]) {
    reader.wantOperator(',')
    texts.push(reader.want('string', `${what}, in quotes`).value)
  }
  reader.wantOperator(')')
  const [target, replacement, source, regex] = texts as [string, string, string, string]
  return { kind: 'label_replace', expr, target, replacement, source, regex, start }
}

const GROUPS: readonly RangeOperation[] = [
  'avg_over_time',
  'stddev_over_time',
  'stdvar_over_time',
  'quantile_over_time',
  'max_over_time',
  'min_over_time',
  'first_over_time',
  'last_over_time',
]
const COUNTS_ONLY: readonly RangeOperation[] = ['count_over_time', 'bytes_rate', 'bytes_over_time']
const TAKES_LINES: readonly RangeOperation[] = [...COUNTS_ONLY, 'rate', 'absent_over_time']

function readRangeAggregation(
  reader: TokenReader,
  operation: RangeOperation,
  start: number,
): RangeAggregation {
  reader.wantOperator('(')
  let parameter: number | undefined
  if (operation === 'quantile_over_time') {
    parameter = readNumber(reader, 'which quantile, such as quantile_over_time(0.95, …)')
    reader.wantOperator(',')
  }
  const range = readLogRange(reader)
  reader.wantOperator(')')
  const grouping = readGrouping(reader)
  const { unwrap } = range
  if (unwrap !== undefined && COUNTS_ONLY.includes(operation)) {
    throw new ParseError(`want no unwrap in ${operation}, which counts lines`, start)
  }
  if (unwrap === undefined && !TAKES_LINES.includes(operation)) {
    throw new ParseError(
      `want a value for ${operation}, such as {…} | json | unwrap took [5m]`,
      start,
    )
  }
  if (grouping !== undefined && !GROUPS.includes(operation)) {
    throw new ParseError(
      `want no grouping with ${operation}; group outside of it: sum by (…) (…)`,
      start,
    )
  }
  return {
    kind: 'range',
    operation,
    log: range.log,
    rangeNs: BigInt(range.rangeNs),
    offsetNs: BigInt(range.offsetNs),
    start,
    ...(parameter !== undefined && { parameter }),
    ...(unwrap !== undefined && { unwrap }),
    ...(grouping !== undefined && { grouping }),
  }
}

interface LogRange {
  log: LogExpr
  rangeNs: number
  offsetNs: number
  unwrap: Unwrap | undefined
}

/** The range may stand before the stages or behind them, inside of parentheses or outside. */
function readLogRange(reader: TokenReader): LogRange {
  const { start } = reader.token
  const found = readRangeParts(reader, 0)
  if (found.rangeNs === 0) reader.fail('a range such as [5m]')
  return { ...found, log: { ...found.log, start } }
}

function readRangeParts(reader: TokenReader, depth: number): LogRange {
  if (depth > DEPTH_MAX) reader.fail(`parentheses nested at most ${DEPTH_MAX} deep`)
  let parts: LogRange
  if (reader.takeOperator('(') !== undefined) {
    parts = readRangeParts(reader, depth + 1)
    reader.wantOperator(')')
  } else {
    parts = { log: readLogExpr(reader), rangeNs: 0, offsetNs: 0, unwrap: undefined }
  }
  for (;;) {
    const range = parts.rangeNs === 0 ? reader.take('range') : undefined
    if (range !== undefined) {
      parts.rangeNs = range.ns
      if (reader.takeWord('offset')) {
        parts.offsetNs = reader.want('duration', 'a duration such as 1h after offset').ns
      }
      const stages = parts.log.stages.length === 0 ? readStages(reader) : []
      if (stages.length > 0) parts.log = { ...parts.log, stages }
    } else if (parts.unwrap === undefined && isUnwrap(reader)) {
      parts.unwrap = readUnwrap(reader)
    } else {
      return parts
    }
  }
}

function readUnwrap(reader: TokenReader): Unwrap {
  reader.skip()
  reader.skip()
  const conversion = (['bytes', 'duration', 'duration_seconds'] as const).find(
    (word) => reader.token.kind === 'function' && reader.isWord(word),
  )
  if (conversion !== undefined) {
    reader.skip()
    reader.wantOperator('(')
  }
  const name = reader.wantName('the label to unwrap')
  if (conversion !== undefined) reader.wantOperator(')')
  const filters: LabelFilter[] = []
  while (reader.takeOperator('|') !== undefined) filters.push(readLabelFilter(reader, 0, 0))
  return { name, filters, ...(conversion !== undefined && { conversion }) }
}
