import { quote } from '@weir/template'
import type { LogExpr, LogQLExpr, RangeAggregation, Stage, VectorAggregation } from '../ast.ts'
import { parseLogQL } from '../parse/parse.ts'
import { selectorText, stageText, unwrapTexts } from './log-text.ts'
import {
  durationText,
  groupingText,
  isNothing,
  oneLine,
  operatorText,
  parameterText,
} from './metric-text.ts'

/** Longer ones are broken. */
const LINE_MAX = 100

/**
 * A query written neatly, as Loki's `format_query` does: on one line where that is short, else a stage or an
 * argument a line. What is read again means the same.
 *
 * @throws {WeirError} `LOGQL_PARSE` for a text that is none
 */
export function formatLogQL(query: string | LogQLExpr): string {
  return pretty(typeof query === 'string' ? parseLogQL(query) : query, 0)
}

function pretty(expr: LogQLExpr, level: number): string {
  const line = oneLine(expr)
  if (line.length <= LINE_MAX) return indent(level) + line
  switch (expr.kind) {
    case 'log':
      return logLines(expr, level).join('\n')
    case 'range':
      return prettyRange(expr, level)
    case 'aggregation':
      return prettyAggregation(expr, level)
    case 'binary':
      return [
        pretty(expr.left, level + 1),
        `${indent(level)}${operatorText(expr, ', ')}`,
        pretty(expr.right, level + 1),
      ].join('\n')
    case 'label_replace': {
      const texts = [expr.target, expr.replacement, expr.source, expr.regex]
      const all = [
        pretty(expr.expr, level + 1),
        ...texts.map((text) => indent(level + 1) + quote(text)),
      ]
      return `${indent(level)}label_replace(\n${all.join(',\n')}\n${indent(level)})`
    }
    case 'number':
    case 'vector':
      return indent(level) + line
    default:
      return expr satisfies never
  }
}

function indent(level: number): string {
  return '  '.repeat(level)
}

function logLines({ matchers, stages }: LogExpr, level: number): string[] {
  const inner = indent(level + 1)
  return [indent(level) + selectorText(matchers), ...stageLines(stages).map((line) => inner + line)]
}

/** Line filters that follow each other stand on one line as long as they fit. */
function stageLines(stages: readonly Stage[]): string[] {
  const lines: string[] = []
  let filters: string[] = []
  const flush = (): void => {
    const together = filters.join(' ')
    if (together.length > LINE_MAX) lines.push(...filters)
    else if (together !== '') lines.push(together)
    filters = []
  }
  for (const stage of stages) {
    if (stage.kind === 'line') {
      filters.push(stageText(stage))
      continue
    }
    flush()
    lines.push(stageText(stage))
  }
  flush()
  return lines
}

function prettyRange(expr: RangeAggregation, level: number): string {
  const { log, unwrap, grouping } = expr
  const parameter = parameterText(expr)
  const first = parameter === '' ? [] : [indent(level + 1) + parameter]
  const lines = pretty(log, level + 1).split('\n')
  if (unwrap !== undefined)
    lines.push(...unwrapTexts(unwrap).map((line) => indent(level + 2) + line))
  lines[lines.length - 1] += ` ${durationText(expr, false)}`
  const by = grouping === undefined ? '' : groupingText(grouping, ', ')
  const inside = [...first, ...lines].join('\n')
  return `${indent(level)}${expr.operation}(\n${inside}\n${indent(level)})${by}`
}

function prettyAggregation(expr: VectorAggregation, level: number): string {
  const { operation, parameter, grouping } = expr
  const by = grouping === undefined || isNothing(grouping) ? '' : groupingText(grouping, ', ')
  const count = parameter === undefined ? '' : `${indent(level + 1)}${parameter},\n`
  const inside = pretty(expr.expr, level + 1)
  return `${indent(level)}${operation}${by}(\n${count}${inside}\n${indent(level)})`
}
