import { z } from 'zod'
import { SCRAPE_PROTOCOLS } from './formats.ts'

/** Keys of `scrape_configs` and `global` about formats and histograms; unset ones of a job are those of `global`. */
export const formatKeys = {
  scrape_protocols: z
    .array(z.enum(SCRAPE_PROTOCOLS))
    .min(1, 'want at least one protocol')
    .refine((list) => new Set(list).size === list.length, 'want each protocol once')
    .optional()
    .describe(
      'What targets are asked for, best first. Unless told: OpenMetrics, then Prometheus text; protobuf before them where native histograms are scraped.',
    ),
  scrape_native_histograms: z
    .boolean()
    .optional()
    .describe('Whether native histograms are kept as such; false unless told.'),
  always_scrape_classic_histograms: z
    .boolean()
    .optional()
    .describe('Whether buckets with bounds are kept beside the native histogram they come with.'),
  convert_classic_histograms_to_nhcb: z
    .boolean()
    .optional()
    .describe('Whether buckets with bounds become one native histogram with these bounds.'),
}

/** Keys of a job alone. */
export const histogramLimits = {
  native_histogram_bucket_limit: z
    .int()
    .min(0)
    .default(0)
    .describe(
      'Most buckets of a native histogram: past it buckets are merged, and the scrape fails where that does not help. 0 for none.',
    ),
  native_histogram_min_bucket_factor: z
    .number()
    .min(0)
    .default(0)
    .describe(
      'Least factor from one bucket to the next of a native histogram: finer ones are merged. 0 for none.',
    ),
}
