import type { ErrorCode } from '@weir/model'
import { RE2JS } from 're2js'
import { z } from 'zod'
import { linesOfItems, readYaml } from '../config/yaml-file.ts'
import { goDuration } from './go-duration.ts'
import { observerOf } from './observer-of.ts'

/**
 * The mapping file of statsd_exporter, key for key. What its loader lets through and later dies of
 * (buckets out of order, quantiles above 1) is refused here.
 */

// Each component is `*` alone or a word; the first may not begin with a digit.
const GLOB = /^(\*|[a-zA-Z_][a-zA-Z0-9_-]*)(\.(\*|[a-zA-Z0-9_][a-zA-Z0-9_-]*))*$/
const NAME = /^([a-zA-Z_]|\$\{?\d+\}?)([a-zA-Z0-9_]|\$\{?\d+\}?)*$/
const LABEL = /^[a-zA-Z_][a-zA-Z0-9_]+$/

const observerType = z.enum(['', 'summary', 'histogram'])
const matchType = z.enum(['', 'glob', 'regex'])

const quantile = z.strictObject({
  quantile: z.number().min(0).max(1).describe('From 0 to 1.'),
  error: z
    .number()
    .min(0)
    .optional()
    .describe('Accepted; what Weir keeps is exact for few values, then within 1 %.'),
})

const summaryOptions = z.strictObject({
  quantiles: z.array(quantile).nullish().describe('Quantiles that are shown.'),
  max_age: goDuration.optional().describe('How far back quantiles look; 10m unless told.'),
  age_buckets: z.int().min(0).max(100).optional().describe('Steps in which the past is forgotten.'),
  buf_cap: z.int().min(0).optional().describe('Accepted and not used.'),
})

const buckets = z
  .array(z.number())
  .max(500)
  .refine((bounds) => bounds.every((bound, i) => i === 0 || bound > bounds[i - 1]!), {
    message: 'want bucket bounds in ascending order, each once',
  })

const histogramOptions = z.strictObject({
  buckets: buckets.nullish().describe('Upper bounds, ascending.'),
  native_histogram_bucket_factor: z
    .number()
    .min(0)
    .optional()
    .describe(
      'A native histogram is kept beside the buckets, whose own are no more than this much wider than the one before; 1.1 when only its other key is given, none for 1.',
    ),
  native_histogram_max_buckets: z
    .int()
    .min(0)
    .optional()
    .describe(
      'Buckets of the native histogram; when there are more it gets coarser. 256 unless told.',
    ),
})

/** `defaults` of a mapping: what holds for rules that do not say, and for unmapped metrics. */
export const mappingDefaults = z.strictObject({
  observer_type: observerType.optional().describe('What timers become; summary unless told.'),
  timer_type: observerType.optional().describe('The older name of `observer_type`.'),
  match_type: matchType.optional().describe('How `match` is read; glob unless told.'),
  glob_disable_ordering: z
    .boolean()
    .optional()
    .describe('Whether globs are tried in the order of the file instead of the most exact first.'),
  ttl: goDuration.optional().describe('A series that is not sent for so long goes; 0: never.'),
  summary_options: summaryOptions.optional().describe('How summaries are kept.'),
  histogram_options: histogramOptions.optional().describe('How histograms are kept.'),
  buckets: buckets.optional().describe('The older place of `histogram_options.buckets`.'),
  quantiles: z
    .array(quantile)
    .optional()
    .describe('The older place of `summary_options.quantiles`.'),
})

const scalar = z
  .union([z.string(), z.number(), z.boolean(), z.null()])
  .transform((value) => (value === null ? '' : String(value)))

/** One rule of a mapping. */
export const mappingRule = z
  .strictObject({
    match: z.string().describe('Names it is for: dotted parts with lone `*`, or an RE2 pattern.'),
    match_type: matchType.optional().describe('How `match` is read; as in `defaults`.'),
    match_metric_type: z
      .enum(['', 'counter', 'gauge', 'observer', 'timer'])
      .optional()
      .describe('Only lines of this type; all unless told.'),
    name: z
      .string()
      .regex(NAME, {
        message: 'want a metric name of letters, digits, _ and references such as ${1}',
      })
      .describe('The metric; `${1}` is the first `*` or group.'),
    labels: z.record(z.string(), scalar).nullish().describe('Labels, with the same references.'),
    honor_labels: z.boolean().optional().describe("Whether the line's own tags win."),
    action: z
      .enum(['', 'map', 'drop'])
      .optional()
      .describe('drop forgets the line; map unless told.'),
    help: z.string().optional().describe('The help text of the metric.'),
    observer_type: observerType.optional().describe('What timers become; as in `defaults`.'),
    timer_type: observerType.optional().describe('The older name of `observer_type`.'),
    summary_options: summaryOptions.optional().describe('How summaries are kept.'),
    histogram_options: histogramOptions.optional().describe('How histograms are kept.'),
    buckets: buckets.optional().describe('The older place of `histogram_options.buckets`.'),
    quantiles: z
      .array(quantile)
      .optional()
      .describe('The older place of `summary_options.quantiles`.'),
    ttl: goDuration
      .optional()
      .describe('A series that is not sent for so long goes; as in `defaults`.'),
    scale: z.number().optional().describe('Values are multiplied by it.'),
    gauges: z
      .enum(['relative', 'absolute'])
      .optional()
      .describe(
        'What a sign before a gauge means, whatever the listener says. Only Weir has this.',
      ),
    running_total: z
      .boolean()
      .optional()
      .describe(
        'Gauges are totals that the sender counts itself: they are kept as a counter. Only Weir has this.',
      ),
    max_series: z
      .int()
      .min(1)
      .optional()
      .describe('In place of `max_series_per_metric`. Only Weir has this.'),
  })
  .superRefine((rule, context) => {
    for (const label of Object.keys(rule.labels ?? {})) {
      const message = whyNotLabel(label)
      if (message !== undefined) {
        context.addIssue({ code: 'custom', path: ['labels', label], message })
      }
    }
  })

