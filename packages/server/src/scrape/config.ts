import { checkHttpClient, httpClientShape, scalarText } from '@weir/fetch'
import { z } from 'zod'
import { binarySize, duration } from '../config/quantity.ts'
import { discoveryKeys } from '../discovery/config.ts'
import { formatKeys, histogramLimits } from './format-keys.ts'
import { SCRAPE_PROTOCOLS } from './formats.ts'
import { relabelRule } from '../relabel/rule.ts'

/**
 * `global` and `scrape_configs`, as prometheus.yml has them. What Weir does not do yet is refused by name, so
 * that nobody believes that it works. Everything here is plain data: it crosses threads.
 */

const labelMap = z.record(z.string(), scalarText)
const limit = z.int().min(0).optional()

/** Limits that hold for every job unless it has its own; 0 means none. */
const limits = {
  body_size_limit: binarySize
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

/** What a job may say of itself, and `global` of those that do not. */
const perJob = {
  metric_name_validation_scheme: z
    .enum(['utf8', 'legacy'])
    .optional()
    .describe(
      'Which names are taken: any UTF-8 (unless told), or only letters, digits, `_` and `:`.',
    ),
  metric_name_escaping_scheme: z
    .enum(['allow-utf-8', 'underscores', 'dots', 'values'])
    .optional()
    .describe(
      'How targets are asked to write other names; `allow-utf-8` unless told, `underscores` under `legacy`.',
    ),
  scrape_failure_log_file: z
    .string()
    .optional()
    .describe('Every failed scrape is written there, a line of JSON each; none when empty.'),
  extra_scrape_metrics: z
    .boolean()
    .optional()
    .describe(
      'Whether targets get `scrape_timeout_seconds`, `scrape_sample_limit` and `scrape_body_size_bytes` too.',
    ),
}

const globalKeys = z.strictObject({
  scrape_interval: duration.prefault('1m').describe('How often targets are scraped.'),
  scrape_timeout: duration.optional().describe('10s, or the interval when that is shorter.'),
  evaluation_interval: duration.prefault('1m').describe('How often rules are evaluated.'),
  rule_query_offset: duration
    .prefault(0)
    .describe('How far in the past rules are evaluated; a group may say its own `query_offset`.'),
  query_log_file: z
    .string()
    .default('')
    .describe('Every evaluated query is written there, a line of JSON each; none when empty.'),
  external_labels: labelMap
    .default({})
    .describe(
      'Labels added to what leaves Weir: alerts, `/federate` and what remote_write sends on; known to alert templates. `$NAME` and `${NAME}` stand for the environment, `$$` for `$`. Series do not get them, neither scraped ones nor those of rules.',
    ),
  ...formatKeys,
  ...perJob,
  ...limits,
})

/** `global` of prometheus.yml. */
export const globalConfig = globalKeys.superRefine((global, context) => {
  const complain = complaintsTo(context)
  checkNaming(global, complain)
  if (global.scrape_interval === 0) complain('scrape_interval', 'want more than 0')
  if ((global.scrape_timeout ?? 0) > global.scrape_interval) {
    complain('scrape_timeout', 'want no more than scrape_interval')
  }
  if ('' in global.external_labels) complain('external_labels', 'want a name for each label')
})

const scrapeConfig = z
  .strictObject({
    job_name: scalarText
      .refine((name) => name !== '', { message: 'want a name' })
      .describe('Becomes the label job; each name once.'),
    scrape_interval: duration
      .optional()
      .describe('How often; `global.scrape_interval` unless told.'),
    scrape_timeout: duration
      .optional()
      .describe('How long a scrape may take; `global.scrape_timeout` unless told.'),
    metrics_path: z.string().default('/metrics').describe('The path of the page.'),
    scheme: z.enum(['http', 'https']).default('http').describe('How targets are reached.'),
    params: z
      .record(z.string(), z.array(scalarText))
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
    ...perJob,
    ...limits,
  })
  .superRefine((job, context) => {
    checkHttpClient(job, context)
    const complain = complaintsTo(context)
    if (job.scrape_interval === 0) complain('scrape_interval', 'want more than 0')
    if (job.scrape_interval !== undefined && (job.scrape_timeout ?? 0) > job.scrape_interval) {
      complain('scrape_timeout', 'want no more than scrape_interval')
    }
    checkNaming(job, complain)
  })

type Complain = (key: string, message: string) => void

function complaintsTo(context: z.core.$RefinementCtx): Complain {
  return (key, message) => {
    context.addIssue({ code: 'custom', path: [key], message })
  }
}

type Naming = {
  readonly [key in 'metric_name_validation_scheme' | 'metric_name_escaping_scheme']?:
    | string
    | undefined
}

function checkNaming(naming: Naming, complain: Complain): void {
  const isLegacy = naming.metric_name_validation_scheme === 'legacy'
  if (isLegacy && naming.metric_name_escaping_scheme === 'allow-utf-8') {
    complain(
      'metric_name_escaping_scheme',
      'want underscores, dots or values, because metric_name_validation_scheme is legacy',
    )
  }
}

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

/**
 * The job by which Weir scrapes itself.
 *
 * @param instance what tells it apart from other Weirs; the same word as the job where there are none
 */
export function selfJob(instance: string = SELF_JOB): ScrapeConfig {
  const [job] = scrapeConfigs.parse([
    {
      job_name: SELF_JOB,
      scrape_interval: '15s',
      static_configs: [{ targets: [SELF_JOB], labels: { instance } }],
    },
  ])
  return job!
}
