import { z } from 'zod'
import { pushLimits } from '../push/config.ts'
import { duration } from '../config/quantity.ts'

/** What becomes of names; the first one unless told. */
const STRATEGIES = [
  'UnderscoreEscapingWithSuffixes',
  'UnderscoreEscapingWithoutSuffixes',
  'NoUTF8EscapingWithSuffixes',
  'NoTranslation',
] as const

/** Names of attributes, blanks around them taken off. */
const attributeNames = z
  .array(z.string().trim().min(1, { message: 'want the name of an attribute' }))
  .default([])
  .superRefine((names, context) => {
    for (const [i, name] of names.entries()) {
      if (names.indexOf(name) === i) continue
      const message = `want each attribute once, ${JSON.stringify(name)} is there twice`
      context.addIssue({ code: 'custom', message, path: [i] })
    }
  })

/** `otlp` in weir.yml, as in prometheus.yml: how OTLP metrics become series. */
export const otlpConfig = z
  .strictObject({
    translation_strategy: z
      .enum(STRATEGIES)
      .default('UnderscoreEscapingWithSuffixes')
      .describe('What becomes of the characters of names, and whether unit and type are added.'),
    promote_resource_attributes: attributeNames.describe(
      'Resource attributes that become labels of every series.',
    ),
    promote_all_resource_attributes: z
      .boolean()
      .default(false)
      .describe('Whether all resource attributes become labels of every series.'),
    ignore_resource_attributes: attributeNames.describe(
      'Resource attributes that do not, when all others do.',
    ),
    keep_identifying_resource_attributes: z
      .boolean()
      .default(false)
      .describe(
        'Whether `target_info` also has service.name, service.namespace and service.instance.id under their own names.',
      ),
    convert_histograms_to_nhcb: z
      .boolean()
      .default(false)
      .describe('Whether histograms with explicit bounds become native ones with custom buckets.'),
    promote_scope_metadata: z
      .boolean()
      .default(false)
      .describe('Whether name, version, schema URL and attributes of the scope become labels.'),
    label_name_underscore_sanitization: z
      .boolean()
      .default(true)
      .describe('Whether `key` is put before label names that begin with one underscore.'),
    label_name_preserve_multiple_underscores: z
      .boolean()
      .default(true)
      .describe('Whether several underscores behind each other stay as they are in label names.'),
  })
  .superRefine((told, context) => {
    const { promote_all_resource_attributes: all } = told
    if (all && told.promote_resource_attributes.length > 0) {
      context.addIssue({
        code: 'custom',
        message: 'want either promote_all_resource_attributes or a list of those to promote',
        path: ['promote_resource_attributes'],
      })
    }
    if (!all && told.ignore_resource_attributes.length > 0) {
      context.addIssue({
        code: 'custom',
        message: 'want promote_all_resource_attributes: true with a list of those to ignore',
        path: ['ignore_resource_attributes'],
      })
    }
  })

export type OtlpTranslation = z.output<typeof otlpConfig>

/** `otlp_receiver` in weir.yml: what senders may send to `/v1/metrics`, and by gRPC. */
export const otlpReceiver = z.strictObject({
  grpc_listen: z
    .string()
    .optional()
    .describe(
      'Where OTLP/gRPC arrives, host:port such as 127.0.0.1:4317, without TLS; nowhere unless told.',
    ),
  ...pushLimits,
  max_attribute_depth: z
    .int()
    .min(1)
    .max(1000)
    .default(32)
    .describe('Lists and maps inside each other in an attribute; a request with more is refused.'),
  max_delta_streams: z
    .int()
    .nonnegative()
    .max(10_000_000)
    .default(200_000)
    .describe(
      'Series whose increments are added up; points of more are refused; 0 takes no increments at all.',
    ),
  delta_max_stale: duration
    .prefault('1h')
    .refine((ms) => ms > 0, { message: 'want more than 0' })
    .describe('How long the sum of a series is remembered that sends no increments any more.'),
})

export type OtlpReceiverConfig = z.output<typeof otlpReceiver>
