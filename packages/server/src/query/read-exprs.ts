import { type Expr, parseExpr } from '@weir/promql'

/** Texts kept; about 2 KiB each. */
const KEPT = 20_000

/**
 * Expressions that were read before: rules ask the same again and again. Trees are not changed by
 * their evaluation.
 */
export class ReadExprs {
  #known = new Map<string, Expr>()
  #features: readonly string[] = []

  /** @throws {WeirError} `QUERY_PARSE` */
  parse(text: string, features: readonly string[] = []): Expr {
    if (features.join() !== this.#features.join() || this.#known.size >= KEPT) {
      this.#known = new Map()
      this.#features = features
    }
    const known = this.#known.get(text)
    if (known !== undefined) return known
    const expr = parseExpr(text, new Set(features))
    this.#known.set(text, expr)
    return expr
  }
}
