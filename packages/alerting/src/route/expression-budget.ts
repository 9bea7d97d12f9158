import { type Matcher, WeirError, regexSize } from '@weir/model'
import { isExpression } from './matcher.ts'

/** Takes nothing of a matcher that compares texts. @throws {WeirError} `MATCHER_LIMIT` */
export type ExpressionBudget = (matcher: Matcher) => void

/** What the expressions of a silence, or of a request, may be in all unless told. */
export const MATCHER_BYTES_MAX = 8 * 1024

/**
 * Bounds what people hand in: expressions are compiled where alerts are routed, 15 µs a letter, and worked out there
 * for each value that a label has. Lists of plain words (`a|b`) are looked up and take nothing.
 */
export function expressionBudget(bytesMax: number): ExpressionBudget {
  const known = new Set<string>()
  let left = bytesMax
  return (matcher) => {
    const { value } = matcher
    if (!isExpression(matcher) || known.has(value)) return
    const size = regexSize(value)
    if (size > left) {
      const why = `want at most ${bytesMax} characters in all, repetitions written out (notifications.max_matcher_bytes)`
      throw new WeirError(
        'MATCHER_LIMIT',
        `Cannot use regular expressions as long as these: ${why}`,
      )
    }
    left -= size
    known.add(value)
  }
}
