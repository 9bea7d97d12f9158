import {
  type GoFunction,
  GoInteger,
  GoTime,
  TemplateFailure,
  ZERO_TIME_MS,
  getter,
  goFunction,
  integerOf,
  parseTime,
} from '@weir/template'

/** A line's time, to the nanosecond: numbers of milliseconds do not hold that. */
export class LineTime extends GoTime {
  readonly ns: bigint

  constructor(ns: bigint) {
    super(Number(ns) / 1e6)
    this.ns = ns
  }

  override member(name: string): unknown {
    return name === 'UnixNano' ? getter(() => new GoInteger('int64', this.ns)) : super.member(name)
  }
}

function nsOf(time: GoTime): bigint {
  return time instanceof LineTime ? time.ns : BigInt(Math.round(time.ms * 1000)) * 1000n
}

/** How many digits a number of days, seconds and so on has in our days, and nanoseconds of each. */
const EPOCH_UNITS: Readonly<Record<number, bigint>> = {
  5: 86_400_000_000_000n,
  10: 1_000_000_000n,
  13: 1_000_000n,
  16: 1000n,
  19: 1n,
}

/** Functions of times. The local zone is UTC. */
export function timeFunctions(nowMs: () => number): readonly (readonly [string, GoFunction])[] {
  return [
    ['now', goFunction([], () => new GoTime(nowMs()))],
    [
      'date',
      goFunction(['string', 'any'], ([layout, value]) =>
        asTime(value, nowMs).format(layout as string),
      ),
    ],
    [
      'toDate',
      goFunction(['string', 'string'], ([layout, value]) =>
        read(layout as string, value as string, 'UTC'),
      ),
    ],
    [
      'toDateInZone',
      goFunction(['string', 'string', 'string'], ([layout, zone, value]) =>
        read(layout as string, value as string, zone as string),
      ),
    ],
    [
      'unixEpoch',
      goFunction(['time'], ([time]) => String(floored(nsOf(time as GoTime), 1_000_000_000n))),
    ],
    [
      'unixEpochMillis',
      goFunction(['time'], ([time]) => String(floored(nsOf(time as GoTime), 1_000_000n))),
    ],
    ['unixEpochNanos', goFunction(['time'], ([time]) => String(nsOf(time as GoTime)))],
    ['unixToTime', goFunction(['string'], ([epoch]) => fromEpoch(epoch as string))],
  ]
}

function floored(ns: bigint, unit: bigint): bigint {
  const whole = ns / unit
  return ns < 0n && ns % unit !== 0n ? whole - 1n : whole
}

/** A whole number is seconds; anything that is no time is now. */
function asTime(value: unknown, nowMs: () => number): GoTime {
  if (value instanceof GoTime) return value
  const seconds = integerOf(value)
  return new GoTime(seconds === undefined ? nowMs() : Number(seconds) * 1000)
}

/** What cannot be read is Go's zero time. */
function read(layout: string, value: string, zone: string): GoTime {
  try {
    const { ms, offsetMinutes } = parseTime(layout, value)
    const time = new GoTime(ms).in(zone)
    // Without an offset of its own the text is in the zone; the offset there is that of about then.
    return offsetMinutes === 0 ? time.at(ms - time.offsetMinutes() * 60_000) : time
  } catch {
    return new GoTime(ZERO_TIME_MS)
  }
}

function fromEpoch(epoch: string): GoTime {
  const unit = EPOCH_UNITS[epoch.length]
  if (!/^[+-]?\d+$/.test(epoch)) {
    throw new TemplateFailure(
      `unable to parse time '${epoch}': strconv.ParseInt: parsing ${JSON.stringify(epoch)}: invalid syntax`,
    )
  }
  if (unit === undefined) throw new TemplateFailure(`unable to parse time '${epoch}'`)
  return new LineTime(BigInt(epoch) * unit)
}
