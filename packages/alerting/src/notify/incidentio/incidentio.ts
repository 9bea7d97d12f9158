import { Labels } from '@weir/model'
import type { AlertFacts, NotificationFacts } from '../../template/notification-data.ts'
import { cutTo } from '../cut.ts'
import { secretOf } from '../http-config.ts'
import { notifierKind, wantExactlyOne } from '../kind.ts'
import { type MessengerContext, messenger, webAddress } from '../messenger.ts'
import type { Integration } from '../outcome.ts'
import { webhookPayload } from '../webhook/webhook.ts'
import { type IncidentioConfig, incidentioConfigSchema } from './config.ts'

/** What incident.io takes at most; more is answered with 429. As Alertmanager has it. */
const INCIDENTIO_BYTES_MAX = 512 * 1024

/** Posts the payload of a webhook to an alert source of incident.io. */
function incidentio(
  config: IncidentioConfig,
  index: number,
  context: MessengerContext,
): Integration {
  const about = {
    kind: 'incidentio',
    what: 'incident.io',
    index,
    sendsResolved: config.send_resolved,
    ...(config.timeout === 0 ? {} : { timeoutMs: config.timeout }),
  }
  const { alert_source_token, alert_source_token_file } = config
  const tokenSecret = secretOf(alert_source_token, alert_source_token_file)
  return messenger(about, context, async ({ facts, secret }) => {
    const url = webAddress(await secret(secretOf(config.url, config.url_file)!))
    const token = tokenSecret === undefined ? '' : await secret(tokenSecret)
    return {
      url,
      http: config.http_config,
      headers: token === '' ? {} : { authorization: `Bearer ${token}` },
      secrets: [url, token],
      body: bodyOf(facts, config.max_alerts),
    }
  })
}

export const INCIDENTIO = notifierKind({
  name: 'incidentio',
  schema: incidentioConfigSchema,
  build(config, index, context, check) {
    wantExactlyOne(config, ['url', 'url_file'], check)
    check.address(config.url, ['url'])
    const { alert_source_token: token, alert_source_token_file: file, http_config: http } = config
    if (token !== '' && file !== '') {
      check.problem([], 'want at most one of alert_source_token and alert_source_token_file')
    }
    const hasToken = token !== '' || file !== ''
    if (hasToken === (http?.authorization !== undefined)) {
      check.problem([], 'want exactly one of alert_source_token and http_config.authorization')
    }
    const files = {
      url_file: check.beside(config.url_file),
      alert_source_token_file: check.beside(file),
    }
    return incidentio({ ...config, ...files }, index, context)
  },
})

/**
 * Of a group that is too large, only the first alert is told and the others are counted; of an alert
 * that is too large by itself, the annotations are cut.
 */
function bodyOf(facts: NotificationFacts, alertsMax: number): string {
  const { alerts } = facts
  const first = alerts.slice(0, 1)
  const write = (told: readonly AlertFacts[]): string => {
    const payload = webhookPayload({ ...facts, alerts: told }, alerts.length - told.length)
    return JSON.stringify({ ...payload, version: '1' })
  }
  const fits = (body: string): boolean => Buffer.byteLength(body) <= INCIDENTIO_BYTES_MAX
  const whole = write(alertsMax > 0 ? alerts.slice(0, alertsMax) : alerts)
  if (fits(whole)) return whole
  const one = write(first)
  return fits(one) ? one : write(first.map(shortened))
}

const ANNOTATION_CHARS = 4000

function shortened(alert: AlertFacts): AlertFacts {
  const cut = [...alert.annotations].map(([name, value]) => [name, cutTo(value, ANNOTATION_CHARS)])
  return { ...alert, annotations: Labels.of(Object.fromEntries(cut) as Record<string, string>) }
}
