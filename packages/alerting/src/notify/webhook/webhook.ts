import {
  NotificationData,
  type NotificationFacts,
  alertJson,
  commonPairs,
  statusOf,
} from '../../template/notification-data.ts'
import { readSecret, secretOf } from '../http-config.ts'
import { type Integration, type Outcome, refused, retryLater } from '../outcome.ts'
import { type NotifierContext, notifierKind, wantExactlyOne } from '../kind.ts'
import { post } from '../post.ts'
import { type WebhookConfig, webhookConfigSchema } from './config.ts'

const TIMEOUT_MS = 30_000

/**
 * Posts payload version 4, the one that everything which takes webhooks from Alertmanager reads.
 * Tried again on 5xx, 429 and network trouble.
 */
export function webhook(
  config: WebhookConfig,
  index: number,
  context: Pick<NotifierContext, 'fetch' | 'clock' | 'templates'>,
): Integration {
  const send = async (facts: NotificationFacts, signal: AbortSignal): Promise<Outcome> => {
    let url: string
    try {
      const text = await readSecret(secretOf(config.url, config.url_file)!)
      url = context.templates.expand(text, new NotificationData(facts), context.clock.now())
    } catch (cause) {
      const why = `Cannot notify by webhook: its url cannot be had: ${(cause as Error).message}`
      return config.url_file === '' ? refused(why) : retryLater(why)
    }
    if (!URL.canParse(url) || !/^https?:/i.test(url)) {
      return refused('Cannot notify by webhook: its url is empty or not http(s) once filled in')
    }
    return post(
      {
        what: 'webhook',
        url,
        body: JSON.stringify(webhookPayload(facts, config.max_alerts)),
        timeoutMs: config.timeout || TIMEOUT_MS,
        http: config.http_config,
        isRetryable: (status) => status >= 500 || status === 429,
        secrets: [url],
      },
      context,
      signal,
    )
  }
  return { kind: 'webhook', index, sendsResolved: config.send_resolved, send }
}

/** @see alertmanager:notify/webhook/webhook.go */
export function webhookPayload(facts: NotificationFacts, alertsMax: number): object {
  const alerts = alertsMax > 0 ? facts.alerts.slice(0, alertsMax) : facts.alerts
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
    truncatedAlerts: facts.alerts.length - alerts.length,
  }
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
