import { WeirError } from '@weir/model'

/** Deepest nesting read; keeps recursion over the tree far from the end of the stack. */
export const NESTING_MAX = 400

/** A chain `a + b + c` leans to the left and nests as deep as it is long. */
export function chainTooLong(): WeirError {
  return new WeirError(
    'QUERY_PARSE',
    `Cannot read query: want at most ${NESTING_MAX} operators in a chain, got more; add parentheses around halves`,
  )
}
