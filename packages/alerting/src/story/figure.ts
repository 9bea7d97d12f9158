/** Figures for people, as the page shows them: three significant digits, a unit where it is known. */
export function figureText(value: number, unit = ''): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'
  switch (unit) {
    case 'seconds':
      return secondsText(value)
    case 'bytes':
      return bytesText(value)
    case 'bytes/s':
      return `${bytesText(value)}/s`
    case 'ratio':
      return `${threeDigits(value * 100)}%`
    default:
      return unit === '' ? compact(value) : `${compact(value)} ${unit}`
  }
}

const PREFIXES = ['', 'k', 'M', 'G', 'T', 'P', 'E'] as const
const BINARY = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'] as const

/** 0.123, 1.23, 12.3, 123, 1234: no needless zeros. */
function threeDigits(value: number): string {
  const size = Math.abs(value)
  if (size === 0) return '0'
  if (size < 0.001) return value.toExponential(1)
  if (size >= 1000) return String(Math.round(value))
  return String(Number(value.toPrecision(3)))
}

/** 1234567 → `1.23M`; whole numbers up to 9999 as they are. */
function compact(value: number): string {
  const size = Math.abs(value)
  if (size < 999.5 || (size < 10_000 && Number.isInteger(value))) return threeDigits(value)
  const power = Math.min(PREFIXES.length - 1, Math.floor(Math.log10(size * 1.0005) / 3))
  return threeDigits(value / 1000 ** power) + PREFIXES[power]!
}

/** Seconds that can only be a point in time, those of 2001 to 2286, are shown as one. */
const TIMES = { from: 1e9, to: 1e10 } as const

function secondsText(seconds: number): string {
  const size = Math.abs(seconds)
  if (seconds >= TIMES.from && seconds < TIMES.to) {
    return new Date(seconds * 1000).toISOString().replace(/\.\d+Z$/, 'Z')
  }
  if (size === 0) return '0 s'
  if (size < 0.9995e-3) return `${threeDigits(seconds * 1e6)} µs`
  if (size < 0.9995) return `${threeDigits(seconds * 1e3)} ms`
  if (size < 99.95) return `${threeDigits(seconds)} s`
  if (size < 5997) return `${threeDigits(seconds / 60)} min`
  if (size < 172_800) return `${threeDigits(seconds / 3600)} h`
  return `${threeDigits(seconds / 86_400)} d`
}

function bytesText(bytes: number): string {
  const size = Math.abs(bytes)
  const power = size < 1 ? 0 : Math.min(BINARY.length - 1, Math.floor(Math.log2(size) / 10))
  return `${threeDigits(bytes / 1024 ** power)} ${BINARY[power]!}`
}
