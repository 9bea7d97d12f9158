import { METRIC_NAME } from '@weir/model'
import type {
  At,
  DurationExpr,
  Expr,
  ExprType,
  Matching,
  TimeShift,
  VectorSelector,
} from './ast.ts'
import { isSetOperator } from './ast.ts'
import { exprType } from './check.ts'
import { FUNCTIONS } from './functions.ts'
import { plainDecimal } from './value-text.ts'

/**
 * The syntax tree as `/api/v1/parse_query` sends it, for pages that draw it.
 *
 * @see prometheus:web/api/v1/translate_ast.go
 */
export function treeJson(expr: Expr): object {
  switch (expr.kind) {
    case 'number':
      return { type: 'numberLiteral', val: plainDecimal(expr.value) }
    case 'string':
      return { type: 'stringLiteral', val: expr.value }
    case 'selector':
      return { ...selectorJson(expr), type: 'vectorSelector' }
    case 'range':
      return {
        ...selectorJson(expr.selector),
        range: expr.rangeMs,
        rangeExpr: durationJson(expr.range),
        type: 'matrixSelector',
      }
    case 'subquery':
      return {
        expr: treeJson(expr.expr),
        ...shiftJson(expr),
        range: expr.rangeMs,
        rangeExpr: durationJson(expr.range),
        step: expr.stepMs,
        stepExpr: durationJson(expr.step),
        type: 'subquery',
      }
    case 'call': {
      const { args, variadic, returns } = FUNCTIONS.get(expr.name)!
      return {
        args: expr.args.map(treeJson),
        func: {
          argTypes: args.map((type) => TYPES[type]),
          name: expr.name,
          returnType: TYPES[returns],
          variadic,
        },
        type: 'call',
      }
    }
    case 'aggregation':
      return {
        expr: treeJson(expr.expr),
        grouping: expr.grouping,
        op: expr.op,
        param: expr.param === undefined ? null : treeJson(expr.param),
        type: 'aggregation',
        without: expr.without,
      }
    case 'binary':
      return {
        bool: expr.returnBool,
        lhs: treeJson(expr.left),
        matching: [expr.left, expr.right].every((side) => exprType(side) === 'instant vector')
          ? matchingJson(expr.matching, isSetOperator(expr.op))
          : null,
        op: expr.op,
        rhs: treeJson(expr.right),
        type: 'binaryExpr',
      }
    case 'unary':
      return { expr: treeJson(expr.expr), op: expr.op, type: 'unaryExpr' }
    case 'paren':
      return { expr: treeJson(expr.expr), type: 'parenExpr' }
    default:
      return expr satisfies never
  }
}

const TYPES: Readonly<Record<ExprType, string>> = {
  scalar: 'scalar',
  string: 'string',
  'instant vector': 'vector',
  'range vector': 'matrix',
}

function selectorJson(selector: VectorSelector): object {
  const { metricName, isQuoted, matchers, edges } = selector
  const isNamed = metricName !== '' && isQuoted !== true
  const isName = ({ name, value }: VectorSelector['matchers'][number]): boolean =>
    isNamed && name === METRIC_NAME && value === metricName
  return {
    anchored: edges === 'anchored',
    // The condition that a name in front of the braces means comes last.
    matchers: [...matchers.filter((one) => !isName(one)), ...matchers.filter(isName)].map(
      ({ name, operator, value }) => ({ name, type: operator, value }),
    ),
    name: isNamed ? metricName : '',
    ...shiftJson(selector),
    smoothed: edges === 'smoothed',
  }
}

function shiftJson({ offsetMs, offset, at }: TimeShift): object {
  return {
    offset: offsetMs,
    offsetExpr: durationJson(offset),
    startOrEnd: at === undefined || at.kind === 'time' ? null : at.kind,
    timestamp: timestampOf(at),
  }
}

function timestampOf(at: At | undefined): number | null {
  return at?.kind === 'time' ? at.timeMs : null
}

function durationJson(expr: DurationExpr | undefined): object | null {
  if (expr === undefined) return null
  if (expr.kind === 'number') {
    return { duration: expr.isDuration, type: 'numberLiteral', val: plainDecimal(expr.value) }
  }
  return {
    lhs: durationJson(expr.left),
    op: expr.op,
    rhs: durationJson(expr.right),
    type: 'durationExpr',
    wrapped: expr.isWrapped,
  }
}

function matchingJson(matching: Matching | undefined, isSet: boolean): object {
  const { on = false, labels = [], many = 'none', include = [], fill } = matching ?? {}
  const cards = { none: 'one-to-one', left: 'many-to-one', right: 'one-to-many' } as const
  return {
    card: isSet ? 'many-to-many' : cards[many],
    fillValues: { lhs: fill?.left ?? null, rhs: fill?.right ?? null },
    include,
    labels,
    on,
  }
}
