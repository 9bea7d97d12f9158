import { type NotificationFacts, statusOf } from '../../template/notification-data.ts'
import { type Composer, compose } from '../composer.ts'
import { cutTo } from '../cut.ts'
import { readSecret, secretOf } from '../http-config.ts'
import { incidentKey } from '../incident-key.ts'
import { type NotifierContext, notifierKind, wantAtMostOne } from '../kind.ts'
import { type Integration, type Outcome, refused } from '../outcome.ts'
import { post } from '../post.ts'
import { unwritten } from '../unwritten.ts'
import { type PagerdutyConfig, pagerdutyConfigSchema } from './config.ts'
import { detailsOf, imagesOf, linksOf } from './event-parts.ts'
import { OWN_PAGERDUTY_TEMPLATES, PAGERDUTY_TEMPLATES } from './templates.ts'

const TIMEOUT_MS = 30_000

/** Where events of version 1 go; `url` is for version 2 only, as in Alertmanager. */
const V1_URL = 'https://events.pagerduty.com/generic/2010-04-15/create_event.json'

/**
 * Limits of PagerDuty's Events APIs: developer.pagerduty.com/docs/events-api-v2, and
 * v2.developer.pagerduty.com/docs/trigger-events for version 1, whose answer to too many is 403.
 */
export const PAGERDUTY_LIMITS = { summaryChars: 1024, eventBytes: 512_000 } as const

type Context = Pick<NotifierContext, 'fetch' | 'clock' | 'templates' | 'pictures' | 'strictCompat'>

/** Triggers and resolves incidents. */
export function pagerduty(config: PagerdutyConfig, index: number, context: Context): Integration {
  const isV1 = config.service_key !== '' || config.service_key_file !== ''
  const secret = isV1
    ? secretOf(config.service_key, config.service_key_file)
    : secretOf(config.routing_key, config.routing_key_file)
  const send = async (facts: NotificationFacts, signal: AbortSignal): Promise<Outcome> => {
    const composer = await compose(facts, context, signal)
    let key: string
    let body: string
    try {
      key = composer.exact(await readSecret(secret!)).trim()
      const isStrict = context.strictCompat === true
      body = isV1
        ? written(v1Event(config, composer, isStrict), { service_key: key }, 'details')
        : written(v2Event(config, composer, isStrict), { routing_key: key }, 'custom_details')
    } catch (cause) {
      return unwritten('PagerDuty', cause)
    }
    if (key === '') {
      return refused(`Cannot notify by PagerDuty: the ${isV1 ? 'service' : 'routing'} key is empty`)
    }
    return post(
      {
        what: 'PagerDuty',
        url: isV1 ? V1_URL : config.url,
        body,
        timeoutMs: config.timeout || TIMEOUT_MS,
        http: config.http_config,
        isRetryable: (status) => isV1 && status === 403,
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
  ownTemplates: OWN_PAGERDUTY_TEMPLATES,
  build(config, index, context, check) {
    const keys = ['routing_key', 'routing_key_file', 'service_key', 'service_key_file'] as const
    if (keys.every((key) => config[key] === '')) {
      check.problem([], `want one of ${keys.join(', ')}`)
    }
    wantAtMostOne(config, ['routing_key', 'routing_key_file'], check)
    wantAtMostOne(config, ['service_key', 'service_key_file'], check)
    check.address(config.url, ['url'])
    const beside = {
      routing_key_file: check.beside(config.routing_key_file),
      service_key_file: check.beside(config.service_key_file),
    }
    const url = config.url || context.global.pagerduty_url
    return pagerduty({ ...config, ...beside, url }, index, context)
  },
})

interface Event {
  readonly [key: string]: unknown
  readonly payload?: Readonly<Record<string, unknown>>
}

function action({ facts }: Composer): 'trigger' | 'resolve' {
  return statusOf(facts.alerts) === 'firing' ? 'trigger' : 'resolve'
}

function summaryOf(config: PagerdutyConfig, composer: Composer): string {
  return cutTo(composer.text(config.description), PAGERDUTY_LIMITS.summaryChars)
}

function v2Event(config: PagerdutyConfig, composer: Composer, isStrict: boolean): Event {
  const client = composer.text(config.client)
  const optional = (name: 'class' | 'component' | 'group'): Record<string, string> => {
    const value = composer.text(config[name])
    return value === '' ? {} : { [name]: value }
  }
  const links = linksOf(config, composer, isStrict)
  const images = imagesOf(config, composer, isStrict)
  return {
    event_action: action(composer),
    dedup_key: incidentKey(composer.facts.groupKey),
    payload: {
      summary: summaryOf(config, composer),
      source: config.source === '' ? client : composer.text(config.source),
      // PagerDuty refuses any other word: an error of a template must not cost the page.
      severity: composer.field(config.severity, () => 'error'),
      ...optional('class'),
      ...optional('component'),
      ...optional('group'),
      custom_details: detailsOf(config, composer, isStrict),
    },
    client,
    client_url: composer.text(config.client_url),
    ...(links.length > 0 ? { links } : {}),
    ...(images.length > 0 ? { images } : {}),
  }
}

function v1Event(config: PagerdutyConfig, composer: Composer, isStrict: boolean): Event {
  const event_type = action(composer)
  const shared = {
    event_type,
    incident_key: incidentKey(composer.facts.groupKey),
    description: summaryOf(config, composer),
    details: detailsOf(config, composer, isStrict),
  }
  if (event_type === 'resolve') return shared
  const contexts = isStrict
    ? []
    : [
        ...linksOf(config, composer, isStrict).map((link) => ({ type: 'link', ...link })),
        ...imagesOf(config, composer, isStrict).map((image) => ({ type: 'image', ...image })),
      ]
  return {
    ...shared,
    client: composer.text(config.client),
    client_url: composer.text(config.client_url),
    ...(contexts.length > 0 ? { contexts } : {}),
  }
}

/** The event with its key; beyond the limit its details are replaced by a note. */
function written(
  event: Event,
  key: Readonly<Record<string, string>>,
  details: 'details' | 'custom_details',
): string {
  const body = JSON.stringify({ ...key, ...event })
  if (Buffer.byteLength(body) <= PAGERDUTY_LIMITS.eventBytes) return body
  const error = 'The details were left out: with them the event would be larger than 512 kB'
  const short = { [details]: { error } }
  return JSON.stringify({
    ...key,
    ...event,
    ...(event.payload === undefined ? short : { payload: { ...event.payload, ...short } }),
  })
}