/** What rules and defaults say together must fit; a check for any schema that has both. */
export function checkMappings(
  file: {
    readonly defaults?: z.output<typeof mappingDefaults> | null | undefined
    readonly mappings?: readonly z.output<typeof mappingRule>[] | null | undefined
  },
  context: z.RefinementCtx,
): void {
  for (const [i, rule] of (file.mappings ?? []).entries()) {
    const complain = (key: string, message: string): void =>
      context.addIssue({ code: 'custom', path: ['mappings', i, key], message })
    const isRegex = (rule.match_type || file.defaults?.match_type) === 'regex'
    if (!isRegex && !GLOB.test(rule.match)) {
      const got = JSON.stringify(rule.match)
      complain('match', `want dotted parts, each a word or a lone *, got ${got}`)
    }
    if (isRegex) {
      const why = whyNotRegex(rule.match)
      if (why !== undefined) complain('match', why)
    }
    const observer = observerOf(rule) || observerOf(file.defaults ?? {})
    if (observer === 'histogram' && rule.summary_options !== undefined) {
      complain('summary_options', 'the observer type is histogram, want histogram_options')
    }
    if (observer === 'summary' && rule.histogram_options !== undefined) {
      complain('histogram_options', 'the observer type is summary, want summary_options')
    }
  }
}

const mappingShape = z.strictObject({
  defaults: mappingDefaults.nullish(),
  mappings: z.array(mappingRule).nullish(),
})
const mappingFile = mappingShape.superRefine(checkMappings)

/** A mapping file that was checked. */
type MappingFile = z.output<typeof mappingFile>
export type MappingFileRule = NonNullable<MappingFile['mappings']>[number]
export type MappingFileDefaults = NonNullable<MappingFile['defaults']>

/** A mapping and where it comes from. Of several, the first that matches a name decides. */
export type MappingSource =
  | { readonly file: string; readonly text: string }
  | {
      readonly file: string
      readonly mapping: unknown
      /** It was read before, its patterns are good: to compile hundreds takes a fifth of a second. */
      readonly isChecked?: true
    }

/** A mapping that was read and checked: plain data, which crosses threads. */
export interface ReadMapping {
  readonly file: string
  readonly content: MappingFile
  /** The line of each rule; absent where no file was read. */
  readonly lines?: readonly number[]
}

const CODE: ErrorCode = 'CONFIG_INVALID'

/**
 * Reads and checks mappings.
 *
 * @throws {WeirError} `CONFIG_INVALID`: file, line and key of each mistake
 */
export function readMappings(sources: readonly MappingSource[]): ReadMapping[] {
  return sources.map((source) => {
    const { file } = source
    if ('mapping' in source) {
      const schema = source.isChecked === true ? mappingShape : mappingFile
      const { data } = schema.safeParse(source.mapping)
      if (data !== undefined) return { file, content: data }
    }
    // JSON is YAML: an object with mistakes gets the same messages as a file.
    const text = 'text' in source ? source.text : JSON.stringify(source.mapping, null, 1)
    const content = readYaml({ file, text, code: CODE }, mappingFile)
    return 'text' in source
      ? { file, content, lines: linesOfItems(text, 'mappings') }
      : { file, content }
  })
}

function whyNotLabel(name: string): string | undefined {
  if (name.startsWith('__')) return 'label names that begin with __ are reserved, choose another'
  return LABEL.test(name) ? undefined : 'want a label name of two or more letters, digits, _'
}

function whyNotRegex(pattern: string): string | undefined {
  try {
    RE2JS.compile(pattern)
    return undefined
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return `want an RE2 pattern (no look-around, no back-references): ${reason}`
  }
}
