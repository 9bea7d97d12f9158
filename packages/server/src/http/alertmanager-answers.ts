import type { RoutedAlertView, AlertGroupView, SilenceView } from '@weir/alerting'
import type { Matcher, WeirError } from '@weir/model'
import { CODE_HEADER, statusOf } from './errors.ts'
import type { Answer } from './route.ts'

/** The shapes of Alertmanager's API v2; see alertmanager:api/v2/openapi.yaml. */

const JSON_HEADERS = { 'content-type': 'application/json' } as const

/** 200 without a body, which is how the API says that something was done. */
export const DONE: Answer = { status: 200, headers: {}, body: '' }

/** What is wrong with what was asked, as a JSON string. */
export function problem(status: number, message: string): Answer {
  return { status, headers: JSON_HEADERS, body: JSON.stringify(message) }
}

/** What is wrong with the form of a request, as the frame around Alertmanager's API says it. */
export function malformed(status: number, code: number, message: string): Answer {
  return { status, headers: JSON_HEADERS, body: JSON.stringify({ code, message }) }
}

/** An error of ours in their shape. */
export function failed(error: WeirError): Answer {
  const told = problem(statusOf(error.code), error.message)
  return { ...told, headers: { ...told.headers, [CODE_HEADER]: error.code }, refused: error }
}

const rfc3339 = (ms: number): string => new Date(ms).toISOString()

export function alertJson(alert: RoutedAlertView): object {
  const { labels, annotations, generatorUrl, status } = alert
  return {
    annotations,
    endsAt: rfc3339(alert.endsAtMs),
    fingerprint: alert.fingerprint,
    receivers: alert.receivers.map((name) => ({ name })),
    startsAt: rfc3339(alert.startsAtMs),
    status: {
      inhibitedBy: status.inhibitedBy,
      mutedBy: status.mutedBy,
      silencedBy: status.silencedBy,
      state: status.state,
    },
    updatedAt: rfc3339(alert.updatedMs),
    ...(generatorUrl === '' ? {} : { generatorURL: generatorUrl }),
    labels,
  }
}

export function groupJson(group: AlertGroupView, alerts: readonly RoutedAlertView[]): object {
  return {
    alerts: alerts.map(alertJson),
    labels: group.labels,
    receiver: { name: group.receiver },
    routeLabels: group.routeLabels,
  }
}

export function silenceJson(silence: SilenceView): object {
  return {
    id: silence.id,
    status: { state: silence.state },
    updatedAt: rfc3339(silence.updatedMs),
    annotations: silence.annotations,
    comment: silence.comment,
    createdBy: silence.createdBy,
    endsAt: rfc3339(silence.endsAtMs),
    matchers: silence.matchers.map(matcherJson),
    startsAt: rfc3339(silence.startsAtMs),
  }
}

function matcherJson({ name, operator, value }: Matcher): object {
  return {
    isEqual: !operator.startsWith('!'),
    isRegex: operator.endsWith('~'),
    name,
    value,
  }
}
