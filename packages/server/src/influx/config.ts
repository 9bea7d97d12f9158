import { z } from 'zod'
import { byteSize } from '../config/quantity.ts'
import { pushLimits } from '../push/config.ts'

/** `influx` in weir.yml: what senders of InfluxDB's line protocol may send, and what it becomes. */
export const influxConfig = z.strictObject({
  ...pushLimits,
  max_body_bytes: byteSize
    .prefault('25MiB')
    .refine((bytes) => bytes >= 1024 && bytes <= 2 ** 30, { message: 'want 1KiB to 1GiB' })
    .describe('Longest request as it is sent, packed; a longer one is refused with 413.'),
  separator: z
    .string()
    .max(16)
    .default('_')
    .describe('What stands between measurement and field in the name of a metric.'),
  skip_measurement: z
    .boolean()
    .default(false)
    .describe('Whether metrics are called by their field alone.'),
  skip_single_field: z
    .boolean()
    .default(false)
    .describe('Whether a metric is called by its measurement alone where a line has one field.'),
  skip_fields: z
    .array(z.string())
    .default([])
    .describe(
      'Fields that add nothing to the name: with `[value]` the field `value` of `load` is `load`.',
    ),
  names: z
    .enum(['prometheus', 'utf8'])
    .default('prometheus')
    .describe(
      'Whether characters that classic Prometheus names cannot have become `_`, or names stay as they are.',
    ),
  strings: z
    .enum(['drop', 'numbers'])
    .default('drop')
    .describe(
      'Fields whose value is a string: `drop` counts them and reads on; `numbers` keeps those that hold a number.',
    ),
  db_label: z
    .string()
    .default('db')
    .describe(
      "The label that says to which database (or bucket) was written, where no tag has that name; '' sets none.",
    ),
})

export type InfluxConfig = z.output<typeof influxConfig>
