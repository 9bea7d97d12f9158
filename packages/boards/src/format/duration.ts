/** Lengths of time: in the unit a person would choose, as words, as a clock. */
import { fixed } from './decimals.ts'
import type { Formatter } from './formatted.ts'

/** Below this size (in what is given), divide by that and call it so. */
type Ladder = readonly (readonly [below: number, divideBy: number, unit: string])[]

const NANOSECONDS: Ladder = [
  [1e3, 1, 'ns'],
  [1e6, 1e3, 'µs'],
  [1e9, 1e6, 'ms'],
  [60e9, 1e9, 's'],
  [3600e9, 60e9, 'min'],
  [86_400e9, 3600e9, 'hour'],
  [Infinity, 86_400e9, 'day'],
]
const MICROSECONDS: Ladder = [
  [1e3, 1, 'µs'],
  [1e6, 1e3, 'ms'],
  [Infinity, 1e6, 's'],
]
const MILLISECONDS: Ladder = [
  [1000, 1, 'ms'],
  [60e3, 1000, 's'],
  [3.6e6, 60e3, 'min'],
  [86.4e6, 3.6e6, 'hour'],
  [31.536e9, 86.4e6, 'day'],
  [Infinity, 31.536e9, 'year'],
]
const SECONDS: Ladder = [
  [1e-6, 1e-9, 'ns'],
  [1e-3, 1e-6, 'µs'],
  [1, 1e-3, 'ms'],
  [60, 1, 's'],
  [3600, 60, 'min'],
  [86_400, 3600, 'hour'],
  [604_800, 86_400, 'day'],
  [31_536_000, 604_800, 'week'],
  [Infinity, 3.15569e7, 'year'],
]
const MINUTES: Ladder = [
  [60, 1, 'min'],
  [1440, 60, 'hour'],
  [10_080, 1440, 'day'],
  [525_600, 10_080, 'week'],
  [Infinity, 5.25948e5, 'year'],
]
const HOURS: Ladder = [
  [24, 1, 'hour'],
  [168, 24, 'day'],
  [8760, 168, 'week'],
  [Infinity, 8760, 'year'],
]
const DAYS: Ladder = [
  [7, 1, 'day'],
  [365, 7, 'week'],
  [Infinity, 365, 'year'],
]

function ladder(steps: Ladder, zero: string): Formatter {
  return (value, { decimals }) => {
    if (!Number.isFinite(value)) return { text: fixed(value) }
    if (value === 0) return { text: fixed(0, decimals), suffix: ` ${zero}` }
    const size = Math.abs(value)
    const [, divideBy, unit] = steps.find(([below]) => size < below) ?? steps.at(-1)!
    return { text: fixed(value / divideBy, decimals), suffix: ` ${unit}` }
  }
}

export const nanoseconds = ladder(NANOSECONDS, 'ns')
export const microseconds = ladder(MICROSECONDS, 'µs')
export const milliseconds = ladder(MILLISECONDS, 'ms')
export const seconds = ladder(SECONDS, 's')
export const minutes = ladder(MINUTES, 'min')
export const hours = ladder(HOURS, 'hour')
export const days = ladder(DAYS, 'day')

/** Hundredths of seconds, as SNMP counts. */
export function timeTicks(value: number, options: Parameters<Formatter>[1]): ReturnType<Formatter> {
  return seconds(value / 100, options)
}

const WORDS = [
  ['year', 31_536_000_000],
  ['month', 2_592_000_000],
  ['week', 604_800_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
  ['millisecond', 1],
] as const

/** `1 day, 2 hours`: the largest unit, and as many smaller ones as there are decimals. */
export function words(unit: 'second' | 'millisecond'): Formatter {
  const msPerUnit = unit === 'second' ? 1000 : 1
  return (value, { decimals }) => {
    if (!Number.isFinite(value)) return { text: fixed(value) }
    // A tenth of a nanosecond forgives what multiplying by 1000 does to fractions.
    let left = Math.abs(value) * msPerUnit + 1e-7
    const said: string[] = []
    for (const [name, ms] of WORDS) {
      if (said.length > (decimals ?? 0)) break
      if (said.length === 0 && left < ms) continue
      const whole = Math.floor(left / ms)
      said.push(`${whole} ${name}${whole === 1 ? '' : 's'}`)
      left %= ms
    }
    if (said.length === 0) return { text: `0 ${unit}s` }
    return { text: said.join(', ') + (value < 0 ? ' ago' : '') }
  }
}

const two = (value: number): string => String(value).padStart(2, '0')

/** Seconds as `26:03:04`; with days as `1 d 02:03:04`. */
export function clockOfSeconds(withDays: boolean): Formatter {
  return (value) => {
    if (!Number.isFinite(value)) return { text: fixed(value) }
    let left = Math.floor(Math.abs(value))
    const dayCount = withDays ? Math.floor(left / 86_400) : 0
    left -= dayCount * 86_400
    const text = [Math.floor(left / 3600), Math.floor((left % 3600) / 60), left % 60]
    const ago = value < 0 ? ' ago' : ''
    return { text: `${dayCount > 0 ? `${dayCount} d ` : ''}${text.map(two).join(':')}${ago}` }
  }
}

/** `12m:03s:250ms`; decimals say how many parts follow the first. */
export function clockParts(msPerUnit: number): Formatter {
  return (value, { decimals }) => {
    if (!Number.isFinite(value)) return { text: fixed(value) }
    const ms = Math.floor(Math.abs(value) * msPerUnit + 1e-7)
    const parts = [
      `${two(Math.floor(ms / 3_600_000))}h`,
      `${two(Math.floor(ms / 60_000) % 60)}m`,
      `${two(Math.floor(ms / 1000) % 60)}s`,
      `${String(ms % 1000).padStart(3, '0')}ms`,
    ]
    const first = ms < 1000 ? 3 : ms < 60_000 ? 2 : ms < 3_600_000 ? 1 : 0
    const shown = parts.slice(first, first + 1 + Math.max(0, decimals ?? parts.length))
    return { text: (value < 0 ? '-' : '') + shown.join(':') }
  }
}
