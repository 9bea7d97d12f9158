import { METRIC_NAME, type Matcher, WeirError } from '@weir/model'
import {
  type Aggregation,
  type Aggregator,
  type At,
  type Binary,
  type BinaryOperator,
  type Call,
  type DurationExpr,
  type Expr,
  type MatrixSelector,
  type Matching,
  type Subquery,
  type VectorSelector,
} from '../ast.ts'
import { EXPERIMENTAL_FUNCTIONS, EXTENDED_RANGE_SELECTORS, FILL_MODIFIERS } from '../features.ts'
import { FUNCTIONS } from '../functions.ts'
import { REGEX_SIZE_MAX, compileRegex, compiledSize } from '../regex.ts'
import { quoted } from '../value-text.ts'
import { DurationParser } from './duration-expression.ts'
import { NESTING_MAX, chainTooLong } from './nesting.ts'
import { type Token, lex, unquote } from './lexer.ts'
import { millisOf, readNumber } from './number.ts'
import { ParseError } from './parse-error.ts'

/**
 * Tokens to tree, by precedence climbing.
 *
 * Why not a generated parser: the published Lezer grammar of PromQL is made for highlighting. It
 * reads `1 + a offset 5m` as `(1 + a) offset 5m`, `-1 ^ 2` as `(-1) ^ 2` and `-a[5m]` as
 * `(-a)[5m]`, and knows no error messages; the tree would have to be rebuilt and each error found
 * again. It serves as a witness in the tests instead.
 *
 * Lowest first: `or`; `and unless`; comparisons; `+ -`; `* / % atan2`; `^` (right-associative). A
 * sign binds like `*`, so `-1 ^ 2` is -1; `[…]`, `offset` and `@` bind tightest.
 */
const PRECEDENCE: ReadonlyMap<string, number> = new Map([
  ['or', 1],
  ['and', 2],
  ['unless', 2],
  ...['==', '!=', '<', '>', '<=', '>=', '</', '>/'].map((op): [string, number] => [op, 3]),
  ['+', 4],
  ['-', 4],
  ...['*', '/', '%', 'atan2'].map((op): [string, number] => [op, 5]),
  ['^', 6],
])
const SIGN_PRECEDENCE = 5
const POW_PRECEDENCE = 6

/** Most matchers in one selector: each one costs a pass over the series that are left. */
const MATCHERS_MAX = 1000

const WITH_PARAMETER: ReadonlySet<string> = new Set([
  'topk',
  'bottomk',
  'count_values',
  'quantile',
  'limitk',
  'limit_ratio',
])

/** Words that are no metric names unless quoted. */
const NEVER_A_NAME: ReadonlySet<string> = new Set([
  'bool',
  'on',
  'ignoring',
  'group_left',
  'group_right',
])

/** Keywords that are functions too. */
const FUNCTION_WORDS: ReadonlySet<string> = new Set([
  'start',
  'end',
  'step',
  'range',
  'min_of',
  'max_of',
])

const NO_MATCHING: Matching = { on: false, labels: [], many: 'none', include: [] }

export class Parser {
  readonly #tokens: readonly Token[]
  readonly #features: ReadonlySet<string>
  readonly #durations: DurationParser
  #next = 0
  #depth = 0
  readonly #regexes = new Set<string>()
  #regexesSize = 0
  /** What unexpected tokens are in where nothing nearer says so. */
  #context = ''

