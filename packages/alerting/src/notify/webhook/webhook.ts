import {
  type NotificationFacts,
  alertJson,
  commonPairs,
  statusOf,
} from '../../template/notification-data.ts'
import { storyJson } from '../../story/story-json.ts'
import { type Composer, compose } from '../composer.ts'
import { readSecret, secretOf } from '../http-config.ts'
import { type Integration, type Outcome, refused } from '../outcome.ts'
import { type NotifierContext, notifierKind, wantExactlyOne } from '../kind.ts'
import { post } from '../post.ts'
import { type TextTree, typedTree } from '../typed-values.ts'
import { unwritten } from '../unwritten.ts'
import { type WebhookConfig, webhookConfigSchema } from './config.ts'

const TIMEOUT_MS = 30_000

/**
 * Posts payload version 4, the one that everything which takes webhooks from Alertmanager reads, or
 * the config's own `payload`. Tried again on 5xx, 429 and network trouble.
 */
export function webhook(
  config: WebhookConfig,
  index: number,
  context: Pick<NotifierContext, 'fetch' | 'clock' | 'templates' | 'pictures' | 'strictCompat'>,
): Integration {
  const send = async (facts: NotificationFacts, signal: AbortSignal): Promise<Outcome> => {
    const shown = shortened(facts, config.max_alerts)
    const composer = await compose(shown, context, signal)
    let url: string
    let body: string
    try {
      url = composer.exact(await readSecret(secretOf(config.url, config.url_file)!))
      body = JSON.stringify(
        config.payload === undefined
          ? {
              ...webhookPayload(shown, facts.alerts.length - shown.alerts.length),
              ...ownPart(composer, context.strictCompat),
            }
          : ownPayload(config.payload, composer),
      )
    } catch (cause) {
      return unwritten('webhook', cause)
    }
    if (!URL.canParse(url) || !/^https?:/i.test(url)) {
      return refused('Cannot notify by webhook: its url is empty or not http(s) once filled in')
    }
    return post(
      {
        what: 'webhook',
        url,
        body,
        timeoutMs: config.timeout || TIMEOUT_MS,
        http: config.http_config,
        secrets: [url],
      },
      context,
      signal,
    )
  }
  return { kind: 'webhook', index, sendsResolved: config.send_resolved, send }
}

function shortened(facts: NotificationFacts, alertsMax: number): NotificationFacts {
  if (alertsMax <= 0 || facts.alerts.length <= alertsMax) return facts
  return { ...facts, alerts: facts.alerts.slice(0, alertsMax) }
}

/** @see alertmanager:notify/webhook/webhook.go */
export function webhookPayload(facts: NotificationFacts, truncatedAlerts: number): object {
  const { alerts } = facts
  return {
    receiver: facts.receiver,
    status: statusOf(alerts),
    alerts: alerts.map(alertJson),
    groupLabels: facts.groupLabels.toJSON(),
    commonLabels: commonPairs(alerts.map((alert) => alert.labels)),
    commonAnnotations: commonPairs(alerts.map((alert) => alert.annotations)),
    routeLabels: facts.routeLabels.toJSON(),
    externalURL: facts.externalUrl,
    notification_reason: facts.reason,
    version: '4',
    groupKey: facts.groupKey,
    truncatedAlerts,
  }
}

/** What Weir adds to version 4, all under one key. */
function ownPart({ story, picture }: Composer, isStrict = false): object {
  return isStrict ? {} : { weir: storyJson(story, picture?.url) }
}

/** A payload whose templates fail is no reason to keep quiet: the failing text says so in its place. */
function ownPayload(tree: TextTree, composer: Composer): unknown {
  return typedTree(tree, (text) => composer.text(text))
}

export const WEBHOOK = notifierKind({
  name: 'webhook',
  schema: webhookConfigSchema,
  build(config, index, context, check) {
    wantExactlyOne(config, ['url', 'url_file'], check)
    check.address(config.url, ['url'])
    return webhook({ ...config, url_file: check.beside(config.url_file) }, index, context)
  },
})
