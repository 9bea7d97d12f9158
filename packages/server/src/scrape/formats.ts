import type { NativeHistogram } from '@weir/model'
import { CUSTOM_BUCKETS_SCHEMA, coarserHistogram } from '@weir/model'

/** What targets may send, in Prometheus's words. */
export const SCRAPE_PROTOCOLS = [
  'PrometheusProto',
  'PrometheusText0.0.4',
  'PrometheusText1.0.0',
  'OpenMetricsText0.0.1',
  'OpenMetricsText1.0.0',
] as const
export type ScrapeProtocol = (typeof SCRAPE_PROTOCOLS)[number]

/** How a page is read. */
export type PageFormat = 'text' | 'openmetrics' | 'protobuf'

const MEDIA_TYPES: Readonly<Record<ScrapeProtocol, string>> = {
  PrometheusProto:
    'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited',
  'PrometheusText0.0.4': 'text/plain;version=0.0.4',
  'PrometheusText1.0.0': 'text/plain;version=1.0.0',
  'OpenMetricsText0.0.1': 'application/openmetrics-text;version=0.0.1',
  'OpenMetricsText1.0.0': 'application/openmetrics-text;version=1.0.0',
}
/** These know names beyond the old alphabet, and so how they are to be spelt. */
const ESCAPES: ReadonlySet<ScrapeProtocol> = new Set([
  'PrometheusText1.0.0',
  'OpenMetricsText1.0.0',
])

const DEFAULT_PROTOCOLS: readonly ScrapeProtocol[] = [
  'OpenMetricsText1.0.0',
  'OpenMetricsText0.0.1',
  'PrometheusText1.0.0',
  'PrometheusText0.0.4',
]

/** The keys of format-keys.ts, as a job or `global` has them. */
interface FormatConfig {
  readonly scrape_protocols?: readonly ScrapeProtocol[] | undefined
  readonly scrape_native_histograms?: boolean | undefined
  readonly always_scrape_classic_histograms?: boolean | undefined
  readonly convert_classic_histograms_to_nhcb?: boolean | undefined
}

/** What a job wants of histograms, and what it asks targets for. */
export interface FormatRules {
  readonly protocols: readonly ScrapeProtocol[]
  readonly native: boolean
  readonly classic: boolean
  readonly convert: boolean
  /** 0: none. */
  readonly bucketsMax: number
  readonly schemaMax: number
}

export function formatRules(
  job: FormatConfig & {
    readonly native_histogram_bucket_limit: number
    readonly native_histogram_min_bucket_factor: number
  },
  global: FormatConfig,
): FormatRules {
  const native = job.scrape_native_histograms ?? global.scrape_native_histograms ?? false
  const usual = native ? (['PrometheusProto', ...DEFAULT_PROTOCOLS] as const) : DEFAULT_PROTOCOLS
  return {
    protocols: job.scrape_protocols ?? global.scrape_protocols ?? usual,
    native,
    classic:
      job.always_scrape_classic_histograms ?? global.always_scrape_classic_histograms ?? false,
    convert:
      job.convert_classic_histograms_to_nhcb ?? global.convert_classic_histograms_to_nhcb ?? false,
    bucketsMax: job.native_histogram_bucket_limit,
    schemaMax: schemaFor(job.native_histogram_min_bucket_factor),
  }
}

/**
 * The `Accept` header that asks for these protocols, best first.
 *
 * @param escaping how names beyond the old alphabet are to be spelt: `allow-utf-8`, `underscores`, `dots`, `values`
 */
export function acceptHeader(protocols: readonly ScrapeProtocol[], escaping: string): string {
  let weight = SCRAPE_PROTOCOLS.length + 1
  const wishes = protocols.map((protocol) => {
    const spelling = ESCAPES.has(protocol) ? `;escaping=${escaping}` : ''
    return `${MEDIA_TYPES[protocol]}${spelling};q=0.${weight--}`
  })
  return [...wishes, `*/*;q=0.${weight}`].join(',')
}

/** How a page of this `Content-Type` is read; when it does not say, as the fallback tells. */
export function pageFormat(
  contentType: string,
  fallback: ScrapeProtocol | undefined,
): PageFormat | undefined {
  const type = contentType.split(';', 1)[0]!.trim().toLowerCase()
  if (type === 'application/openmetrics-text') return 'openmetrics'
  if (type === 'application/vnd.google.protobuf') return 'protobuf'
  if (type === 'text/plain') return 'text'
  if (fallback === undefined) return undefined
  if (fallback === 'PrometheusProto') return 'protobuf'
  return fallback.startsWith('OpenMetrics') ? 'openmetrics' : 'text'
}

const SCHEMA_MIN = -4
const SCHEMA_MAX = 8
/** Above this each schema that is stored has finer buckets. */
const FACTOR_MIN = 1.00271

/** The finest schema whose buckets grow by at least this factor. */
function schemaFor(factor: number): number {
  if (factor <= FACTOR_MIN) return SCHEMA_MAX
  const schema = Math.floor(-Math.log2(Math.log2(factor)))
  return Math.min(SCHEMA_MAX, Math.max(SCHEMA_MIN, schema))
}

/**
 * A native histogram within a job's limits: buckets merged as far as need be; undefined when even
 * the widest are too many. One that contradicts itself is left for the store to refuse.
 */
export function limited(
  histogram: NativeHistogram,
  { bucketsMax, schemaMax }: FormatRules,
): NativeHistogram | undefined {
  let h = histogram
  if (h.schema === CUSTOM_BUCKETS_SCHEMA) {
    return bucketsMax > 0 && bucketCount(h) > bucketsMax ? undefined : h
  }
  if (!isReducible(h)) return h
  if (h.schema > schemaMax) h = coarserHistogram(h, schemaMax)
  if (bucketsMax === 0) return h
  while (bucketCount(h) > bucketsMax) {
    if (h.schema <= SCHEMA_MIN) return undefined
    h = coarserHistogram(h, h.schema - 1)
  }
  return h
}

function bucketCount(h: NativeHistogram): number {
  return h.positive.length + h.negative.length
}

/** Whether the spans name as many buckets as there are, of a schema that can be made coarser. */
function isReducible(h: NativeHistogram): boolean {
  const named = (spans: Int32Array): number =>
    spans.reduce((sum, each, i) => (i % 2 === 0 ? sum : sum + Math.max(0, each)), 0)
  return (
    h.schema >= SCHEMA_MIN &&
    h.schema <= 52 &&
    named(h.positiveSpans) === h.positive.length &&
    named(h.negativeSpans) === h.negative.length
  )
}
