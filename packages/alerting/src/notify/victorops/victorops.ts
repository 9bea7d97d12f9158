import { type NotificationFacts, statusOf } from '../../template/notification-data.ts'
import { namedLinks } from '../../story/details.ts'
import { type Composer, compose } from '../composer.ts'
import { cutTo } from '../cut.ts'
import { type Secret, readSecret, secretOf } from '../http-config.ts'
import { incidentKey } from '../incident-key.ts'
import { type NotifierContext, notifierKind, wantAtMostOne } from '../kind.ts'
import { type Integration, type Outcome, refused } from '../outcome.ts'
import { post } from '../post.ts'
import { unwritten } from '../unwritten.ts'
import { RESERVED_FIELDS, type VictoropsConfig, victoropsConfigSchema } from './config.ts'
import { OWN_VICTOROPS_TEMPLATES, VICTOROPS_TEMPLATES } from './templates.ts'

const TIMEOUT_MS = 30_000

/** @see help.victorops.com/knowledge-base/incident-fields-glossary: 20,480 characters of state_message */
const VICTOROPS_LIMITS = { messageChars: 20_480, annotations: 5 } as const

type Context = Pick<NotifierContext, 'fetch' | 'clock' | 'templates' | 'pictures' | 'strictCompat'>

/** Tells Splunk On-Call, once named VictorOps, through its REST endpoint. The key is in the address. */
export function victorops(
  config: VictoropsConfig,
  index: number,
  context: Context,
  apiKey: Secret,
): Integration {
  const send = async (facts: NotificationFacts, signal: AbortSignal): Promise<Outcome> => {
    const composer = await compose(facts, context, signal)
    let key: string
    let routingKey: string
    try {
      key = (await readSecret(apiKey)).trim()
      routingKey = composer.exact(config.routing_key)
    } catch (cause) {
      return unwritten('Splunk On-Call', cause)
    }
    if (key === '') return refused('Cannot notify by Splunk On-Call: the API key is empty')
    return post(
      {
        what: 'Splunk On-Call',
        url: config.api_url + `${key}/${routingKey}`.split('/').map(encodeURIComponent).join('/'),
        body: JSON.stringify(messageOf(config, composer, context.strictCompat === true)),
        timeoutMs: TIMEOUT_MS,
        http: config.http_config,
        secrets: [key, routingKey],
      },
      context,
      signal,
    )
  }
  return { kind: 'victorops', index, sendsResolved: config.send_resolved, send }
}

const MESSAGE_TYPES: ReadonlySet<string> = new Set(['CRITICAL', 'WARNING', 'INFO'])

function messageOf(
  config: VictoropsConfig,
  composer: Composer,
  isStrict: boolean,
): Record<string, string> {
  const given = composer.field(config.message_type, () => '')
  const firing = MESSAGE_TYPES.has(given) ? given : 'CRITICAL'
  const custom = Object.entries(config.custom_fields).map(([name, text]) => [
    name,
    composer.text(text),
  ])
  return {
    message_type: statusOf(composer.facts.alerts) === 'resolved' ? 'RECOVERY' : firing,
    entity_id: incidentKey(composer.facts.groupKey),
    entity_display_name: composer.text(config.entity_display_name),
    state_message: cutTo(composer.text(config.state_message), VICTOROPS_LIMITS.messageChars),
    monitoring_tool: composer.text(config.monitoring_tool),
    ...(isStrict ? {} : annotationsOf(composer)),
    ...(Object.fromEntries(custom) as Record<string, string>),
  }
}

/**
 * Links and the picture of the first alert, as Splunk On-Call shows them beside an incident.
 *
 * @see help.splunk.com, "REST Endpoint integration": vo_annotate.u.NAME is a link, .i.NAME an image
 */
function annotationsOf({ story, picture }: Composer): Record<string, string> {
  const [first] = story.alerts
  const links = first === undefined ? [] : namedLinks(first.links)
  const shown = links.slice(0, VICTOROPS_LIMITS.annotations)
  return {
    ...Object.fromEntries(shown.map(({ text, href }) => [`vo_annotate.u.${text}`, href])),
    ...(picture === undefined ? {} : { [`vo_annotate.i.${picture.alt}`]: picture.url }),
  }
}

export const VICTOROPS = notifierKind({
  name: 'victorops',
  schema: victoropsConfigSchema,
  templates: VICTOROPS_TEMPLATES,
  ownTemplates: OWN_VICTOROPS_TEMPLATES,
  build(config, index, context, check) {
    wantAtMostOne(config, ['api_key', 'api_key_file'], check)
    check.address(config.api_url, ['api_url'])
    if (config.routing_key === '') check.problem([], 'want a routing_key')
    for (const name of Object.keys(config.custom_fields)) {
      if (!RESERVED_FIELDS.includes(name)) continue
      check.problem(['custom_fields', name], 'this field is the message’s own')
    }
    const { global } = context
    const key =
      secretOf(config.api_key, check.beside(config.api_key_file)) ??
      secretOf(global.victorops_api_key, check.beside(global.victorops_api_key_file))
    if (key === undefined) {
      check.problem([], 'want api_key or api_key_file, here or as victorops_api_key of global')
    }
    const given = config.api_url || global.victorops_api_url
    const api_url = given.endsWith('/') ? given : `${given}/`
    return victorops({ ...config, api_url }, index, context, key ?? { kind: 'text', text: '' })
  },
})
