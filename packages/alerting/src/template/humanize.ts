import {
  GoDuration,
  GoInteger,
  TemplateFailure,
  formatFloat,
  readFloat,
  typeName,
} from '@weir/template'

const four = (value: number): string => formatFloat(value, 'g', 4)
const LARGE = ['', 'k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y']
const SMALL = ['', 'm', 'u', 'n', 'p', 'f', 'a', 'z', 'y']
const BINARY = ['', 'ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei', 'Zi', 'Yi']

/** A number, or a text that holds one. */
export function toFloat(value: unknown): number {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  if (value instanceof GoDuration) return value.seconds
  if (value instanceof GoInteger && value.typeName === 'int64') return Number(value.integer)
  if (typeof value === 'string') return parseFloatText(value)
  throw new TemplateFailure(`can't convert ${typeName(value)} to float`)
}

/** As Go's strconv.ParseFloat. */
function parseFloatText(text: string): number {
  const special = /^([+-]?)(?:(inf|infinity)|(nan))$/i.exec(text)
  if (special?.[3] !== undefined) return Number.NaN
  if (special !== null) return special[1] === '-' ? -Infinity : Infinity
  const value = readFloat(text)
  const wrong =
    value === undefined ? 'invalid syntax' : Number.isFinite(value) ? '' : 'value out of range'
  if (value === undefined || wrong !== '') {
    throw new TemplateFailure(`strconv.ParseFloat: parsing ${JSON.stringify(text)}: ${wrong}`)
  }
  return value
}

/** `1.235M`, `500m`. */
export function humanize(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return four(value)
  return Math.abs(value) >= 1 ? divided(value, 1000, LARGE) : multiplied(value)
}

/** `120.6ki`. */
export function humanize1024(value: number): string {
  if (Math.abs(value) <= 1 || !Number.isFinite(value)) return four(value)
  return divided(value, 1024, BINARY)
}

function divided(value: number, by: number, prefixes: readonly string[]): string {
  let rest = value
  let step = 0
  while (Math.abs(rest) >= by && step < prefixes.length - 1) {
    rest /= by
    step++
  }
  return four(rest) + prefixes[step]!
}

function multiplied(value: number): string {
  let rest = value
  let step = 0
  while (Math.abs(rest) < 1 && step < SMALL.length - 1) {
    rest *= 1000
    step++
  }
  return four(rest) + SMALL[step]!
}

/** `1d 2h 3m 4s`, `4.123s`, `500ms`. */
export function humanizeDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return four(seconds)
  if (seconds === 0) return '0s'
  const size = Math.abs(seconds)
  if (size < 1) return `${multiplied(seconds)}s`
  if (size < 60) return `${four(seconds)}s`
  const whole = Math.trunc(size)
  const parts = [
    [Math.trunc(whole / 86_400), 'd'],
    [Math.trunc(whole / 3600) % 24, 'h'],
    [Math.trunc(whole / 60) % 60, 'm'],
    [whole % 60, 's'],
  ] as const
  const first = parts.findIndex(([count]) => count > 0)
  const text = parts.slice(first).map(([count, unit]) => `${count}${unit}`)
  return (seconds < 0 ? '-' : '') + text.join(' ')
}

/** `50%`. */
export function humanizePercentage(ratio: number): string {
  return `${four(ratio * 100)}%`
}
