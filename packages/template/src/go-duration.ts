import { GoInteger, GoObject, getter, goFunction } from './go-value.ts'

/** A length of time in whole nanoseconds, as Go's `time.Duration`. */
export class GoDuration extends GoObject {
  readonly typeName = 'time.Duration'
  readonly ns: bigint

  constructor(ns: bigint) {
    super()
    this.ns = ns
  }

  get seconds(): number {
    return this.#inUnits(1_000_000_000n)
  }

  /** Whole units and the rest apart, so that no digit is lost. */
  #inUnits(unit: bigint): number {
    return Number(this.ns / unit) + Number(this.ns % unit) / Number(unit)
  }

  override get integer(): bigint {
    return this.ns
  }

  override get isStringer(): boolean {
    return true
  }

  member(name: string): unknown {
    switch (name) {
      case 'Seconds':
        return getter(() => this.seconds)
      case 'Minutes':
        return getter(() => this.#inUnits(60_000_000_000n))
      case 'Hours':
        return getter(() => this.#inUnits(3_600_000_000_000n))
      case 'Milliseconds':
        return getter(() => new GoInteger('int64', this.ns / 1_000_000n))
      case 'Microseconds':
        return getter(() => new GoInteger('int64', this.ns / 1000n))
      case 'Nanoseconds':
        return getter(() => new GoInteger('int64', this.ns))
      case 'String':
        return getter(() => this.toString())
      case 'Abs':
        return getter(() => new GoDuration(this.ns < 0n ? -this.ns : this.ns))
      case 'Truncate':
        return goFunction(['duration'], ([to]) => {
          const step = (to as GoDuration).ns
          return step <= 0n ? this : new GoDuration(this.ns - (this.ns % step))
        })
      case 'Round':
        return goFunction(['duration'], ([to]) => this.#round((to as GoDuration).ns))
      default:
        return undefined
    }
  }

  #round(step: bigint): GoDuration {
    if (step <= 0n) return this
    const size = this.ns < 0n ? -this.ns : this.ns
    const rounded = ((size * 2n + step) / (step * 2n)) * step
    return new GoDuration(this.ns < 0n ? -rounded : rounded)
  }

  /** `1h2m3.5s`, `100ms`, `0s`. */
  override toString(): string {
    if (this.ns === 0n) return '0s'
    const sign = this.ns < 0n ? '-' : ''
    const ns = this.ns < 0n ? -this.ns : this.ns
    if (ns < 1000n) return `${sign}${ns}ns`
    if (ns < 1_000_000n) return `${sign}${decimal(ns, 3)}µs`
    if (ns < 1_000_000_000n) return `${sign}${decimal(ns, 6)}ms`
    const minutes = ns / 60_000_000_000n
    const seconds = `${decimal(ns % 60_000_000_000n, 9)}s`
    if (minutes === 0n) return sign + seconds
    if (minutes < 60n) return `${sign}${minutes}m${seconds}`
    return `${sign}${minutes / 60n}h${minutes % 60n}m${seconds}`
  }
}

function decimal(ns: bigint, places: number): string {
  const unit = 10n ** BigInt(places)
  const fraction = (ns % unit).toString().padStart(places, '0').replace(/0+$/, '')
  return fraction === '' ? `${ns / unit}` : `${ns / unit}.${fraction}`
}

export function durationOfMs(ms: number): GoDuration {
  return new GoDuration(BigInt(Math.round(ms * 1e6)))
}

const UNIT_NS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1000n,
  µs: 1000n,
  μs: 1000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
}

/** `1h30m`, `-1.5s`: as Go's time.ParseDuration; undefined for anything else. */
export function parseGoDuration(text: string): GoDuration | undefined {
  const [, sign, size] = /^([+-]?)([\s\S]*)$/.exec(text)!
  if (size === '0') return new GoDuration(0n)
  if (!/^(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.test(size!)) return undefined
  let ns = 0n
  for (const [, whole, fraction, unit] of size!.matchAll(/(\d*)\.?(\d*)([a-zµμ]+)/g)) {
    const unitNs = UNIT_NS[unit!]!
    const digits = fraction!.slice(0, 18)
    ns +=
      BigInt(whole || '0') * unitNs +
      (BigInt(digits || '0') * unitNs) / 10n ** BigInt(digits.length)
  }
  return new GoDuration(sign === '-' ? -ns : ns)
}
