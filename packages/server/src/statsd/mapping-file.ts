import type { ErrorCode } from '@weir/model'
import { RE2JS } from 're2js'
import { z } from 'zod'
import { readYaml } from '../config/yaml-file.ts'
import { goDuration } from './go-duration.ts'

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
  quantile: z.number().min(0).max(1),
  /** Read and not needed: what Weir keeps is exact until there are many values, then within 1 %. */
  error: z.number().min(0).optional(),
})

const summaryOptions = z.strictObject({
  quantiles: z.array(quantile).nullish(),
  max_age: goDuration.optional(),
  age_buckets: z.int().min(0).max(100).optional(),
  buf_cap: z.int().min(0).optional(),
})

const buckets = z
  .array(z.number())
  .max(500)
  .refine((bounds) => bounds.every((bound, i) => i === 0 || bound > bounds[i - 1]!), {
    message: 'want bucket bounds in ascending order, each once',
  })

const histogramOptions = z.strictObject({
  buckets: buckets.nullish(),
  native_histogram_bucket_factor: z.number().min(0).optional(),
  native_histogram_max_buckets: z.int().min(0).optional(),
})

/** `defaults` of a mapping: what holds for rules that do not say, and for unmapped metrics. */
export const mappingDefaults = z.strictObject({
  observer_type: observerType.optional(),
  timer_type: observerType.optional(),
  match_type: matchType.optional(),
  glob_disable_ordering: z.boolean().optional(),
  ttl: goDuration.optional(),
  summary_options: summaryOptions.optional(),
  histogram_options: histogramOptions.optional(),
  buckets: buckets.optional(),
  quantiles: z.array(quantile).optional(),
})

const scalar = z
  .union([z.string(), z.number(), z.boolean(), z.null()])
  .transform((value) => (value === null ? '' : String(value)))

/** One rule of a mapping. */
export const mappingRule = z
  .strictObject({
    match: z.string(),
    match_type: matchType.optional(),
    match_metric_type: z.enum(['', 'counter', 'gauge', 'observer', 'timer']).optional(),
    name: z.string().regex(NAME, {
      message: 'want a metric name of letters, digits, _ and references such as ${1}',
    }),
    labels: z.record(z.string(), scalar).nullish(),
    honor_labels: z.boolean().optional(),
    action: z.enum(['', 'map', 'drop']).optional(),
    help: z.string().optional(),
    observer_type: observerType.optional(),
    timer_type: observerType.optional(),
    summary_options: summaryOptions.optional(),
    histogram_options: histogramOptions.optional(),
    buckets: buckets.optional(),
    quantiles: z.array(quantile).optional(),
    ttl: goDuration.optional(),
    scale: z.number().optional(),
  })
  .superRefine((rule, context) => {
    for (const label of Object.keys(rule.labels ?? {})) {
      const message = whyNotLabel(label)
      if (message !== undefined) {
        context.addIssue({ code: 'custom', path: ['labels', label], message })
      }
    }
  })

const mappingFile = z
  .strictObject({
    defaults: mappingDefaults.nullish(),
    mappings: z.array(mappingRule).nullish(),
  })
  .superRefine((file, context) => {
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
  })

/** A mapping file that was checked. */
export type MappingFile = z.output<typeof mappingFile>
export type MappingFileRule = NonNullable<MappingFile['mappings']>[number]
export type MappingFileDefaults = NonNullable<MappingFile['defaults']>

/** A mapping and where it comes from. Of several, the first that matches a name decides. */
export type MappingSource =
  | { readonly file: string; readonly text: string }
  | { readonly file: string; readonly mapping: unknown }

const CODE: ErrorCode = 'CONFIG_INVALID'

/**
 * Reads and checks a mapping.
 *
 * @throws {WeirError} `CONFIG_INVALID`: file, line and key of each mistake
 */
export function readMapping(source: MappingSource): MappingFile {
  // JSON is YAML: a mapping that comes as an object gets the same checks and messages.
  const text = 'text' in source ? source.text : JSON.stringify(source.mapping, null, 1)
  return readYaml({ file: source.file, text, code: CODE }, mappingFile)
}

/** `observer_type`, or the key that older files have for it. */
export function observerOf(from: {
  readonly observer_type?: string | undefined
  readonly timer_type?: string | undefined
}): string {
  return from.observer_type || from.timer_type || ''
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
