import { checkHttpClient, httpClientShape } from '@weir/fetch'
import { z } from 'zod'
import { byteSize, duration } from '../config/quantity.ts'
import { relabelRule } from '../relabel/rule.ts'

/**
 * `remote_write` of prometheus.yml: where samples are sent on to. What Weir does not do is refused by
 * name. Plain data: it crosses threads.
 */

export const VERSION_1 = 'prometheus.WriteRequest'
export const VERSION_2 = 'io.prometheus.write.v2.Request'

const positive = z.int().positive()

const queueConfig = z
  .strictObject({
    capacity: positive.default(10_000).describe('Samples of a shard in memory.'),
    max_shards: positive.max(1000).default(50).describe('Most requests at a time.'),
    min_shards: positive.default(1).describe('Fewest shards; Weir begins with so many.'),
    max_samples_per_send: positive
      .max(1_000_000)
      .default(2_000)
      .describe('Samples, histograms and exemplars in one request.'),
    batch_send_deadline: duration.prefault('5s').describe('How long a sample waits for others.'),
    min_backoff: duration.prefault('30ms').describe('Pause after the first failure.'),
    max_backoff: duration
      .prefault('5s')
      .describe('Longest pause; each is twice as long as the one before.'),
    retry_on_http_429: z
      .boolean()
      .default(false)
      .describe('Whether 429 is tried again; otherwise what was sent is dropped.'),
    sample_age_limit: duration
      .prefault(0)
      .describe('Older samples are dropped instead of sent; 0 sends all.'),
  })
  .refine(({ min_shards, max_shards }) => min_shards <= max_shards, {
    message: 'want min_shards not above max_shards',
  })
  .refine(({ min_backoff, max_backoff }) => min_backoff > 0 && min_backoff <= max_backoff, {
    message: 'want min_backoff above 0 and not above max_backoff',
  })

const metadataConfig = z.strictObject({
  send: z.boolean().default(true).describe('Whether 1.0 tells types and help of metrics.'),
  send_interval: duration
    .prefault('1m')
    .refine((ms) => ms > 0, { message: 'want more than 0' })
    .describe('How often.'),
  max_samples_per_send: positive.default(2_000).describe('Metrics in one request.'),
})

/** Set by the protocol, or by other keys. */
const RESERVED_HEADERS = new Set([
  'host',
  'content-encoding',
  'content-length',
  'content-type',
  'user-agent',
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'www-authenticate',
  'accept-encoding',
  'x-prometheus-remote-write-version',
  'x-prometheus-remote-read-version',
  'x-amz-date',
  'x-amz-security-token',
  'x-amz-content-sha256',
])

/** Headers that a person may set of requests to a receiver. */
export const requestHeaders = z.record(z.string(), z.string()).superRefine((given, context) => {
  for (const name of Object.keys(given)) {
    const lower = name.toLowerCase()
    const message =
      lower === 'authorization'
        ? 'want basic_auth, authorization or oauth2 instead of this header'
        : 'this header is set by the protocol'
    if (lower !== 'authorization' && !RESERVED_HEADERS.has(lower)) continue
    context.addIssue({ code: 'custom', path: [name], message })
  }
})

function refused(why: string): z.ZodOptional<z.ZodUndefined> {
  return z.undefined({ error: why }).optional()
}

const endpoint = z
  .strictObject({
    ...httpClientShape,
    url: z
      .string()
      .refine((text) => /^https?:$/.test(URL.canParse(text) ? new URL(text).protocol : ''), {
        message: 'want an http or https address',
      })
      .describe('Where samples are sent to.'),
    name: z
      .string()
      .min(1)
      .optional()
      .describe(
        'What this endpoint is called in metrics and logs, and by what its place is known.',
      ),
    protobuf_message: z
      .enum([VERSION_1, VERSION_2])
      .default(VERSION_1)
      .describe('Remote write 1.0 or 2.0, as the receiver takes it.'),
    remote_timeout: duration
      .prefault('30s')
      .refine((ms) => ms > 0, { message: 'want more than 0' })
      .describe('Longest a request may take.'),
    headers: requestHeaders.default({}).describe('Headers of each request; secret.'),
    write_relabel_configs: z
      .array(relabelRule)
      .default([])
      .describe('Rules for labels of what leaves, after external labels are added.'),
    send_exemplars: z.boolean().default(false).describe('Whether exemplars are sent.'),
    send_native_histograms: z
      .boolean()
      .default(false)
      .describe('Whether native histograms are sent; with 2.0 they always are.'),
    round_robin_dns: z
      .boolean()
      .default(false)
      .describe('Taken and not needed: each new connection asks for the address again.'),
    queue_config: queueConfig.prefault({}).describe('How samples are gathered and tried again.'),
    metadata_config: metadataConfig.prefault({}).describe('What is told about metrics with 1.0.'),
    sigv4: refused('signing for AWS is not supported yet; remove sigv4'),
    azuread: refused('tokens of Azure are not supported yet; remove azuread, or use oauth2'),
    google_iam: refused('tokens of Google are not supported yet; remove google_iam'),
  })
  .superRefine((config, context) => {
    checkHttpClient(config, context)
  })

export type EndpointConfig = z.output<typeof endpoint>

export const remoteWrite = z.array(endpoint).superRefine((endpoints, context) => {
  const names = endpoints.flatMap(({ name }) => (name === undefined ? [] : [name]))
  for (const [i, { name }] of endpoints.entries()) {
    if (name === undefined || names.indexOf(name) === names.lastIndexOf(name)) continue
    const message = `want a name of its own, ${JSON.stringify(name)} is there twice`
    context.addIssue({ code: 'custom', path: [i, 'name'], message })
  }
})

/** What may wait on the disk until it is sent; Weir's own section. */
export const remoteWriteQueue = z.strictObject({
  max_bytes: byteSize
    .prefault('2GiB')
    .refine((bytes) => bytes >= 2 ** 20, { message: 'want at least 1MiB' })
    .describe('Bytes of samples that wait; beyond it the oldest are dropped and counted.'),
  max_age: duration
    .prefault('1d')
    .refine((ms) => ms >= 60_000, { message: 'want at least 1m' })
    .describe('How long samples wait; older ones are dropped and counted.'),
})
