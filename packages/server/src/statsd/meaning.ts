import { z } from 'zod'

/**
 * What the lines of one listener mean where senders differ. The keys stand in the `statsd` section and hold
 * for listeners that do not say otherwise.
 */
export const meaningKeys = {
  gauges: z
    .enum(['relative', 'absolute'])
    .default('relative')
    .describe(
      'What a sign before a gauge means: relative (StatsD): change it by so much; absolute (DogStatsD, Flink): a part of the value.',
    ),
  timer_unit: z
    .enum(['ns', 'us', 'ms', 's'])
    .default('ms')
    .describe('The unit of `ms` values, for senders that put seconds there; they become seconds.'),
  parse_dogstatsd_tags: z.boolean().default(true).describe('Read `name:1|c|#key:value`.'),
  parse_influxdb_tags: z.boolean().default(true).describe('Read `name,key=value:1|c`.'),
  parse_librato_tags: z.boolean().default(true).describe('Read `name#key=value:1|c`.'),
  parse_signalfx_tags: z.boolean().default(true).describe('Read `name[key=value]:1|c`.'),
} as const

/** {@link meaningKeys}, checked. */
export type MeaningKeys = z.output<z.ZodObject<typeof meaningKeys>>
