import type { ParseOptions } from '@weir/wire'
import type { MeaningKeys } from './meaning.ts'

const UNITS_PER_SECOND = { ns: 1e9, us: 1e6, ms: 1000, s: 1 } as const

/** The keys as the parser takes them. Made once for each listener: the same object means the same. */
export function parseOptions(keys: MeaningKeys, maxLineBytes: number): ParseOptions {
  return {
    dogstatsdTags: keys.parse_dogstatsd_tags,
    dialects: {
      influxdb: keys.parse_influxdb_tags,
      librato: keys.parse_librato_tags,
      signalfx: keys.parse_signalfx_tags,
    },
    absoluteGauges: keys.gauges === 'absolute',
    timerUnitsPerSecond: UNITS_PER_SECOND[keys.timer_unit],
    maxLineBytes,
  }
}
