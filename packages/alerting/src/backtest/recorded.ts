import { METRIC_NAME } from '@weir/model'
import {
  type Expr,
  FEATURES,
  type VectorSelector,
  formatExpr,
  parseExpr,
  partsOf,
  rewritten,
} from '@weir/promql'

/** A recording rule, as far as an expression can stand in its place. */
export interface Recorded {
  readonly name: string
  readonly expr: string
  readonly labels: Readonly<Record<string, string>>
  readonly intervalMs: number
}

const ALL_FEATURES: ReadonlySet<string> = new Set(FEATURES)

/** Which of some recorded series an expression reads. */
export function readsRecorded(text: string, names: ReadonlySet<string>): string[] {
  const found = [...partsOf(parseExpr(text, ALL_FEATURES))].flatMap((part) =>
    part.kind === 'selector' && names.has(nameOf(part) ?? '') ? [nameOf(part)!] : [],
  )
  return [...new Set(found)]
}

/**
 * The expression with the rules' own expressions in place of what they record: a range of it becomes a
 * sub-query at the rule's interval. Undefined where that would not be the same: a selector with further
 * conditions, an offset or `@`.
 */
export function withoutRecorded(
  text: string,
  rules: ReadonlyMap<string, Recorded>,
): string | undefined {
  let isSame = true
  const replace = (part: Expr): Expr | undefined => {
    const selector = part.kind === 'range' ? part.selector : part
    if (selector.kind !== 'selector') return undefined
    const rule = rules.get(nameOf(selector) ?? '')
    if (rule === undefined) return undefined
    if (!isBare(selector) || (part.kind === 'range' && part.range !== undefined)) {
      isSame = false
      return part
    }
    const inner = parseExpr(standIn(rule), ALL_FEATURES)
    const expr = rewritten(inner, replace)
    const wrapped: Expr = { kind: 'paren', expr, start: part.start, end: part.end }
    return part.kind === 'range'
      ? {
          kind: 'subquery',
          expr: wrapped,
          rangeMs: part.rangeMs,
          stepMs: rule.intervalMs,
          offsetMs: 0,
          at: undefined,
          start: part.start,
          end: part.end,
        }
      : wrapped
  }
  const expr = rewritten(parseExpr(text, ALL_FEATURES), replace)
  return isSame ? formatExpr(expr) : undefined
}

/** With the labels that the rule sets; the metric's name is lost, and alerts do without it. */
function standIn({ expr, labels }: Recorded): string {
  return Object.entries(labels).reduce(
    (text, [name, value]) =>
      `label_replace(${text}, ${JSON.stringify(name)}, ${JSON.stringify(value.replaceAll('$', '$$$$'))}, "", "")`,
    expr,
  )
}

function nameOf({ matchers }: VectorSelector): string | undefined {
  return matchers.find(({ name, operator }) => name === METRIC_NAME && operator === '=')?.value
}

function isBare({ matchers, offsetMs, offset, at, edges }: VectorSelector): boolean {
  return (
    matchers.length === 1 &&
    offsetMs === 0 &&
    offset === undefined &&
    at === undefined &&
    edges === undefined
  )
}
