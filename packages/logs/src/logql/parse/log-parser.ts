import type { MatchOperator, Matcher } from '@weir/model'
import type {
  ChosenLabel,
  ComparisonOperator,
  ExtractedLabel,
  FormattedLabel,
  LabelFilter,
  LineAlternative,
  LineFilterOperator,
  LineFilterStage,
  LogExpr,
  Stage,
} from '../ast.ts'
import type { TokenReader } from './token-reader.ts'
import { ParseError } from './parse-error.ts'

const STAGE_WORDS = [
  'json',
  'logfmt',
  'unpack',
  'pattern',
  'regexp',
  'decolorize',
  'line_format',
  'label_format',
  'drop',
  'keep',
] as const
type StageWord = (typeof STAGE_WORDS)[number]

const LINE_OPERATORS: readonly string[] = ['|=', '!=', '|~', '!~', '|>', '!>']

/** Labels may be called like stages; before these only a label's name can stand. */
const LABEL_OPERATORS: readonly string[] = ['=', '=~', '==', '>', '>=', '<', '<=']

/** Filters in filters, so deep: they are walked by recursion. */
const FILTER_DEPTH_MAX = 100
/** They become a tree as deep as there are conditions, and what walks it takes stack. */
const FILTER_CHAIN_MAX = 1000

/** Reads a selector and the stages behind it. */
export function readLogExpr(reader: TokenReader): LogExpr {
  const { start } = reader.token
  const matchers = readSelector(reader)
  return { kind: 'log', matchers, stages: readStages(reader), start }
}

export function readSelector(reader: TokenReader): readonly Matcher[] {
  const { start } = reader.token
  reader.wantOperator('{', 'a stream selector such as {app="x"}')
  const matchers: Matcher[] = []
  while (reader.takeOperator('}') === undefined) {
    if (matchers.length > 0) reader.wantOperator(',', '"," or "}"')
    const name = reader.wantName('a label name')
    matchers.push(readMatcher(reader, name))
  }
  if (matchers.length === 0) {
    throw new ParseError(
      'want at least one matcher in the selector, such as {app="x"}, got {}',
      start,
    )
  }
  return matchers
}

function readMatcher(reader: TokenReader, name: string): Matcher {
  const operator = reader.takeOperator('=', '!=', '=~', '!~')
  if (operator === undefined) reader.fail(`one of = != =~ !~ after ${name}`)
  const { value } = reader.want('string', 'a value in quotes')
  return { name, operator: operator as MatchOperator, value }
}

/** Stages up to something that is none; `unwrap` is left to who reads metric queries. */
export function readStages(reader: TokenReader): Stage[] {
  const stages: Stage[] = []
  for (;;) {
    if (reader.isOperator(...LINE_OPERATORS)) {
      stages.push(readLineFilter(reader))
    } else if (reader.isOperator('|') && !isUnwrap(reader)) {
      reader.skip()
      stages.push(readStage(reader))
    } else {
      return stages
    }
  }
}

export function isUnwrap(reader: TokenReader): boolean {
  return reader.isOperator('|') && reader.following.text.toLowerCase() === 'unwrap'
}

function readLineFilter(reader: TokenReader): LineFilterStage {
  const operator = reader.takeOperator(...LINE_OPERATORS) as LineFilterOperator
  const alternatives: LineAlternative[] = []
  do {
    const { start } = reader.token
    const isIp = reader.take('function') !== undefined
    if (isIp) reader.wantOperator('(')
    const { value } = reader.want(
      'string',
      isIp ? 'an address in quotes' : 'a text in quotes or ip("…")',
    )
    if (isIp) reader.wantOperator(')')
    alternatives.push({ text: value, isIp, start })
  } while (reader.takeWord('or'))
  return { kind: 'line', operator, alternatives }
}

function stageWord(reader: TokenReader): StageWord | undefined {
  const { token, following } = reader
  if (token.kind !== 'identifier') return undefined
  if (following.kind === 'operator' && LABEL_OPERATORS.includes(following.text)) return undefined
  return STAGE_WORDS.find((word) => word === token.text.toLowerCase())
}

function readStage(reader: TokenReader): Stage {
  const word = stageWord(reader)
  if (word === undefined) return { kind: 'filter', filter: readLabelFilter(reader, 0, 0) }
  reader.skip()
  switch (word) {
    case 'json':
      return { kind: 'json', labels: readExtracted(reader) }
    case 'logfmt': {
      const flags = new Set<string>()
      for (let flag = reader.take('flag'); flag !== undefined; flag = reader.take('flag')) {
        flags.add(flag.text)
      }
      const [isStrict, keepsEmpty] = [flags.has('--strict'), flags.has('--keep-empty')]
      return { kind: 'logfmt', labels: readExtracted(reader), isStrict, keepsEmpty }
    }
    case 'pattern':
    case 'regexp': {
      const { value, start } = reader.want('string', `a text in quotes after ${word}`)
      return { kind: word, text: value, start }
    }
    case 'unpack':
    case 'decolorize':
      return { kind: word }
    case 'line_format': {
      const { value, start } = reader.want('string', 'a template in quotes after line_format')
      return { kind: word, template: value, start }
    }
    case 'label_format':
      return { kind: word, labels: list(reader, readFormatted) }
    case 'drop':
    case 'keep':
      return { kind: word, labels: list(reader, readChosen) }
    default:
      return word satisfies never
  }
}

