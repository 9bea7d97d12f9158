import { WeirError } from '@weir/model'
import { parseDuration } from '@weir/promql'

/**
 * Reading the parameters of the HTTP API as Prometheus reads them: the same forms are accepted,
 * and refusals carry the same sentences, since clients and people know those.
 *
 * @see prometheus:web/api/v1/api.go
 */

/** The farthest times that can be asked for: what JavaScript's `Date` can hold. */
export const TIME_MIN_MS = -8.64e15
export const TIME_MAX_MS = 8.64e15

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/
const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/
const DURATION_MAX_S = 2 ** 63 / 1e9 // an int64 of nanoseconds, which is what clients may expect to fit

/** Milliseconds of `1600096945.479`, `2020-09-14T15:22:25.479Z`; undefined for anything else. */
function parseTime(text: string): number | undefined {
  const ms = NUMBER.test(text)
    ? Math.round(Number(text) * 1000)
    : RFC3339.test(text)
      ? Date.parse(text)
      : Number.NaN
  return ms >= TIME_MIN_MS && ms <= TIME_MAX_MS ? ms : undefined
}

/** A time that must be there, such as `start` of a range query. */
export function requiredTime(params: URLSearchParams, name: string): number {
  const text = params.get(name) ?? ''
  const ms = parseTime(text)
  if (ms === undefined) throw invalid(name, `cannot parse ${quoted(text)} to a valid timestamp`)
  return ms
}

/** A time that may be left out. */
export function optionalTime(params: URLSearchParams, name: string, otherwise: number): number {
  const text = params.get(name) ?? ''
  if (text === '') return otherwise
  const ms = parseTime(text)
  if (ms !== undefined) return ms
  const why = `cannot parse ${quoted(text)} to a valid timestamp`
  throw invalid(name, `invalid time value for '${name}': ${why}`)
}

/** Milliseconds of `15`, `0.5` (seconds) or `1h30m`. Throws without saying which parameter it was. */
function durationOf(text: string): number {
  if (NUMBER.test(text)) {
    const seconds = Number(text)
    if (Math.abs(seconds) < DURATION_MAX_S) return Math.round(seconds * 1000)
    throw new RangeError(`cannot parse ${quoted(text)} to a valid duration. It overflows int64`)
  }
  try {
    return parseDuration(text)
  } catch {
    throw new RangeError(`cannot parse ${quoted(text)} to a valid duration`)
  }
}

/** A duration that must be there, such as `step`. */
export function requiredDuration(params: URLSearchParams, name: string): number {
  try {
    return durationOf(params.get(name) ?? '')
  } catch (error) {
    throw invalid(name, (error as RangeError).message)
  }
}

/** A duration that may be left out. */
export function optionalDuration(params: URLSearchParams, name: string): number | undefined {
  return (params.get(name) ?? '') === '' ? undefined : requiredDuration(params, name)
}

const LIMIT_MAX = Number.MAX_SAFE_INTEGER

/** `limit`: whole, not negative; 0 (and nothing given) means no limit. */
export function limitOf(params: URLSearchParams): number {
  const text = params.get('limit') ?? ''
  if (text === '') return 0
  if (!/^[+-]?\d+$/.test(text)) {
    throw invalid('limit', `strconv.Atoi: parsing ${quoted(text)}: invalid syntax`)
  }
  const limit = Number(text)
  if (limit < 0) throw invalid('limit', 'limit must be non-negative')
  return Math.min(limit, LIMIT_MAX)
}

/** A whole number where Prometheus is short about what is wrong; -1 when not given. */
export function countOf(params: URLSearchParams, name: string): number {
  const text = params.get(name) ?? ''
  if (text === '') return -1
  if (!/^[+-]?\d+$/.test(text)) throw new WeirError('HTTP_PARAMETER', `${name} must be a number`)
  return Math.min(Number(text), LIMIT_MAX)
}

const TRUE = new Set(['1', 't', 'T', 'TRUE', 'true', 'True'])
const FALSE = new Set(['', '0', 'f', 'F', 'FALSE', 'false', 'False'])

/**
 * A yes or no, in any of Go's spellings; no when not given.
 *
 * @param why how the refusal of this parameter begins
 */
export function flagOf(
  params: URLSearchParams,
  name: string,
  why = `error converting ${name}`,
): boolean {
  const text = params.get(name) ?? ''
  if (TRUE.has(text)) return true
  if (FALSE.has(text)) return false
  throw invalid(name, `${why}: strconv.ParseBool: parsing ${quoted(text)}: invalid syntax`)
}

/** `invalid parameter "name": why`, Prometheus's sentence. */
export function invalid(name: string, why: string): WeirError {
  return new WeirError('HTTP_PARAMETER', `invalid parameter ${quoted(name)}: ${why}`)
}

/** As Go's `%q` writes it, near enough for people. */
function quoted(text: string): string {
  return JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text)
}