  constructor(text: string, features: ReadonlySet<string>) {
    this.#tokens = lex(text)
    this.#features = features
    this.#durations = new DurationParser({
      token: () => this.#token,
      take: () => this.#take(),
      unexpected: (context, expected) => this.#unexpected(context, expected),
      nested: (read) => this.#nested(read),
    })
  }

  /** A query, or a rule that somebody writes, may be made of many that are each within bounds. */
  #regexProblem(pattern: string): string | undefined {
    if (!this.#regexes.has(pattern)) {
      this.#regexes.add(pattern)
      this.#regexesSize += compiledSize(pattern)
    }
    if (this.#regexes.size > 1 && this.#regexesSize > REGEX_SIZE_MAX) {
      return 'expressions too large in all'
    }
    const made = compileRegex(pattern)
    return typeof made === 'string' ? made : undefined
  }

  /** The whole text as one expression. */
  whole(): Expr {
    if (this.#is('end of input')) {
      throw new ParseError('no expression found in input', this.#token.end === 0 ? -1 : 0)
    }
    const expr = this.#expression(0)
    if (!this.#is('end of input')) throw this.#unexpected('')
    return expr
  }

  get #token(): Token {
    return this.#tokens[this.#next]!
  }

  #is(kind: Token['kind'], text?: string): boolean {
    const token = this.#token
    return token.kind === kind && (text === undefined || token.text.toLowerCase() === text)
  }

  #take(): Token {
    const token = this.#token
    if (this.#next < this.#tokens.length - 1) this.#next++
    return token
  }

  #takeIf(kind: Token['kind'], text: string): boolean {
    if (!this.#is(kind, text)) return false
    this.#take()
    return true
  }

  #want(kind: Token['kind'], text: string, context: string): Token {
    if (this.#is(kind, text)) return this.#take()
    throw this.#unexpected(context, `"${text}"`)
  }

  /** Where the newest token ended. */
  get #end(): number {
    return this.#tokens[this.#next - 1]?.end ?? 0
  }

  #unexpected(context: string, expected = ''): ParseError {
    const token = this.#token
    if (token.kind === 'error') return new ParseError(token.text, token.start)
    const place = context === '' ? this.#context : context
    const where = place === '' ? '' : ` in ${place}`
    const instead = expected === '' ? '' : `, expected ${expected}`
    return new ParseError(`unexpected ${describe(token)}${where}${instead}`, token.start)
  }

  #nested<T>(read: () => T): T {
    this.#depth++
    if (this.#depth > NESTING_MAX) {
      throw new WeirError(
        'QUERY_PARSE',
        `Cannot read query: want at most ${NESTING_MAX} levels of nesting, got more`,
      )
    }
    const result = read()
    this.#depth--
    return result
  }

  #expression(precedenceMin: number): Expr {
    return this.#nested(() => this.#chain(precedenceMin))
  }

  #chain(precedenceMin: number): Expr {
    let left = this.#operand()
    let links = 0
    for (;;) {
      const token = this.#token
      const precedence = token.kind === 'operator' ? PRECEDENCE.get(token.text) : undefined
      if (precedence === undefined || precedence < precedenceMin) break
      this.#take()
      // A chain `a + b + c` leans to the left and nests as deep as it is long.
      if (++links > NESTING_MAX) throw chainTooLong()
      left = this.#binary(left, token.text as BinaryOperator, precedence)
    }
    return left
  }

  #binary(left: Expr, op: BinaryOperator, precedence: number): Binary {
    const returnBool = this.#takeIf('keyword', 'bool')
    let matching: Matching | undefined
    if (this.#is('keyword', 'on') || this.#is('keyword', 'ignoring')) {
      const on = this.#take().text.toLowerCase() === 'on'
      const labels = this.#labelList()
      let many: Matching['many'] = 'none'
      let include: string[] = []
      if (this.#is('keyword', 'group_left') || this.#is('keyword', 'group_right')) {
        many = this.#take().text.toLowerCase() === 'group_left' ? 'left' : 'right'
        if (this.#is('symbol', '(') || !this.#isOperandNext) include = this.#labelList()
      }
      matching = { on, labels, many, include }
    }
    const fill = this.#fill()
    if (fill !== undefined) matching = { ...(matching ?? NO_MATCHING), fill }
    const right = this.#expression(precedence === POW_PRECEDENCE ? precedence : precedence + 1)
    if (fill !== undefined && !this.#features.has(FILL_MODIFIERS)) {
      throw new ParseError('binop fill modifiers are experimental and not enabled', left.start)
    }
    const { start } = left
    return { kind: 'binary', op, left, right, returnBool, matching, start, end: right.end }
  }

  /** `fill(1)`, or `fill_left(1)` and `fill_right(2)` in either order. */
  #fill(): Matching['fill'] {
    if (this.#takeIf('keyword', 'fill')) {
      const value = this.#fillValue()
      return { left: value, right: value }
    }
    let left: number | undefined
    let right: number | undefined
    for (;;) {
      if (left === undefined && this.#takeIf('keyword', 'fill_left')) left = this.#fillValue()
      else if (right === undefined && this.#takeIf('keyword', 'fill_right')) {
        right = this.#fillValue()
      } else break
    }
    return left === undefined && right === undefined ? undefined : { left, right }
  }

  #fillValue(): number {
    this.#want('symbol', '(', 'fill modifier')
    const sign = this.#is('operator', '-') || this.#is('operator', '+') ? this.#take().text : '+'
    const token = this.#token
    if (token.kind !== 'number' && token.kind !== 'duration') {
      throw this.#unexpected('fill modifier', 'number')
    }
    this.#take()
    this.#want('symbol', ')', 'fill modifier')
    return readNumber(token) * (sign === '-' ? -1 : 1)
  }

  #operand(): Expr {
    const token = this.#token
    if (token.kind === 'operator' && (token.text === '-' || token.text === '+')) {
      this.#take()
      const expr = this.#expression(SIGN_PRECEDENCE + 1)
      if (expr.kind === 'number') {
        return {
          ...expr,
          value: token.text === '-' ? -expr.value : expr.value,
          start: token.start,
        }
      }
      return { kind: 'unary', op: token.text, expr, start: token.start, end: expr.end }
    }
    return this.#shifted(this.#primary())
  }

  /** Reads `[…]`, `offset …` and `@ …` behind an expression, as many as there are. */
  #shifted(start: Expr): Expr {
    let expr = start
    for (;;) {
      if (this.#is('symbol', '[')) expr = this.#bracket(expr)
      else if (this.#is('keyword', 'offset')) expr = this.#offset(expr)
      else if (this.#is('symbol', '@')) expr = this.#at(expr)
      else if (this.#is('keyword', 'anchored') || this.#is('keyword', 'smoothed')) {
        expr = this.#edges(expr)
      } else return expr
    }
  }

  #primary(): Expr {
    const token = this.#token
    const { start } = token
    switch (token.kind) {
      case 'number':
      case 'duration': {
        this.#take()
        const isDuration = token.kind === 'duration'
        const value = readNumber(token)
        return { kind: 'number', value, isDuration, start, end: this.#end }
      }
      case 'string':
        this.#take()
        return { kind: 'string', value: unquote(token.text), start, end: this.#end }
      case 'aggregator': {
        const after = this.#tokens[this.#next + 1]!
        const isName =
          !(after.kind === 'symbol' && after.text === '(') &&
          !(after.kind === 'keyword' && /^(by|without)$/i.test(after.text))
        return isName ? this.#selector() : this.#aggregation()
      }
      case 'identifier': {
        const after = this.#tokens[this.#next + 1]!
        return after.kind === 'symbol' && after.text === '(' ? this.#call() : this.#selector()
      }
      case 'metric identifier':
        return this.#selector()
      case 'keyword': {
        const word = token.text.toLowerCase()
        if (NEVER_A_NAME.has(word)) throw this.#unexpected('')
        const after = this.#tokens[this.#next + 1]!
        const isCall = FUNCTION_WORDS.has(word) && after.kind === 'symbol' && after.text === '('
        return isCall ? this.#call() : this.#selector()
      }
      case 'symbol':
        if (token.text === '{') return this.#selector()
        if (token.text === '(') {
          this.#take()
          const expr = this.#expression(0)
          if (!this.#takeIf('symbol', ')')) throw this.#unexpected('')
          return { kind: 'paren', expr, start, end: this.#end }
        }
        throw this.#unexpected('')
      case 'operator':
        // `and`, `or`, `unless` may name a metric where an operand is wanted.
        if (/^(and|or|unless)$/.test(token.text)) return this.#selector()
        throw this.#unexpected('')
      case 'error':
      case 'end of input':
        throw this.#unexpected('')
      default:
        return token.kind satisfies never
    }
  }

  #call(): Call {
    const name = this.#take()
    const args = this.#arguments()
    const known = FUNCTIONS.get(name.text)
    if (known === undefined) {
      throw new ParseError(`unknown function with name ${quoted(name.text)}`, name.start)
    }
    if (known.experimental && !this.#features.has(EXPERIMENTAL_FUNCTIONS)) {
      throw new ParseError(`function ${quoted(name.text)} is not enabled`, name.start)
    }
    return { kind: 'call', name: name.text, args, start: name.start, end: this.#end }
  }

  #arguments(): Expr[] {
    this.#want('symbol', '(', 'function call')
    const args: Expr[] = []
    if (this.#takeIf('symbol', ')')) return args
    for (;;) {
      args.push(this.#expression(0))
      if (this.#takeIf('symbol', ')')) return args
      const comma = this.#token
      if (!this.#takeIf('symbol', ',')) throw this.#unexpected('')
      if (!this.#isOperandNext && !this.#is('error')) {
        throw new ParseError('trailing commas not allowed in function call args', comma.start)
      }
    }
  }

  /** Whether an expression may begin with the next token. */
  get #isOperandNext(): boolean {
    const { kind, text } = this.#token
    switch (kind) {
      case 'symbol':
        return text === '(' || text === '{'
      case 'operator':
        return /^(?:[+-]|and|or|unless)$/.test(text)
      case 'keyword':
        return !NEVER_A_NAME.has(text.toLowerCase())
      case 'end of input':
      case 'error':
        return false
      case 'identifier':
      case 'metric identifier':
      case 'number':
      case 'duration':
      case 'string':
      case 'aggregator':
        return true
      default:
        return kind satisfies never
    }
  }

  #aggregation(): Aggregation {
    const { text, start } = this.#take()
    const op = text.toLowerCase() as Aggregator
    let modifier = this.#grouping()
    if (!this.#is('symbol', '(')) throw this.#unexpected('aggregation')
    const outer = this.#context
    this.#context = 'aggregation'
    const args = this.#arguments()
    this.#context = outer
    modifier ??= this.#grouping()
    const end = this.#end
    if (args.length === 0) {
      throw new ParseError('no arguments for aggregate expression provided', start)
    }
    if (op.startsWith('limit') && !this.#features.has(EXPERIMENTAL_FUNCTIONS)) {
      throw new ParseError(
        `${op}() is experimental and must be enabled with --enable-feature=${EXPERIMENTAL_FUNCTIONS}`,
        start,
      )
    }
    const wanted = WITH_PARAMETER.has(op) ? 2 : 1
    if (args.length !== wanted) {
      throw new ParseError(
        `wrong number of arguments for aggregate expression provided, expected ${wanted}, got ${args.length}`,
        start,
      )
    }
    const param = wanted === 2 ? args[0] : undefined
    const { without, grouping } = modifier ?? { without: false, grouping: [] }
    return { kind: 'aggregation', op, expr: args.at(-1)!, param, without, grouping, start, end }
  }

  #grouping(): { without: boolean; grouping: readonly string[] } | undefined {
    if (!this.#is('keyword', 'by') && !this.#is('keyword', 'without')) return undefined
    const without = this.#take().text.toLowerCase() === 'without'
    return { without, grouping: this.#labelList() }
  }

  #labelList(): string[] {
    const labels: string[] = []
    this.#want('symbol', '(', 'grouping opts')
    while (!this.#takeIf('symbol', ')')) {
      const token = this.#token
      if (token.kind === 'string') labels.push(unquote(token.text))
      else if (/^[a-zA-Z_:][\w:]*$/.test(token.text) && token.kind !== 'number')
        labels.push(token.text)
      else throw this.#unexpected('grouping opts', 'label')
      this.#take()
      if (this.#is('symbol', ')')) continue
      if (!this.#takeIf('symbol', ',')) throw this.#unexpected('grouping opts', '"," or ")"')
    }
    return labels
  }

  #selector(): VectorSelector {
    const { start } = this.#token
    let metricName = ''
    const matchers: Matcher[] = []
    if (!this.#is('symbol', '{')) {
      metricName = this.#take().text
      matchers.push({ name: METRIC_NAME, operator: '=', value: metricName })
    }
    const outside = metricName !== ''
    if (this.#takeIf('symbol', '{')) {
      while (!this.#takeIf('symbol', '}')) {
        const quoted = this.#matcher(matchers)
        if (quoted !== '') {
          if (outside) throw twice(metricName, quoted, start)
          if (metricName === '') metricName = quoted
          matchers.push({ name: METRIC_NAME, operator: '=', value: quoted })
        }
        if (this.#is('symbol', '}')) continue
        if (!this.#takeIf('symbol', ',')) {
          throw this.#unexpected('label matching', '"," or "}"')
        }
      }
    }
    const end = this.#end
    const named = matchers.filter((m) => m.name === METRIC_NAME && m.operator === '=')
    if (outside && named.length > 1) {
      throw twice(metricName, named.at(-1)!.value, start)
    }
    const isQuoted = metricName !== '' && !outside
    return {
      kind: 'selector',
      metricName,
      ...(isQuoted && { isQuoted }),
      matchers,
      offsetMs: 0,
      at: undefined,
      start,
      end,
    }
  }

  /** One condition, added to `matchers`; or a quoted metric name, returned. */
  #matcher(matchers: Matcher[]): string {
    const name = this.#token
    if (name.kind !== 'identifier' && name.kind !== 'string') {
      throw this.#unexpected('label matching', 'identifier or "}"')
    }
    this.#take()
    const label = name.kind === 'string' ? unquote(name.text) : name.text
    if (name.kind === 'string' && (this.#is('symbol', ',') || this.#is('symbol', '}'))) return label
    const operator = this.#token
    if (operator.kind !== 'symbol' || !/^(=|!=|=~|!~)$/.test(operator.text)) {
      throw this.#unexpected('label matching', 'label matching operator')
    }
    this.#take()
    const value = this.#token
    if (value.kind !== 'string') throw this.#unexpected('label matching', 'string')
    this.#take()
    const matcher = {
      name: label,
      operator: operator.text as Matcher['operator'],
      value: unquote(value.text),
    }
    if (matcher.operator === '=~' || matcher.operator === '!~') {
      const problem = this.#regexProblem(matcher.value)
      if (typeof problem === 'string') {
        throw new ParseError(`error parsing regexp: ${problem}`, name.start)
      }
    }
    matchers.push(matcher)
    if (matchers.length > MATCHERS_MAX) {
      throw new WeirError(
        'QUERY_PARSE',
        `Cannot read query: want at most ${MATCHERS_MAX} matchers in a selector, got more; one =~ may have many alternatives`,
      )
    }
    return ''
  }

  #bracket(expr: Expr): MatrixSelector | Subquery {
    const bracket = this.#take()
    const range = this.#positiveDuration('subquery or range selector', '')
    const { start } = expr
    if (this.#takeIf('symbol', ':')) {
      const step = this.#is('symbol', ']')
        ? { ms: 0, expr: undefined }
        : this.#positiveDuration('subquery selector', ', or "]"')
      this.#want('symbol', ']', 'subquery selector')
      const end = this.#end
      return {
        kind: 'subquery',
        expr,
        rangeMs: range.ms,
        stepMs: step.ms,
        ...(range.expr && { range: range.expr }),
        ...(step.expr && { step: step.expr }),
        offsetMs: 0,
        at: undefined,
        start,
        end,
      }
    }
    if (!this.#takeIf('symbol', ']')) throw this.#unexpected('subquery or range', '":" or "]"')
    if (expr.kind !== 'selector') {
      throw new ParseError('ranges only allowed for vector selectors', bracket.start)
    }
    if (expr.offsetMs !== 0 || expr.offset !== undefined) {
      throw new ParseError('no offset modifiers allowed before range', bracket.start)
    }
    if (expr.at !== undefined) {
      throw new ParseError('no @ modifiers allowed before range', bracket.start)
    }
    const whole = {
      kind: 'range',
      selector: expr,
      rangeMs: range.ms,
      start,
      end: this.#end,
    } as const
    return range.expr === undefined ? whole : { ...whole, range: range.expr }
  }

  /** A duration in brackets: milliseconds, or arithmetic that is worked out later. */
  #positiveDuration(
    context: string,
    otherwise: string,
  ): { ms: number; expr: DurationExpr | undefined } {
    const expected = `number, duration, step(), ${otherwise === '' ? 'or range()' : `range()${otherwise}`}`
    const expr = this.#durations.sum({ context, expected })
    if (expr.kind !== 'number') return { ms: 0, expr }
    if (!(expr.value > 0)) throw new ParseError('duration must be greater than 0', expr.start)
    return { ms: millisOf(expr.value), expr: undefined }
  }

  #offset(expr: Expr): Expr {
    this.#take()
    const offset = this.#durations.offset()
    return this.#shift(expr, 'offset modifier', (shift) => {
      if (shift.offsetMs !== 0 || shift.offset !== undefined) {
        throw new ParseError('offset may not be set multiple times', expr.start)
      }
      return offset.kind === 'number'
        ? { ...shift, offsetMs: millisOf(offset.value) }
        : { ...shift, offset }
    })
  }

  #edges(expr: Expr): Expr {
    const token = this.#take()
    const edges = token.text.toLowerCase() as 'anchored' | 'smoothed'
    const fail = (text: string): never => {
      throw new ParseError(text, expr.start)
    }
    if (!this.#features.has(EXTENDED_RANGE_SELECTORS)) {
      return fail(`${edges} modifier is experimental and not enabled`)
    }
    if (expr.kind === 'subquery') return fail(`${edges} modifier is not supported for subqueries`)
    if (expr.kind !== 'selector' && expr.kind !== 'range') {
      return fail(`${edges} modifier not implemented`)
    }
    const selector = expr.kind === 'range' ? expr.selector : expr
    if (selector.edges !== undefined && selector.edges !== edges) {
      return fail('anchored and smoothed modifiers cannot be used together')
    }
    // In Prometheus the modifier does not count to the length of what it stands behind.
    return expr.kind === 'range'
      ? { ...expr, selector: { ...expr.selector, edges } }
      : { ...expr, edges }
  }

  #at(expr: Expr): Expr {
    this.#take()
    let at: At
    if (this.#is('keyword', 'start') || this.#is('keyword', 'end')) {
      at = { kind: this.#take().text.toLowerCase() === 'start' ? 'start' : 'end' }
      if (!this.#takeIf('symbol', '(') || !this.#takeIf('symbol', ')')) {
        throw this.#unexpected('@', 'timestamp')
      }
    } else {
      const sign = this.#is('operator', '-') || this.#is('operator', '+') ? this.#take().text : '+'
      const token = this.#token
      if (token.kind !== 'number' && token.kind !== 'duration') {
        throw this.#unexpected('@', 'timestamp')
      }
      this.#take()
      const seconds = readNumber(token) * (sign === '-' ? -1 : 1)
      if (!(Math.abs(seconds) < 2 ** 63)) {
        const text = Number.isNaN(seconds) ? 'NaN' : seconds > 0 ? '+Inf' : '-Inf'
        throw new ParseError(
          `timestamp out of bounds for @ modifier: ${Number.isFinite(seconds) ? seconds.toFixed(6) : text}`,
          expr.start,
        )
      }
      at = { kind: 'time', timeMs: roundHalfAway(seconds * 1000) }
    }
    return this.#shift(expr, '@ modifier', (shift) => {
      if (shift.at !== undefined) {
        throw new ParseError('@ <timestamp> may not be set multiple times', expr.start)
      }
      return { ...shift, at }
    })
  }

  /** Puts `offset` or `@` on the selector or sub-query that an expression is. */
  #shift(
    expr: Expr,
    what: string,
    change: <T extends VectorSelector | Subquery>(shift: T) => T,
  ): Expr {
    const end = this.#end
    switch (expr.kind) {
      case 'selector':
      case 'subquery':
        return { ...change(expr), end }
      case 'range':
        return { ...expr, selector: change(expr.selector), end }
      case 'number':
      case 'string':
      case 'call':
      case 'aggregation':
      case 'binary':
      case 'unary':
      case 'paren':
        throw new ParseError(
          `${what} must be preceded by an instant vector selector or range vector selector or a subquery`,
          expr.start,
        )
      default:
        return expr satisfies never
    }
  }
}

function twice(first: string, second: string, start: number): ParseError {
  return new ParseError(
    `metric name must not be set twice: ${quoted(first)} or ${quoted(second)}`,
    start,
  )
}

function describe(token: Token): string {
  const isLong = Buffer.byteLength(token.text) > 10
  const text = isLong
    ? `${quoted(Array.from(token.text).slice(0, 10).join(''))}...`
    : quoted(token.text)
  switch (token.kind) {
    case 'keyword':
      return FUNCTION_WORDS.has(token.text.toLowerCase()) ? text : `<${token.text.toLowerCase()}>`
    case 'aggregator':
      return `<aggr:${token.text.toLowerCase()}>`
    case 'operator':
      return `<op:${token.text}>`
    case 'symbol':
      return /^(?:!=|=~|!~)$/.test(token.text) ? `<op:${token.text}>` : text
    case 'error':
      return text
    case 'end of input':
      return 'end of input'
    case 'identifier':
    case 'metric identifier':
      return `${token.kind} ${quoted(token.text)}`
    case 'number':
    case 'duration':
    case 'string':
      return `${token.kind} ${text}`
    default:
      return token.kind satisfies never
  }
}

function roundHalfAway(value: number): number {
  return Math.sign(value) * Math.round(Math.abs(value))
}
