import { WeirError } from '@weir/model'
import { parseDuration } from '@weir/promql'

/**
 * Reading the parameters of Loki's API as Loki reads them: the same forms are accepted, and refusals carry the
 * same sentences where clients may know them. Times are nanoseconds.
 *
 * @see grafana/loki:pkg/loghttp/params.go
 */

const NS_PER_MS = 1_000_000n
const NS_PER_S = 1_000_000_000n
const SINCE_MS = 3_600_000
const STEPS_MAX = 11_000n
const LIMIT = 100
const INT64_MAX = 2n ** 63n - 1n

const INTEGER = /^[+-]?\d+$/
const DECIMAL = /^[+-]?(?:\d+\.\d*|\.\d+)(?:[eE][+-]?\d+)?$/
const RFC3339 = /^(\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d)(?:[.,](\d+))?([Zz]|[+-]\d\d:\d\d)$/

/** From when until when; `toNs` is not in it. */
export interface Bounds {
  readonly fromNs: bigint
  readonly toNs: bigint
}

/** `start`, `end` and `since`; an hour until now when nothing is said. */
export function boundsOf(params: URLSearchParams, nowMs: number): Bounds {
  const nowNs = BigInt(nowMs) * NS_PER_MS
  const sinceNs = sinceOf(params)
  const toNs = timeOf(params, 'end') ?? nowNs
  const latest = toNs > nowNs ? nowNs : toNs // an end in the future moves no start
  const fromNs = timeOf(params, 'start') ?? latest - sinceNs
  return { fromNs, toNs }
}

/** The same where an end before the start is refused. */
export function orderedBoundsOf(params: URLSearchParams, nowMs: number): Bounds {
  const bounds = boundsOf(params, nowMs)
  if (bounds.toNs >= bounds.fromNs) return bounds
  throw refused('end timestamp must not be before or equal to start time')
}

function sinceOf(params: URLSearchParams): bigint {
  const text = params.get('since') ?? ''
  if (text === '') return BigInt(SINCE_MS) * NS_PER_MS
  try {
    return BigInt(parseDuration(text)) * NS_PER_MS
  } catch {
    throw refused(`could not parse 'since' parameter: not a valid duration string: ${quoted(text)}`)
  }
}

/** A time: nanoseconds, seconds (ten digits or fewer, or with a point) or RFC 3339; undefined when not given. */
export function timeOf(params: URLSearchParams, name: string): bigint | undefined {
  const text = params.get(name) ?? ''
  if (text === '') return undefined
  const ns = parseTime(text)
  if (ns !== undefined && ns <= INT64_MAX && ns >= -INT64_MAX) return ns
  throw refused(`could not parse '${name}' parameter: cannot parse ${quoted(text)} to a valid time`)
}

/** Nanoseconds of a time in any of its forms; undefined for anything else. */
export function parseTime(text: string): bigint | undefined {
  if (INTEGER.test(text)) return text.length <= 10 ? BigInt(text) * NS_PER_S : BigInt(text)
  if (DECIMAL.test(text)) {
    const seconds = Number(text)
    if (!Number.isFinite(seconds) || Math.abs(seconds) > 1e11) return undefined
    const whole = Math.trunc(seconds)
    return BigInt(whole) * NS_PER_S + BigInt(Math.round((seconds - whole) * 1000)) * NS_PER_MS
  }
  const found = RFC3339.exec(text)
  if (found === null) return undefined
  const [, second, fraction = '', zone] = found
  const ms = Date.parse(`${second!.toUpperCase()}${zone!.toUpperCase()}`)
  if (Number.isNaN(ms)) return undefined
  return BigInt(ms) * NS_PER_MS + BigInt(fraction.slice(0, 9).padEnd(9, '0'))
}

/** `step`, or a 250th of the range in whole seconds; at most 11,000 of them. */
export function stepOf(params: URLSearchParams, { fromNs, toNs }: Bounds): bigint {
  const text = params.get('step') ?? ''
  const seconds = (toNs - fromNs) / NS_PER_S / 250n
  const stepNs = text === '' ? (seconds < 1n ? 1n : seconds) * NS_PER_S : durationOf(text)
  if (stepNs <= 0n) {
    throw refused(
      'zero or negative query resolution step widths are not accepted. Try a positive integer',
    )
  }
  if ((toNs - fromNs) / stepNs > STEPS_MAX) {
    throw refused(
      'exceeded maximum resolution of 11,000 points per time series. Try increasing the value of the step parameter',
    )
  }
  return stepNs
}

/** `interval`: the least time between two lines of an answer; 0 for all. */
export function intervalOf(params: URLSearchParams): bigint {
  const text = params.get('interval') ?? ''
  const intervalNs = text === '' ? 0n : durationOf(text)
  if (intervalNs >= 0n) return intervalNs
  throw refused('interval must be >= 0')
}

/** Nanoseconds of seconds (`0.5`) or of a duration (`1m30s`). */
function durationOf(text: string): bigint {
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)) {
    const ns = Number(text) * 1e9
    if (Math.abs(ns) <= Number(INT64_MAX)) return BigInt(Math.trunc(ns))
    throw refused(`cannot parse ${quoted(text)} to a valid duration. It overflows int64`)
  }
  try {
    return BigInt(parseDuration(text)) * NS_PER_MS
  } catch {
    throw refused(`cannot parse ${quoted(text)} to a valid duration`)
  }
}

/** A whole number above 0. */
export function countOf(params: URLSearchParams, name: string, otherwise = LIMIT): number {
  const text = params.get(name) ?? ''
  if (text === '') return otherwise
  if (!INTEGER.test(text)) {
    throw refused(`strconv.Atoi: parsing ${quoted(text)}: invalid syntax`)
  }
  const count = Number(text)
  if (count <= 0) throw refused('limit must be a positive value')
  return Math.min(count, 2 ** 31)
}

/** `direction`: which lines count when there are more than the limit, and in which order they come. */
export function directionOf(params: URLSearchParams): 'forward' | 'backward' {
  const text = params.get('direction') ?? ''
  const direction = text.toLowerCase()
  if (direction === '' || direction === 'backward') return 'backward'
  if (direction === 'forward') return 'forward'
  throw refused(`invalid direction '${text.slice(0, 40)}'`)
}

export function refused(why: string): WeirError {
  return new WeirError('HTTP_PARAMETER', why)
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text)
}
