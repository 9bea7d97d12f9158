import { isLegacyName } from '@weir/model'
import { parseLogQL } from '@weir/logs'
import { z } from 'zod'

const labelName = z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, {
  message: 'want a label name such as data_type',
})

/** Why a query cannot choose lines; undefined when it can. */
function faultOf(query: string): string | undefined {
  try {
    return parseLogQL(query).kind === 'log'
      ? undefined
      : 'want a query for lines, got one for numbers'
  } catch (error) {
    return (error as Error).message
  }
}

const linesQuery = z.string().superRefine((query, context) => {
  const message = faultOf(query)
  if (message !== undefined) context.addIssue({ code: 'custom', message })
})

/** Seconds, as for most durations. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

/** One rule of `logs.metrics` in weir.yml. */
const rule = z
  .strictObject({
    name: z
      .string()
      .refine(isLegacyName, { message: 'want a metric name such as shop_errors_total' })
      .describe('Name of the metric; of a histogram without `_bucket`.'),
    type: z
      .enum(['counter', 'gauge', 'histogram'], { error: 'want counter, gauge or histogram' })
      .default('counter')
      .describe(
        'A counter counts lines or adds up a field, a gauge has the newest value of one, a histogram sorts values into buckets.',
      ),
    help: z.string().default('').describe('What the metric tells.'),
    match: linesQuery.describe(
      'Which lines: a LogQL query for lines, such as `{service_name="shop"} | level="error"`.',
    ),
    field: z
      .string()
      .min(1, { message: 'want the name of a field' })
      .optional()
      .describe(
        'Where the value is: a label, something beside the line, or a field of a JSON line (`context_duration_ms`). A counter without it counts 1 for a line.',
      ),
    scale: z
      .number()
      .default(1)
      .describe('What values are multiplied by: 0.001 makes seconds of milliseconds.'),
    labels: z
      .record(labelName, z.string())
      .default({})
      .describe(
        'Labels of the series, and the names under which a line has their values; one that a line has not is left out.',
      ),
    buckets: z
      .array(z.number())
      .min(1, { message: 'want upper bounds, ascending' })
      .refine((bounds) => bounds.every((bound, i) => i === 0 || bound > bounds[i - 1]!), {
        message: 'want upper bounds, ascending',
      })
      .default(BUCKETS)
      .describe('Upper bounds of a histogram.'),
    max_series: z
      .int()
      .min(1)
      .max(100_000)
      .default(1000)
      .describe('Series of this rule; lines that would make more are skipped and counted.'),
  })
  .refine(({ type, field }) => type === 'counter' || field !== undefined, {
    path: ['field'],
    message: 'want the field that has the value',
  })

export type LogMetricConfig = z.output<typeof rule>

/** `logs.metrics` and what goes with it. */
export const logMetricKeys = {
  metrics: z.array(rule).default([]).describe('Metrics made from lines as they come, a rule each.'),
  metric_presets: z
    .array(z.enum(['sdk'], { error: 'want sdk' }))
    .default([])
    .describe("Ready-made rules: `sdk` for what the log helpers of Weir's SDK write."),
}