function list<Item>(reader: TokenReader, read: (reader: TokenReader) => Item): Item[] {
  const items = [read(reader)]
  while (reader.takeOperator(',') !== undefined) items.push(read(reader))
  return items
}

function readExtracted(reader: TokenReader): ExtractedLabel[] {
  if (reader.token.kind !== 'identifier' && reader.token.kind !== 'function') return []
  return list(reader, () => {
    const { start } = reader.token
    const name = reader.wantName('a label name')
    if (reader.takeOperator('=') === undefined) return { name, expression: name, start }
    const expression = reader.want('string', 'an expression in quotes')
    return { name, expression: expression.value, start: expression.start }
  })
}

function readFormatted(reader: TokenReader): FormattedLabel {
  const name = reader.wantName('a label name')
  reader.wantOperator('=')
  const template = reader.take('string')
  return template === undefined
    ? { kind: 'rename', name, from: reader.wantName('a template in quotes or a label name') }
    : { kind: 'template', name, template: template.value, start: template.start }
}

function readChosen(reader: TokenReader): ChosenLabel {
  const name = reader.wantName('a label name')
  return reader.isOperator('=', '!=', '=~', '!~')
    ? { name, matcher: readMatcher(reader, name) }
    : { name }
}

const OR = 1
const AND = 2

/**
 * Reads conditions on labels. `and` binds closer than `or`; but a comma, or nothing between two conditions,
 * takes everything behind it (`a, b or c` is `a and (b or c)`), which is what Loki's grammar comes to.
 */
export function readLabelFilter(reader: TokenReader, least: number, depth: number): LabelFilter {
  if (depth > FILTER_DEPTH_MAX) reader.fail(`conditions nested at most ${FILTER_DEPTH_MAX} deep`)
  let left = readCondition(reader, depth)
  for (let count = 1; ; count++) {
    if (count > FILTER_CHAIN_MAX) reader.fail(`at most ${FILTER_CHAIN_MAX} conditions in a row`)
    if (least <= OR && reader.takeWord('or')) {
      left = { kind: 'or', left, right: readLabelFilter(reader, AND, depth + 1) }
    } else if (least <= AND && reader.takeWord('and')) {
      left = { kind: 'and', left, right: readLabelFilter(reader, AND + 1, depth + 1) }
    } else if (reader.takeOperator(',') !== undefined || startsCondition(reader)) {
      left = { kind: 'and', left, right: readLabelFilter(reader, 0, depth + 1) }
    } else {
      return left
    }
  }
}

function startsCondition(reader: TokenReader): boolean {
  if (reader.isOperator('(')) return true
  return reader.token.kind === 'identifier' && !['or', 'and'].some((word) => reader.isWord(word))
    ? reader.following.kind === 'operator'
    : false
}

function readCondition(reader: TokenReader, depth: number): LabelFilter {
  if (reader.takeOperator('(') !== undefined) {
    const inside = readLabelFilter(reader, 0, depth + 1)
    reader.wantOperator(')')
    return inside
  }
  const name = reader.wantName(
    'a stage such as json, or a condition on a label such as status >= 500',
  )
  const operator = reader.takeOperator('=', '!=', '=~', '!~', '==', '>', '>=', '<', '<=')
  if (operator === undefined) reader.fail(`a comparison after ${name}`)
  if (operator === '=~' || operator === '!~') {
    const { value } = reader.want('string', 'a regular expression in quotes')
    return { kind: 'string', matcher: { name, operator, value } }
  }
  if (operator === '=' || operator === '!=') {
    const text = reader.take('string')
    if (text !== undefined)
      return { kind: 'string', matcher: { name, operator, value: text.value } }
    if (reader.token.kind === 'function' && reader.takeWord('ip')) {
      reader.wantOperator('(')
      const { value, start } = reader.want('string', 'an address in quotes')
      reader.wantOperator(')')
      return { kind: 'ip', name, operator, text: value, start }
    }
  }
  return {
    ...readQuantity(reader),
    name,
    operator: operator === '=' ? '==' : (operator as ComparisonOperator),
  }
}

function readQuantity(reader: TokenReader): {
  kind: 'number' | 'duration' | 'bytes'
  value: number
} {
  const duration = reader.take('duration')
  if (duration !== undefined) return { kind: 'duration', value: duration.ns }
  const bytes = reader.take('bytes')
  if (bytes !== undefined) return { kind: 'bytes', value: bytes.bytes }
  return {
    kind: 'number',
    value: readNumber(reader, 'a number, duration or size, or a text in quotes'),
  }
}

export function readNumber(reader: TokenReader, what: string): number {
  const sign = reader.takeOperator('+', '-')
  const { value } = reader.want('number', what)
  return sign === '-' ? -Number(value) : Number(value)
}
