import { checkHttpClient, httpClientShape } from '@weir/fetch'
import { z } from 'zod'
import { byteSize, duration } from '../config/quantity.ts'

/**
 * `storage.logs` in weir.yml: where lines of log are kept. Plain data: it crosses threads.
 */

const MORE_THAN_0 = { message: 'want more than 0' }
const isPositive = (n: number): boolean => n > 0

function isAddress(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined
  return /^https?:$/.test(url?.protocol ?? '') && url?.username === '' && url.password === ''
}

const address = z
  .string()
  .refine(isAddress, { message: 'want an http or https address without user and password' })
  .optional()

const queue = z
  .strictObject({
    max_bytes: byteSize
      .prefault('2GiB')
      .refine((bytes) => bytes >= 2 ** 20, { message: 'want at least 1MiB' })
      .describe('Bytes of lines that wait on the disk until they are sent.'),
    max_age: duration
      .prefault('3d')
      .refine((ms) => ms >= 60_000, { message: 'want at least 1m' })
      .describe('How long lines wait; older ones are dropped and counted.'),
    when_full: z
      .enum(['refuse', 'drop_oldest'], { error: 'want refuse or drop_oldest' })
      .default('refuse')
      .describe(
        'What becomes of lines that come when `max_bytes` wait: senders are told to come again (503), or the oldest are dropped and counted.',
      ),
    shards: z
      .int()
      .min(1)
      .max(64)
      .default(4)
      .describe('Requests at a time; lines of one stream go one after the other.'),
    max_push_bytes: byteSize
      .prefault('1MiB')
      .refine((bytes) => bytes >= 4096 && bytes <= 2 ** 26, { message: 'want 4KiB to 64MiB' })
      .describe('About how many bytes of lines go in one request.'),
    push_timeout: duration
      .prefault('30s')
      .refine(isPositive, MORE_THAN_0)
      .describe('Longest a request may take; then it is sent again.'),
    min_backoff: duration
      .prefault('100ms')
      .refine(isPositive, MORE_THAN_0)
      .describe('Pause after the first failure.'),
    max_backoff: duration
      .prefault('10s')
      .describe('Longest pause; each is twice as long as the one before.'),
  })
  .refine(({ min_backoff, max_backoff }) => min_backoff <= max_backoff, {
    message: 'want min_backoff not above max_backoff',
  })

export const logsStorage = z
  .strictObject({
    engine: z
      .enum(['embedded', 'loki', 'victorialogs'], {
        error: 'want embedded, loki or victorialogs',
      })
      .default('embedded')
      .describe(
        'Who keeps lines: Weir itself; a Loki, which then answers all questions; or Weir, and a VictoriaLogs gets a copy of each line.',
      ),
    url: address.describe('Where the engine is; paths of its API are put behind it.'),
    write_url: address.describe('Where lines are sent, in place of `url`.'),
    read_url: address.describe('Where Loki is asked, in place of `url`.'),
    tenant: z
      .string()
      .regex(/^[a-zA-Z0-9!_.*'()|-]{1,150}$/, { message: 'want the name of a tenant of Loki' })
      .optional()
      .describe('Sent as `X-Scope-OrgID` with each request, for a Loki of several tenants.'),
    ...httpClientShape,
    structured_metadata: z
      .boolean()
      .default(true)
      .describe(
        'Whether what is said beside a line is sent, and its level; a Loki with an index before v13 refuses it.',
      ),
    max_answer_bytes: byteSize
      .prefault('64MiB')
      .refine(isPositive, MORE_THAN_0)
      .describe('Longest answer that is taken from Loki; a longer one fails (400).'),
    queue: queue
      .prefault({})
      .describe('What waits on the disk for the engine, and how it is sent.'),
  })
  .superRefine((config, context) => {
    checkHttpClient(config, context)
    const { engine, url, write_url: write, read_url: read, tenant } = config
    const complain = (key: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [key], message })
    if (engine === 'embedded') {
      for (const key of ['url', 'write_url', 'read_url', 'tenant'] as const) {
        if (config[key] !== undefined) complain(key, 'want engine: loki or victorialogs beside it')
      }
      return
    }
    if (engine === 'victorialogs') {
      if (read !== undefined)
        complain('read_url', 'want none: VictoriaLogs gets a copy and is not asked')
      if (tenant !== undefined) {
        complain('tenant', 'want AccountID and ProjectID in http_headers instead')
      }
    }
    const isComplete = write !== undefined && (read !== undefined || engine === 'victorialogs')
    if (url === undefined && !isComplete) complain('url', `want the address of the ${engine}`)
  })

export type LogsStorageConfig = z.output<typeof logsStorage>

/** What a distant engine needs; undefined where Weir keeps the lines alone. */
export function distantEngine(config: LogsStorageConfig): DistantEngine | undefined {
  const { engine, url = '' } = config
  if (engine === 'embedded') return undefined
  const { write_url = url, read_url = url } = config
  return { ...config, engine, write_url, read_url }
}

/** A configuration that names an engine, its addresses filled in. */
export interface DistantEngine extends Omit<
  LogsStorageConfig,
  'engine' | 'write_url' | 'read_url'
> {
  readonly engine: 'loki' | 'victorialogs'
  readonly write_url: string
  readonly read_url: string
}

/** The path behind an address, which may have one of its own. */
export function pathBehind(base: string, path: string): string {
  return `${base.replace(/\/+$/, '')}/${path}`
}

/** Headers that a tenant needs. */
export function tenantHeaders({ tenant }: DistantEngine): Readonly<Record<string, string>> {
  return tenant === undefined ? {} : { 'x-scope-orgid': tenant }
}
