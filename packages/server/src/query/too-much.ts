import { WeirError } from '@weir/model'

const TOO_MUCH: readonly string[] = [
  'QUERY_TOO_MANY_SAMPLES',
  'QUERY_TOO_MUCH_MEMORY',
  'QUERY_TIMEOUT',
]

/** Whether a query failed for its size alone: over a shorter time it may be answered. */
export function isTooMuch(error: unknown): boolean {
  return error instanceof WeirError && TOO_MUCH.includes(error.code)
}
