import { WeirError } from '@weir/model'
import { parseDuration } from '@weir/server/words'

/** @throws {WeirError} `HTTP_PARAMETER` */
export function durationArgument(flag: string, text: string): number {
  try {
    return parseDuration(text)
  } catch {
    throw new WeirError(
      'HTTP_PARAMETER',
      `Cannot use ${flag} ${JSON.stringify(text)}: want a duration such as 2h or 1h30m`,
    )
  }
}

/** A moment as RFC 3339 writes it. @throws {WeirError} `HTTP_PARAMETER` */
export function timeArgument(flag: string, text: string): number {
  const ms = RFC_3339.test(text) ? Date.parse(text) : Number.NaN
  if (!Number.isNaN(ms)) return ms
  throw new WeirError(
    'HTTP_PARAMETER',
    `Cannot use ${flag} ${JSON.stringify(text)}: want a time such as 2026-01-02T15:04:05Z`,
  )
}

const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/
