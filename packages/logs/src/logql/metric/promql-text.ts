import type { BinaryExpr, Grouping } from '../ast.ts'

/** Pieces of an expression as PromQL writes them. */

export function groupingText({ without, names }: Grouping): string {
  return `${without ? 'without' : 'by'} (${names.join(', ')})`
}

export function modifiersText({ returnBool, matching }: BinaryExpr): string {
  const bool = returnBool ? ' bool' : ''
  if (matching === undefined) return bool
  const { on, names, group } = matching
  const match = `${bool} ${on ? 'on' : 'ignoring'} (${names.join(', ')})`
  return group === undefined ? match : `${match} group_${group.side} (${group.include.join(', ')})`
}

export function numberText(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? 'Inf' : '(-Inf)'
  return value < 0 ? `(${value})` : String(value)
}
