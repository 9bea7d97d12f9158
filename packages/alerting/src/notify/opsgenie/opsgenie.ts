import { type NotificationFacts, statusOf } from '../../template/notification-data.ts'
import { type Composer, compose } from '../composer.ts'
import { type Secret, readSecret, secretOf } from '../http-config.ts'
import { incidentKey } from '../incident-key.ts'
import { type ConfigCheck, type NotifierContext, notifierKind, wantAtMostOne } from '../kind.ts'
import { type Integration, type Note, type Outcome, SENT, refused } from '../outcome.ts'
import { post } from '../post.ts'
import { unwritten } from '../unwritten.ts'
import { type OpsgenieAlert, alertOf, sourceOf } from './alert.ts'
import { type OpsgenieConfig, RESPONDER_TYPES, opsgenieConfigSchema } from './config.ts'
import { OPSGENIE_TEMPLATES, OWN_OPSGENIE_TEMPLATES } from './templates.ts'

const TIMEOUT_MS = 30_000

type Context = Pick<NotifierContext, 'fetch' | 'clock' | 'templates' | 'pictures' | 'strictCompat'>

/** A service that speaks OpsGenie's Alert API. */
export interface AlertService {
  readonly kind: string
  /** For messages. */
  readonly what: string
  /** Ends with `/`. */
  readonly apiUrl: string
  readonly key: Secret
  /** What else it is told about an alert that it knows; `update_alerts` asks for it. */
  updates(alert: OpsgenieAlert, note: Note | undefined): readonly Update[]
}

interface Update {
  /** Below the alert. */
  readonly path: string
  readonly method: 'POST' | 'PUT'
  readonly body: object
}

/**
 * Creates an alert while anything fires, and closes it when nothing does. An alert that is created
 * again under its alias counts as a repetition there. All answers are 202: the work is done later.
 *
 * @see docs.opsgenie.com/docs/alert-api
 */
export function alertIntegration(
  config: OpsgenieConfig,
  index: number,
  context: Context,
  service: AlertService,
): Integration {
  const { what, apiUrl, kind } = service
  const send = async (
    facts: NotificationFacts,
    signal: AbortSignal,
    note?: Note,
  ): Promise<Outcome> => {
    const composer = await compose(facts, context, signal)
    let key: string
    try {
      key = composer.exact(await readSecret(service.key)).trim()
    } catch (cause) {
      return unwritten(what, cause)
    }
    if (key === '') return refused(`Cannot notify by ${what}: the API key is empty`)
    const ask = (path: string, method: 'POST' | 'PUT', body: object): Promise<Outcome> =>
      post(
        {
          what,
          url: apiUrl + path,
          method,
          body: JSON.stringify(body),
          headers: { authorization: `GenieKey ${key}` },
          timeoutMs: TIMEOUT_MS,
          http: config.http_config,
          secrets: [key],
        },
        context,
        signal,
      )
    for (const { path, method, body } of requestsOf(config, composer, service, note)) {
      const outcome = await ask(path, method, body)
      if (outcome.kind !== 'sent') return outcome
    }
    return config.update_alerts ? { kind: 'sent', note: { created: 'yes' } } : SENT
  }
  return { kind, index, sendsResolved: config.send_resolved, send }
}

function requestsOf(
  config: OpsgenieConfig,
  composer: Composer,
  service: AlertService,
  note: Note | undefined,
): Update[] {
  const alias = incidentKey(composer.facts.groupKey)
  const below = (path: string): string => `v2/alerts/${alias}/${path}?identifierType=alias`
  if (statusOf(composer.facts.alerts) === 'resolved') {
    return [{ path: below('close'), method: 'POST', body: { source: sourceOf(config, composer) } }]
  }
  const alert = alertOf(config, composer, alias)
  const updates = config.update_alerts ? service.updates(alert, note) : []
  return [
    { path: 'v2/alerts', method: 'POST', body: alert },
    ...updates.map((update) => ({ ...update, path: below(update.path) })),
  ]
}

/** What is wrong with a config of such a service, beyond its shape. */
export function checkAlertConfig(config: OpsgenieConfig, check: ConfigCheck): void {
  wantAtMostOne(config, ['api_key', 'api_key_file'], check)
  check.address(config.api_url, ['api_url'])
  config.responders.forEach(({ id, name, username, type }, i) => {
    if (id === '' && name === '' && username === '') {
      check.problem(['responders', i], 'want one of id, name, username')
    }
    if (!type.includes('{{') && !RESPONDER_TYPES.has(type.toLowerCase())) {
      const types = [...RESPONDER_TYPES].join(', ')
      check.problem(['responders', i, 'type'], `want one of ${types}, got ${JSON.stringify(type)}`)
    }
  })
}

export function withSlash(url: string): string {
  return url.endsWith('/') ? url : `${url}/`
}

export const OPSGENIE = notifierKind({
  name: 'opsgenie',
  schema: opsgenieConfigSchema,
  templates: OPSGENIE_TEMPLATES,
  ownTemplates: OWN_OPSGENIE_TEMPLATES,
  hint: ({ api_url }) =>
    api_url.includes('atlassian.com')
      ? undefined
      : 'OpsGenie ends on 5 April 2027: jsm_configs with the same keys goes to Jira Service Management',
  build(config, index, context, check) {
    checkAlertConfig(config, check)
    const { global } = context
    const key =
      secretOf(config.api_key, check.beside(config.api_key_file)) ??
      secretOf(global.opsgenie_api_key, check.beside(global.opsgenie_api_key_file))
    if (key === undefined) {
      check.problem([], 'want api_key or api_key_file, here or as opsgenie_api_key of global')
    }
    return alertIntegration(config, index, context, {
      kind: 'opsgenie',
      what: 'OpsGenie',
      apiUrl: withSlash(config.api_url || global.opsgenie_api_url),
      key: key ?? { kind: 'text', text: '' },
      updates: ({ message, description }) => [
        { path: 'message', method: 'PUT', body: { message } },
        { path: 'description', method: 'PUT', body: { description } },
      ],
    })
  },
})
