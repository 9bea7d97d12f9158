/**
 * Figures for people: three significant digits, a prefix where it helps, a unit always.
 *
 * A value and its unit are kept apart, so that the page can set the unit smaller and greyer.
 */
export interface Figure {
  readonly text: string
  readonly unit: string
}

/** What stands where there is no value. */
const NOTHING: Figure = { text: '–', unit: '' }

const PREFIXES = ['', 'k', 'M', 'G', 'T', 'P', 'E'] as const
const BINARY = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'] as const

/** At most three significant digits and no needless zeros: 0.123, 1.23, 12.3, 123. */
export function threeDigits(value: number): string {
  if (!Number.isFinite(value)) return infinite(value)
  const size = Math.abs(value)
  if (size === 0) return '0'
  if (size < 0.001) return value.toExponential(1).replace('e-', 'e−')
  if (size >= 1000) return minus(String(Math.round(value)))
  const decimals = size >= 99.95 ? 0 : size >= 9.995 ? 1 : size >= 0.9995 ? 2 : 3
  return minus(String(Number(value.toFixed(decimals))))
}

/** 1234 → `1.23k`; below a thousand plain. */
export function compact(value: number): string {
  if (!Number.isFinite(value)) return infinite(value)
  const size = Math.abs(value)
  if (size < 999.5) return threeDigits(value)
  const power = Math.min(PREFIXES.length - 1, Math.floor(Math.log10(size * 1.0005) / 3))
  return threeDigits(value / 1000 ** power) + PREFIXES[power]!
}

/** Whole numbers with thin spaces between thousands: `12 345 678`. */
export function whole(value: number): string {
  if (!Number.isFinite(value)) return infinite(value)
  return minus(String(Math.round(value))).replace(/\B(?=(\d{3})+$)/g, '\u2009')
}

/** `1 board`, `2 boards`. */
export function counted(count: number, what: string, many = `${what}s`): string {
  return `${whole(count)} ${count === 1 ? what : many}`
}

/** Seconds in the unit a person would choose: 0.0005 → 500 µs, 75 → 1.25 min. */
function secondsFigure(seconds: number): Figure {
  if (!Number.isFinite(seconds)) return { text: infinite(seconds), unit: '' }
  const size = Math.abs(seconds)
  if (size === 0) return { text: '0', unit: 's' }
  if (size < 0.9995e-3) return { text: threeDigits(seconds * 1e6), unit: 'µs' }
  if (size < 0.9995) return { text: threeDigits(seconds * 1e3), unit: 'ms' }
  if (size < 99.95) return { text: threeDigits(seconds), unit: 's' }
  if (size < 5997) return { text: threeDigits(seconds / 60), unit: 'min' }
  if (size < 172_800) return { text: threeDigits(seconds / 3600), unit: 'h' }
  return { text: threeDigits(seconds / 86_400), unit: 'd' }
}

/** Bytes by powers of 1024. */
export function bytesFigure(bytes: number): Figure {
  if (!Number.isFinite(bytes)) return { text: infinite(bytes), unit: 'B' }
  const size = Math.abs(bytes)
  const power = size < 1 ? 0 : Math.min(BINARY.length - 1, Math.floor(Math.log2(size) / 10))
  return { text: threeDigits(bytes / 1024 ** power), unit: BINARY[power]! }
}

/** A value in the unit that the API names: `s`, `runs/s`, `bytes`, `ratio`, `tasks`, … */
export function figure(value: number | null | undefined, unit: string): Figure {
  if (value === null || value === undefined || Number.isNaN(value)) return NOTHING
  switch (unit) {
    case 's':
    case 'seconds':
      return secondsFigure(value)
    case 'ms':
      return secondsFigure(value / 1000)
    case 'bytes':
    case 'B':
      return bytesFigure(value)
    case 'bytes/s': {
      const bytes = bytesFigure(value)
      return { text: bytes.text, unit: `${bytes.unit}/s` }
    }
    case 'ratio':
      return { text: threeDigits(value * 100), unit: '%' }
    default:
      return unit.endsWith('/s') ? rateFigure(value, unit) : { text: compact(value), unit }
  }
}

/**
 * The unit in which a whole line of rates reads well, and what to multiply by: a chart's axis and
 * its headline must speak the same unit.
 */
export function rateScale(
  highest: number,
  unit: string,
): { readonly factor: number; readonly unit: string } {
  const what = unit.slice(0, -2)
  if (!unit.endsWith('/s') || unit === 'bytes/s' || highest === 0 || highest >= 0.0995) {
    return { factor: 1, unit }
  }
  return highest >= 1 / 60
    ? { factor: 60, unit: `${what}/min` }
    : { factor: 3600, unit: `${what}/h` }
}

/** Rates below one in ten seconds read better by the minute or the hour: 0.0017 runs/s → 6.12 runs/h. */
function rateFigure(perSecond: number, unit: string): Figure {
  const scale = rateScale(Math.abs(perSecond), unit)
  return { text: compact(perSecond * scale.factor), unit: scale.unit }
}

/** A figure as one string with a narrow space: `1.2 ms`, `12%`. */
export function figureText(value: number | null | undefined, unit: string): string {
  const { text, unit: shown } = figure(value, unit)
  return shown === '' ? text : shown === '%' ? `${text}%` : `${text}\u202f${shown}`
}

function infinite(value: number): string {
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+∞' : '−∞'
}

function minus(text: string): string {
  return text.startsWith('-') ? `−${text.slice(1)}` : text
}
