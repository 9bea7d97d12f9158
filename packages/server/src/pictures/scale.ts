/** Round numbers for an axis, and how they are written. */
export interface Scale {
  readonly min: number
  readonly max: number
  readonly ticks: readonly number[]
  readonly write: (value: number) => string
}

/** Beyond these nothing can be computed with them; what is larger is left out. */
export const VALUE_MAX = 1e300
const VALUE_MIN = 1e-290

const DECIMAL = [1, 2, 2.5, 5, 10]
const SECONDS = [
  60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 432_000,
  864_000,
]

/** An axis over values that are there, with some air; from zero where zero is near. */
export function valueScale(low: number, high: number, unit: string | undefined): Scale {
  let [min, max] = [low, high]
  const size = Math.max(Math.abs(low), Math.abs(high))
  if (max - min <= size * 1e-9 || size < VALUE_MIN) {
    const air = size < VALUE_MIN ? 1 : size * 0.1
    ;[min, max] = [min - air, max + air]
    if (low >= 0 && min < 0) min = 0
  }
  if (min > 0 && min < (max - min) * 1.5) min = 0
  if (max < 0 && -max < (max - min) * 1.5) max = 0
  const step = stepFor((max - min) / 5, unit)
  const from = Math.floor(min / step + 1e-9)
  const to = Math.ceil(max / step - 1e-9)
  const ticks: number[] = []
  for (let i = from; i <= to && ticks.length < 20; i++) ticks.push(i * step)
  return {
    min: from * step,
    max: to * step,
    ticks,
    write: (value) => writeValue(value, unit, step),
  }
}

function stepFor(wanted: number, unit: string | undefined): number {
  if (unit === 'seconds' && wanted >= 30) {
    const known = SECONDS.find((step) => step >= wanted)
    if (known !== undefined) return known
  }
  const base = unit === 'bytes' ? 2 : 10
  if (base === 2 && wanted >= 1) return 2 ** Math.ceil(Math.log2(wanted))
  const power = 10 ** Math.floor(Math.log10(wanted))
  return DECIMAL.find((factor) => factor * power >= wanted * 0.999)! * power
}

const LARGE = ['', 'k', 'M', 'G', 'T', 'P', 'E']
const BINARY = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB']
const LENGTHS: readonly (readonly [seconds: number, name: string])[] = [
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'm'],
  [1, 's'],
  [1e-3, 'ms'],
  [1e-6, 'µs'],
  [1e-9, 'ns'],
]

/** For people: `1.25 k`, `512 MiB`, `90 %`, `2.5 h`. `step` bounds the digits: what it is a part of. */
export function writeValue(
  value: number,
  unit: string | undefined,
  step = Math.abs(value) / 100,
): string {
  if (!Number.isFinite(value)) return String(value)
  if (value === 0) return unit === 'ratio' ? '0 %' : '0'
  if (Math.abs(value) >= 1e21) return value.toExponential(1)
  if (unit === 'ratio') return `${digits(value * 100, step * 100)} %`
  if (unit === 'bytes') return scaled(value, step, 1024, BINARY)
  if (unit === 'seconds') {
    const [size, name] = LENGTHS.find(([seconds]) => Math.abs(value) >= seconds) ?? LENGTHS.at(-1)!
    return `${digits(value / size, step / size)} ${name}`
  }
  return scaled(value, step, 1000, LARGE).trim()
}

function scaled(value: number, step: number, by: number, names: readonly string[]): string {
  let power = 0
  while (Math.abs(value) / by ** power >= by * 0.9995 && power < names.length - 1) power++
  const size = by ** power
  return `${digits(value / size, step / size)} ${names[power]!}`
}

function digits(value: number, step: number): string {
  if (Math.abs(value) >= 1e6 || Math.abs(value) < 1e-6) return value.toExponential(1)
  const places = Math.min(Math.max(0, Math.ceil(-Math.log10(step) - 1e-9)) + 1, 8)
  return String(Number(value.toFixed(places)))
}

const TIME_STEPS_MS = [
  1, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400,
  172_800, 604_800,
].map((seconds) => seconds * 1000)

/** Round moments (UTC) between two, about `count`. */
export function timeTicks(
  startMs: number,
  endMs: number,
  count: number,
): { at: number; text: string }[] {
  const wanted = (endMs - startMs) / count
  const step = TIME_STEPS_MS.find((ms) => ms >= wanted) ?? TIME_STEPS_MS.at(-1)!
  const ticks: { at: number; text: string }[] = []
  let day = ''
  for (let at = Math.ceil(startMs / step) * step; at <= endMs; at += step) {
    const iso = new Date(at).toISOString()
    const isNewDay = day !== '' && iso.slice(0, 10) !== day
    day = iso.slice(0, 10)
    const clock = step < 60_000 ? iso.slice(11, 19) : iso.slice(11, 16)
    ticks.push({ at, text: step >= 86_400_000 || isNewDay ? iso.slice(5, 10) : clock })
  }
  return ticks
}
