import { formatDuration } from '@weir/promql'
import { GoDuration, printValue, quote } from '@weir/template'
import type { BinaryExpr, Grouping, LogExpr, LogQLExpr, RangeAggregation } from '../ast.ts'
import { plainNumber, selectorText, stageText, unwrapTexts } from './log-text.ts'

/** A query on one line, as Loki writes it. */
export function oneLine(expr: LogQLExpr): string {
  switch (expr.kind) {
    case 'log':
      return logText(expr)
    case 'number':
      return printValue(expr.value)
    case 'vector':
      return `vector(${expr.value.toFixed(6)})`
    case 'range': {
      const grouping = expr.grouping === undefined ? '' : groupingText(expr.grouping, ',')
      return `${expr.operation}(${parameterText(expr)}${rangeText(expr)})${grouping}`
    }
    case 'aggregation': {
      const { operation, parameter, grouping } = expr
      const by = grouping === undefined || isNothing(grouping) ? '' : groupingText(grouping, ',')
      const count = parameter === undefined ? '' : `${parameter},`
      return `${operation}${by}(${count}${oneLine(expr.expr)})`
    }
    case 'binary':
      return `(${oneLine(expr.left)} ${operatorText(expr, ',')} ${oneLine(expr.right)})`
    case 'label_replace': {
      const texts = [expr.target, expr.replacement, expr.source, expr.regex].map((text) =>
        quote(text),
      )
      return `label_replace(${oneLine(expr.expr)},${texts.join(',')})`
    }
    default:
      return expr satisfies never
  }
}

function logText({ matchers, stages }: LogExpr): string {
  return [selectorText(matchers), ...stages.map(stageText)].join(' ')
}

function rangeText(range: RangeAggregation): string {
  const unwrap = range.unwrap === undefined ? [] : unwrapTexts(range.unwrap)
  return `${[logText(range.log), ...unwrap].join(' ')}${durationText(range, true)}`
}

/** `[5m] offset 1h`; on one line Loki writes the offset as Go writes durations, `1h0m0s`. */
export function durationText({ rangeNs, offsetNs }: RangeAggregation, asGo: boolean): string {
  const range = `[${formatDuration(Number(rangeNs) / 1e6)}]`
  if (offsetNs === 0n) return range
  const offset = asGo ? new GoDuration(offsetNs).toString() : formatDuration(Number(offsetNs) / 1e6)
  return `${range} offset ${offset}`
}

export function parameterText({ parameter }: RangeAggregation): string {
  return parameter === undefined ? '' : `${plainNumber(parameter)},`
}

/** `by ()` of an aggregation is what it does anyway. */
export function isNothing({ without, names }: Grouping): boolean {
  return !without && names.length === 0
}

export function groupingText({ without, names }: Grouping, comma: string): string {
  return ` ${without ? 'without' : 'by'} (${names.join(comma)})`
}

export function operatorText(
  { operator, returnBool, matching }: BinaryExpr,
  comma: string,
): string {
  const bool = returnBool ? `${operator} bool` : operator
  if (matching === undefined) return bool
  const { on, names, group } = matching
  const match = `${bool} ${on ? 'on' : 'ignoring'} (${names.join(comma)})`
  if (group === undefined) return match
  const include = group.include.length === 0 ? '' : ` (${group.include.join(comma)})`
  return `${match} group_${group.side}${include}`
}
