import { checkHttpClient, httpClientConfig, httpClientShape } from '@weir/fetch'
import { z } from 'zod'
import { byteSize, duration } from '../config/quantity.ts'
import {
  type EndpointConfig,
  VERSION_1,
  VERSION_2,
  remoteWrite,
  requestHeaders,
} from '../remote-write-out/config.ts'

/**
 * `storage.metrics.engine: prometheus`: another program keeps the metrics. These keys stand beside the
 * others of `storage.metrics`, and mean nothing while the engine is the embedded one. Plain data: it
 * crosses threads.
 */

/** Programs that speak Prometheus's API, and differ in what they answer: docs/engines.md. */
const FLAVOURS = ['prometheus', 'victoriametrics', 'mimir', 'cortex', 'thanos'] as const
export type Flavour = (typeof FLAVOURS)[number]

/** The endpoint of remote write that leads to the engine is called so, in metrics and logs. */
export const ENGINE = 'engine'

const positive = z.int().positive()

const address = z.string().refine((text) => isWebAddress(text), {
  message: 'want an http or https address',
})

function isWebAddress(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined
  return /^https?:$/.test(url?.protocol ?? '')
}

const labels = z.record(z.string(), z.string()).superRefine((given, context) => {
  for (const name of Object.keys(given)) {
    if (/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name)) continue
    context.addIssue({ code: 'custom', path: [name], message: 'want a label name' })
  }
})

const queue = z
  .strictObject({
    max_bytes: byteSize
      .prefault('8GiB')
      .refine((bytes) => bytes >= 2 ** 20, { message: 'want at least 1MiB' })
      .describe('Bytes that wait on the disk; beyond it the oldest are dropped and counted.'),
    max_age: duration
      .prefault('1d')
      .refine((ms) => ms >= 60_000, { message: 'want at least 1m' })
      .describe('How long samples wait for the engine; older ones are dropped and counted.'),
    max_shards: positive.max(1000).default(50).describe('Most requests at a time.'),
    min_shards: positive.default(1).describe('Fewest shards; Weir begins with so many.'),
    max_samples_per_send: positive
      .max(1_000_000)
      .default(5_000)
      .describe('Samples, histograms and exemplars in one request.'),
    send_deadline: duration
      .prefault('1s')
      .describe('How long a sample waits for others; rules that ask are not kept waiting by it.'),
    timeout: duration
      .prefault('30s')
      .refine((ms) => ms > 0, { message: 'want more than 0' })
      .describe('Longest a request may take.'),
    max_backoff: duration
      .prefault('5s')
      .refine((ms) => ms >= 100, { message: 'want at least 100ms' })
      .describe('Longest pause between two attempts.'),
  })
  .refine(({ min_shards, max_shards }) => min_shards <= max_shards, {
    message: 'want min_shards not above max_shards',
  })

/** The keys, to be spread into `storage.metrics`. */
export const engineShape = {
  ...httpClientShape,
  engine: z
    .enum(['embedded', 'prometheus'], { error: 'want embedded or prometheus' })
    .default('embedded')
    .describe(
      'Who keeps the metrics: Weir, or a Prometheus-compatible engine that is written to and asked.',
    ),
  write_url: address.optional().describe('Where the engine takes remote write.'),
  read_url: address
    .optional()
    .describe("The engine's address before `/api/v1/query`; a path prefix belongs to it."),
  protocol: z
    .enum(['1.0', '2.0'], { error: "want '1.0' or '2.0'" })
    .default('1.0')
    .describe('Of remote write, as the engine takes it.'),
  flavour: z
    .enum(['auto', ...FLAVOURS], { error: `want auto, ${FLAVOURS.join(', ')}` })
    .default('auto')
    .describe('What the engine is; `auto` asks it.'),
  headers: requestHeaders
    .default({})
    .describe('Headers of each request, such as `X-Scope-OrgID` for a tenant; secret.'),
  params: z
    .record(z.string(), z.string())
    .default({})
    .describe('Parameters of each question, such as `dedup` or `extra_label`.'),
  labels: labels
    .default({})
    .describe('Labels that samples get on their way to the engine unless they have them.'),
  instance_label: z
    .string()
    .regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, { error: 'want a label name' })
    .default('weir_instance')
    .describe(
      'With `notifications.peers`, `rules.run: never` or `instance_name`: the label that tells apart what each Weir adds up by itself (StatsD, increments of OTLP, lines that are counted, pushed groups).',
    ),
  instance_name: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe(
      'Its value on this Weir; `notifications.peer_name`, else the host name, unless told.',
    ),
  local_retention: duration
    .prefault('2h')
    .refine((ms) => ms >= 600_000, { message: 'want at least 10m' })
    .describe('How long samples stay in Weir too, so that it can watch itself without the engine.'),
  max_concurrent_queries: positive
    .max(1000)
    .default(16)
    .describe('Questions of people that the engine is asked at a time; rules have as many more.'),
  queue: queue.prefault({}).describe('What waits for the engine, on the disk of Weir.'),
}

