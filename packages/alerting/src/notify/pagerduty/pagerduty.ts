import { createHash } from 'node:crypto'
import { parse as parseYaml } from 'yaml'
import {
  NotificationData,
  type NotificationFacts,
  statusOf,
} from '../../template/notification-data.ts'
import { readSecret, secretOf } from '../http-config.ts'
import { type Integration, type Outcome, refused, retryLater } from '../outcome.ts'
import { cutTo } from '../cut.ts'
import { type NotifierContext, notifierKind, wantExactlyOne } from '../kind.ts'
import { post } from '../post.ts'
import { DEFAULT_DETAILS, type PagerdutyConfig, pagerdutyConfigSchema } from './config.ts'
import { PAGERDUTY_TEMPLATES } from './templates.ts'

const TIMEOUT_MS = 30_000

/** Limits of PagerDuty's Events API v2, developer.pagerduty.com/docs/events-api-v2. */
export const PAGERDUTY_LIMITS = { summaryChars: 1024, eventBytes: 512_000 } as const

type Expand = (text: string) => string

/**
 * Triggers and resolves incidents. An incident is known by the hash of the group key, the same that
 * Alertmanager takes: a team that moves here resolves the incidents it opened there.
 */
export function pagerduty(
  config: PagerdutyConfig,
  index: number,
  context: Pick<NotifierContext, 'fetch' | 'clock' | 'templates'>,
): Integration {
  const send = async (facts: NotificationFacts, signal: AbortSignal): Promise<Outcome> => {
    const data = new NotificationData(facts)
    const expand: Expand = (text) => context.templates.expand(text, data, context.clock.now())
    let key: string
    let body: string
    try {
      key = expand(await readSecret(secretOf(config.routing_key, config.routing_key_file)!)).trim()
      body = writeEvent(eventOf(config, facts, expand), key)
    } catch (cause) {
      const why = `Cannot notify by PagerDuty: the event cannot be written: ${(cause as Error).message}`
      return config.routing_key_file === '' ? refused(why) : retryLater(why)
    }
    if (key === '') return refused('Cannot notify by PagerDuty: the routing key is empty')
    return post(
      {
        what: 'PagerDuty',
        url: config.url,
        body,
        timeoutMs: config.timeout || TIMEOUT_MS,
        http: config.http_config,
        isRetryable: (status) => status >= 500 || status === 429,
        secrets: [key, config.url],
      },
      context,
      signal,
    )
  }
  return { kind: 'pagerduty', index, sendsResolved: config.send_resolved, send }
}

export const PAGERDUTY = notifierKind({
  name: 'pagerduty',
  schema: pagerdutyConfigSchema,
  templates: PAGERDUTY_TEMPLATES,
  build(config, index, context, check) {
    wantExactlyOne(config, ['routing_key', 'routing_key_file'], check)
    check.address(config.url, ['url'])
    const routing_key_file = check.beside(config.routing_key_file)
    const url = config.url || context.global.pagerduty_url
    return pagerduty({ ...config, url, routing_key_file }, index, context)
  },
})

interface PagerdutyEvent {
  readonly event_action: 'trigger' | 'resolve'
  readonly dedup_key: string
  readonly payload: Readonly<Record<string, unknown>>
  readonly [key: string]: unknown
}

function eventOf(
  config: PagerdutyConfig,
  facts: NotificationFacts,
  expand: Expand,
): PagerdutyEvent {
  const client = expand(config.client)
  const optional = (name: 'class' | 'component' | 'group'): Record<string, string> => {
    const value = expand(config[name])
    return value === '' ? {} : { [name]: value }
  }
  const links = config.links
    .map(({ href, text }) => ({ href: expand(href), text: expand(text) }))
    .filter(({ href }) => href !== '')
  const images = config.images
    .map(({ src, alt, href }) => ({ src: expand(src), alt: expand(alt), href: expand(href) }))
    .filter(({ src }) => src !== '')
  return {
    event_action: statusOf(facts.alerts) === 'firing' ? 'trigger' : 'resolve',
    dedup_key: createHash('sha256').update(facts.groupKey).digest('hex'),
    payload: {
      summary: cutTo(expand(config.description), PAGERDUTY_LIMITS.summaryChars),
      source: config.source === '' ? client : expand(config.source),
      severity: expand(config.severity),
      ...optional('class'),
      ...optional('component'),
      ...optional('group'),
      custom_details: detailsOf(config, expand),
    },
    client,
    client_url: expand(config.client_url),
    ...(links.length > 0 ? { links } : {}),
    ...(images.length > 0 ? { images } : {}),
  }
}

/** Texts that read as a number, a list or a map are sent as such; an empty one as null. */
function detailsOf(config: PagerdutyConfig, expand: Expand): Record<string, unknown> {
  const texts = Object.entries({ ...DEFAULT_DETAILS, ...config.details })
  return Object.fromEntries(texts.map(([name, text]) => [name, valueOf(expand(text))]))
}

function valueOf(text: string): unknown {
  // JSON is YAML too, and read much faster: lists of alerts are long.
  if (/^[[{]/.test(text)) {
    try {
      return JSON.parse(text) as unknown
    } catch {
      // a YAML list or map, perhaps
    }
  }
  try {
    return parseYaml(text, { schema: 'core', logLevel: 'error' }) as unknown
  } catch {
    return text
  }
}

function writeEvent(event: PagerdutyEvent, key: string): string {
  const body = JSON.stringify({ routing_key: key, ...event })
  if (Buffer.byteLength(body) <= PAGERDUTY_LIMITS.eventBytes) return body
  const note = 'The details were left out: with them the event would be larger than 512 kB'
  return JSON.stringify({
    routing_key: key,
    ...event,
    payload: { ...event.payload, custom_details: { error: note } },
  })
}
