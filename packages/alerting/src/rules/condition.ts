import { type Expr, FEATURES, parseExpr } from '@weir/promql'
import type { Evaluation } from './evaluation.ts'
import type { QuerySample } from './source.ts'

/** When a level is reached, or may be left. */
export type Condition =
  /** Holds for each value that compares so with a number. */
  | { readonly kind: 'compare'; readonly operator: CompareOperator; readonly value: number }
  /** Holds for each element of its answer. */
  | { readonly kind: 'expr'; readonly expr: string }

const COMPARE = {
  '==': (a: number, b: number) => a === b,
  '!=': (a: number, b: number) => a !== b,
  '<': (a: number, b: number) => a < b,
  '>': (a: number, b: number) => a > b,
  '<=': (a: number, b: number) => a <= b,
  '>=': (a: number, b: number) => a >= b,
} as const

type CompareOperator = keyof typeof COMPARE

const ALL_FEATURES: ReadonlySet<string> = new Set(FEATURES)

/**
 * Reads a condition: `> 100`, short for `x > 100` where `x` is what it is about, or a whole expression.
 *
 * @param about the expression that a short form compares; undefined when there is none
 * @throws {ParseError} as the expression that it stands for
 */
export function parseCondition(text: string, about: string | undefined): Condition {
  if (!/^\s*(?:[<>]=?|[=!]=)/.test(text)) return { kind: 'expr', expr: checked(text) }
  if (about === undefined) {
    throw new Error(
      'a comparison alone needs an expr such as x > 100 to say what is compared: want a whole expression',
    )
  }
  const whole = `(${about}) ${text}`
  const read = parseExpr(whole, ALL_FEATURES)
  if (read.kind === 'binary' && !read.returnBool && read.op in COMPARE) {
    const value = numberOf(read.right)
    if (value !== undefined) return { kind: 'compare', operator: read.op as CompareOperator, value }
  }
  return { kind: 'expr', expr: whole }
}

function checked(text: string): string {
  parseExpr(text, ALL_FEATURES)
  return text
}

function numberOf(expr: Expr): number | undefined {
  if (expr.kind === 'number') return expr.value
  if (expr.kind !== 'unary') return undefined
  const value = numberOf(expr.expr)
  return value === undefined || expr.op === '+' ? value : -value
}

/**
 * Asks for which elements conditions hold.
 *
 * @param keyOf what elements of two answers are told apart by
 */
export class ConditionAnswers {
  readonly #at: Evaluation
  readonly #keyOf: (sample: QuerySample) => string
  readonly #answers = new Map<string, ReadonlySet<string>>()

  constructor(at: Evaluation, keyOf: (sample: QuerySample) => string) {
    this.#at = at
    this.#keyOf = keyOf
  }

  /** Fetches what {@link holds} will need. */
  async ask(conditions: readonly Condition[]): Promise<void> {
    for (const condition of conditions) {
      if (condition.kind === 'compare' || this.#answers.has(condition.expr)) continue
      const answer = await this.#at.query(condition.expr, this.#at.queryTimeMs, this.#at.signal)
      this.#answers.set(condition.expr, new Set(answer.map(this.#keyOf)))
    }
  }

  /** A native histogram has no value to compare. */
  holds(condition: Condition, key: string, sample: QuerySample | undefined): boolean {
    if (condition.kind === 'expr') return this.#answers.get(condition.expr)?.has(key) === true
    if (sample === undefined || sample.histogram !== undefined) return false
    return COMPARE[condition.operator](sample.value, condition.value)
  }
}
