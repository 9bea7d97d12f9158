/** Units that climb: a step for each thousand, or each 1024. */
import { fixed } from './decimals.ts'
import type { Formatter } from './formatted.ts'

const SI = ['f', 'p', 'n', 'µ', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y'] as const
const SI_BASE = SI.indexOf('')
const IEC = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei', 'Zi', 'Yi'] as const
const COUNT = ['', 'K', 'M', 'B', 'T'] as const

/** `number + suffix`, unscaled. */
export function plain(suffix: string): Formatter {
  return (value, { decimals }) => ({ text: fixed(value, decimals), suffix })
}

/**
 * The largest step that leaves the number at one or more.
 *
 * @param suffixes one for each step, from the smallest
 * @param base the step in which values are given
 */
export function scaled(factor: number, suffixes: readonly string[], base = 0): Formatter {
  return (value, { decimals }) => {
    if (!Number.isFinite(value)) return { text: fixed(value) }
    let step = base
    let size = value
    // Comparing is exact where logarithms of 1000 and 1024 are not.
    while (Math.abs(size) >= factor && step < suffixes.length - 1) {
      size /= factor
      step += 1
    }
    while (size !== 0 && Math.abs(size) < 1 && step > 0) {
      size *= factor
      step -= 1
    }
    return { text: fixed(size, decimals), suffix: suffixes[step]! }
  }
}

/** SI prefixes; `offset` 1 means that values are given in kilo, -1 in milli. */
export function si(unit: string, offset = 0): Formatter {
  return scaled(
    1000,
    SI.map((prefix) => ` ${prefix}${unit}`),
    SI_BASE + offset,
  )
}

/** SI prefixes of things that come whole, like bytes: nobody says a millibyte. */
export function wholeSi(unit: string, offset = 0): Formatter {
  return scaled(
    1000,
    SI.slice(SI_BASE).map((prefix) => ` ${prefix}${unit}`),
    offset,
  )
}

/** Ki, Mi, …; `offset` 1 means that values are given in Ki. */
export function iec(unit: string, offset = 0): Formatter {
  return scaled(
    1024,
    IEC.map((prefix) => ` ${prefix}${unit}`),
    offset,
  )
}

/** 1.2K req/s. */
export function count(what: string): Formatter {
  return scaled(
    1000,
    COUNT.map((step) => `${step} ${what}`),
  )
}

/** $1.2K, or 1.2K kr where the symbol goes behind. */
export function currency(symbol: string, behind = false): Formatter {
  const amount = scaled(1000, COUNT)
  return (value, options) => {
    const { text, suffix = '' } = amount(Math.abs(value), options)
    const sign = value < 0 ? '-' : ''
    return behind
      ? { prefix: sign, text, suffix: `${suffix} ${symbol}` }
      : { prefix: `${sign}${symbol}`, text, suffix }
  }
}

/** How many steps a letter of `si:k…` stands above the unit; undefined when it is no prefix. */
export function siOffset(letter: string): number | undefined {
  const at = SI.findIndex((prefix) => prefix !== '' && prefix === letter)
  return at < 0 ? undefined : at - SI_BASE
}
