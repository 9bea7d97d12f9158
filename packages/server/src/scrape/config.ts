import { checkHttpClient, httpClientShape } from '@weir/fetch'
import { z } from 'zod'
import { byteSize, duration } from '../config/quantity.ts'
import { discoveryKeys } from '../discovery/config.ts'
import { SCRAPE_PROTOCOLS, formatKeys, histogramLimits } from './formats.ts'
import { relabelRule } from '../relabel/rule.ts'

/**
 * `global` and `scrape_configs`, as prometheus.yml has them. What Weir does not do yet is refused by name, so
 * that nobody believes that it works. Everything here is plain data: it crosses threads.
 */

const labelMap = z.record(z.string(), z.coerce.string())
const limit = z.int().min(0).optional()

/** Limits that hold for every job unless it has its own; 0 means none. */
const limits = {
  body_size_limit: byteSize
    .optional()
    .describe('Largest page, unpacked; 256MiB unless told, 0 for none.'),
  sample_limit: limit.describe('Most samples of a page after relabelling.'),
  label_limit: limit.describe('Most labels of a series.'),
  label_name_length_limit: limit.describe('Longest label name, bytes.'),
  label_value_length_limit: limit.describe('Longest label value, bytes.'),
  target_limit: limit.describe('Most targets of a job; past it none is scraped.'),
  keep_dropped_targets: limit.describe(
    'Targets dropped by relabelling that a job remembers, to be shown; 0 for all.',
  ),
}

/** `global` of prometheus.yml. */
export const globalConfig = z.strictObject({
  scrape_interval: duration.prefault('1m').describe('How often targets are scraped.'),
  scrape_timeout: duration.optional().describe('10s, or the interval when that is shorter.'),
  evaluation_interval: duration.prefault('1m').describe('How often rules are evaluated.'),
  query_log_file: z
    .string()
    .default('')
    .describe('Every evaluated query is written there, a line of JSON each; none when empty.'),
  external_labels: labelMap
    .default({})
    .describe(
      'Labels added to alerts that leave Weir, and known to alert templates. Series do not get them, neither scraped ones nor those of rules.',
    ),
  ...formatKeys,
  ...limits,
})

/** Keys of Prometheus that Weir refuses by name. */
const LATER = [
  'convert_classic_histograms_to_nhcb',
  'scrape_failure_log_file',
  'metric_name_validation_scheme',
  'metric_name_escaping_scheme',
] as const

function later(key: string): z.ZodOptional<z.ZodUndefined> {
  return z
    .undefined({
      error: `${key} is not supported yet; remove it`,
    })
    .optional()
}

const scrapeConfig = z
  .strictObject({
    job_name: z.string().min(1, 'want a name').describe('Becomes the label job; each name once.'),
    scrape_interval: duration
      .optional()
      .describe('How often; `global.scrape_interval` unless told.'),
    scrape_timeout: duration
      .optional()
      .describe('How long a scrape may take; `global.scrape_timeout` unless told.'),
    metrics_path: z.string().default('/metrics').describe('The path of the page.'),
    scheme: z.enum(['http', 'https']).default('http').describe('How targets are reached.'),
    params: z
      .record(z.string(), z.array(z.string()))
      .default({})
      .describe('Parameters of the URL.'),
    honor_labels: z.boolean().default(false).describe('Whether labels of the page win.'),
    honor_timestamps: z.boolean().default(true).describe('Whether times on the page count.'),
    track_timestamps_staleness: z
      .boolean()
      .default(false)
      .describe('Whether series with times of their own end when they leave the page.'),
    enable_compression: z.boolean().default(true).describe('Whether gzip is asked for.'),
    fallback_scrape_protocol: z
      .enum(SCRAPE_PROTOCOLS)
      .optional()
      .describe('How a page is read that does not say what it is.'),
    ...discoveryKeys,
    ...httpClientShape,
    relabel_configs: z.array(relabelRule).default([]).describe('Rules over the labels of targets.'),
    metric_relabel_configs: z
      .array(relabelRule)
      .default([])
      .describe('Rules over the labels of scraped series.'),
    ...formatKeys,
    ...histogramLimits,
    ...limits,
    ...(Object.fromEntries(LATER.map((key) => [key, later(key)])) as Record<
      (typeof LATER)[number],
      z.ZodOptional<z.ZodUndefined>
    >),
  })
  .superRefine((job, context) => {
    checkHttpClient(job, context)
    if (job.scrape_interval === 0) {
      context.addIssue({ code: 'custom', path: ['scrape_interval'], message: 'want more than 0' })
    }
    if (job.scrape_interval !== undefined && (job.scrape_timeout ?? 0) > job.scrape_interval) {
      context.addIssue({
        code: 'custom',
        path: ['scrape_timeout'],
        message: 'want no more than scrape_interval',
      })
    }
  })

/** `scrape_configs` of prometheus.yml. */
export const scrapeConfigs = z.array(scrapeConfig).superRefine((jobs, context) => {
  jobs.forEach(({ job_name }, i) => {
    if (jobs.findIndex((other) => other.job_name === job_name) === i) return
    context.addIssue({
      code: 'custom',
      path: [i, 'job_name'],
      message: `want each name once, ${JSON.stringify(job_name)} was there already`,
    })
  })
})

export type ScrapeConfig = z.output<typeof scrapeConfig>

/** What the scraper needs of the configuration. */
export interface ScrapeSettings {
  readonly global: z.output<typeof globalConfig>
  readonly scrape_configs: readonly ScrapeConfig[]
}

const SELF_JOB = 'weir'

/** The job by which Weir scrapes itself. */
export function selfJob(): ScrapeConfig {
  const [job] = scrapeConfigs.parse([
    {
      job_name: SELF_JOB,
      scrape_interval: '15s',
      static_configs: [{ targets: [SELF_JOB] }],
    },
  ])
  return job!
}
