const TIME =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ]|, )(\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?(?: ?(Z|UTC|[+-]\d\d:?\d\d))?$/

/**
 * A time as Airflow, log4j, zap and logrus write it, in nanoseconds since 1970; where it names no zone it is taken
 * for UTC. Undefined when it is none.
 */
export function lineTime(text: string): bigint | undefined {
  const parts = TIME.exec(text)
  if (parts === null) return undefined
  const [, year, month, day, hour, minute, second, fraction = '', zone = 'Z'] = parts
  const [y, mo, d, h, mi, s] = [year, month, day, hour, minute, second].map(Number) as [
    ...[number, number, number],
    ...[number, number, number],
  ]
  const ms = Date.UTC(y, mo - 1, d, h, mi, s) - zoneMs(zone)
  return BigInt(ms) * 1_000_000n + BigInt(fraction.padEnd(9, '0'))
}

function zoneMs(zone: string): number {
  if (zone === 'Z' || zone === 'UTC') return 0
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2))
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000
}