const engineObject = z.object(engineShape)
export type EngineKeys = z.output<typeof engineObject>

/** What an engine is and how it is reached. */
export interface EngineConfig extends EngineKeys {
  readonly write_url: string
  readonly read_url: string
}

/** Keys that need an engine to mean something. */
const NEED_ENGINE = ['write_url', 'read_url', ...Object.keys(httpClientShape)] as const

/** Checks what `storage` says of its engine. */
export function checkEngine(
  storage: { readonly metrics: EngineKeys; readonly retention_rules: readonly unknown[] },
  context: z.core.$RefinementCtx,
): void {
  const { metrics } = storage
  const complain = (path: readonly string[], message: string): void => {
    context.addIssue({ code: 'custom', path: [...path], message })
  }
  if (metrics.engine === 'embedded') {
    const untouched = engineObject.parse({})
    for (const name of NEED_ENGINE) {
      const key = name as keyof EngineKeys
      if (JSON.stringify(metrics[key]) === JSON.stringify(untouched[key])) continue
      complain(['metrics', key], 'want engine: prometheus beside it')
    }
    return
  }
  for (const key of ['write_url', 'read_url'] as const) {
    if (metrics[key] === undefined) complain(['metrics'], `want ${key} with engine: prometheus`)
  }
  if (storage.retention_rules.length > 0) {
    complain(['retention_rules'], 'what is kept how long is for the engine to say; remove it')
  }
  checkHttpClient(metrics, {
    ...context,
    addIssue: (issue) => {
      const { path = [], ...rest } = issue as { readonly path?: readonly PropertyKey[] }
      context.addIssue({ ...rest, path: ['metrics', ...path] } as never)
    },
  })
}

/** Rules of evaluation that only the embedded store knows. */
export function checkEvaluation(
  config: {
    readonly storage: { readonly metrics: EngineKeys }
    readonly query: {
      readonly lookback_rules: readonly unknown[]
      readonly count_first_value: readonly unknown[]
    }
    readonly remote_write: readonly EndpointConfig[]
  },
  context: z.core.$RefinementCtx,
): void {
  if (config.storage.metrics.engine === 'embedded') return
  for (const key of ['lookback_rules', 'count_first_value'] as const) {
    if (config.query[key].length === 0) continue
    const message =
      'queries are evaluated by the engine of storage.metrics, which has no such rules'
    context.addIssue({ code: 'custom', path: ['query', key], message })
  }
  config.remote_write.forEach(({ name }, i) => {
    if (name !== ENGINE) return
    const message = 'the queue to the engine of storage.metrics has this name; want another one'
    context.addIssue({ code: 'custom', path: ['remote_write', i, 'name'], message })
  })
}

/** The endpoint of remote write by which everything goes to the engine. */
export function engineEndpoint(config: EngineConfig): EndpointConfig {
  const { write_url: url, protocol, headers, queue: wait } = config
  const client = Object.fromEntries(
    Object.entries(config).filter(([key]) => key in httpClientConfig.shape),
  )
  const [endpoint] = remoteWrite.parse([
    {
      name: ENGINE,
      url,
      headers,
      protobuf_message: protocol === '1.0' ? VERSION_1 : VERSION_2,
      send_exemplars: true,
      send_native_histograms: true,
    },
  ])
  return {
    ...endpoint!,
    ...client,
    remote_timeout: wait.timeout,
    queue_config: {
      ...endpoint!.queue_config,
      capacity: Math.max(10_000, wait.max_samples_per_send * 2),
      max_shards: wait.max_shards,
      min_shards: wait.min_shards,
      max_samples_per_send: wait.max_samples_per_send,
      batch_send_deadline: wait.send_deadline,
      max_backoff: wait.max_backoff,
      // An engine that has too much to do says 429: nothing is lost by waiting.
      retry_on_http_429: true,
    },
  }
}
