/** A number in a dashboard's unit: `1536` in `bytes` is `1.5 KiB`. */
import { dateFormat } from './date.ts'
import type { FormatOptions, Formatted, Formatter } from './formatted.ts'
import { count, currency, plain, si, siOffset } from './scaled.ts'
import { UNITS, either } from './units.ts'
import { fixed } from './decimals.ts'

/**
 * Formats a number as Grafana does.
 *
 * @param unit one of its ids, `prefix:x`, `suffix:x`, `time:PATTERN`, `si:kW`, `count:x`,
 *   `currency:x`, `bool:yes/no`, or any text, which then stands behind the number
 */
export function formatValue(
  value: number,
  unit: string | undefined,
  options: FormatOptions = {},
): Formatted {
  return formatterOf(unit)(value, options)
}

/** What a unit makes of numbers; worth keeping where many follow. */
export function formatterOf(unit: string | undefined): Formatter {
  // A file may hold anything.
  if (typeof unit !== 'string' || unit === '') return UNITS.get('none')!
  return UNITS.get(unit) ?? custom(unit)
}

/** Whether a unit is one of those with a name, or one of the forms with a colon. */
export function isKnownUnit(unit: string): boolean {
  return UNITS.has(unit) || /^(?:prefix|suffix|time|si|count|currency|bool):/.test(unit)
}

function custom(unit: string): Formatter {
  const colon = unit.indexOf(':')
  const rest = unit.slice(colon + 1)
  switch (colon > 0 ? unit.slice(0, colon) : '') {
    case 'prefix':
      return (value, { decimals }) => ({ prefix: rest, text: fixed(value, decimals) })
    case 'suffix':
      return plain(` ${rest}`)
    case 'time':
      return dateFormat(rest)
    case 'si': {
      const offset = siOffset(rest.charAt(0))
      // `si:m` is metres: a prefix needs something to stand before.
      return offset === undefined || rest.length === 1 ? si(rest) : si(rest.slice(1), offset)
    }
    case 'count':
      return count(rest)
    case 'currency':
      return currency(rest)
    case 'bool': {
      const slash = rest.indexOf('/')
      return slash < 0 ? either(rest, '-') : either(rest.slice(0, slash), rest.slice(slash + 1))
    }
    default:
      return plain(` ${unit}`)
  }
}

/** Ids of the units that have one, for choosing. */
export function knownUnits(): string[] {
  return [...UNITS.keys()]
}
