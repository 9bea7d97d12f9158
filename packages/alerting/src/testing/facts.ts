import { Labels } from '@weir/model'
import type { AlertFacts, NotificationFacts } from '../template/notification-data.ts'

/** A firing alert with all that a message can tell, unless told otherwise. */
export function alertFacts(more: Partial<AlertFacts> = {}): AlertFacts {
  return {
    status: 'firing',
    labels: Labels.of({
      alertname: 'RunsLate',
      severity: 'critical',
      system: 'airflow',
      pipeline: 'orders',
      stage: 'run',
    }),
    annotations: Labels.of({ summary: 'orders run late', runbook_url: 'https://runbooks/late' }),
    startsAtMs: 0,
    endsAtMs: more.status === 'resolved' ? 60_000 : null,
    generatorUrl: 'http://weir/graph?g0.expr=x',
    fingerprint: 'f1',
    evidence: {
      expr: 'late_seconds > 60',
      value: 90,
      threshold: { operator: '>', value: 60 },
      unit: 'seconds',
    },
    ...more,
  }
}

export function notificationFacts(...alerts: readonly AlertFacts[]): NotificationFacts {
  return {
    receiver: 'oncall',
    groupKey: '{}:{alertname="RunsLate"}',
    groupLabels: Labels.of({ alertname: 'RunsLate' }),
    routeLabels: Labels.EMPTY,
    reason: 'first notification',
    externalUrl: 'http://weir',
    alerts,
  }
}

/** Label values that begin tags, mentions and links wherever they are not escaped, and a very long one. */
export const HOSTILE: AlertFacts = alertFacts({
  labels: Labels.of({ alertname: 'RunsLate', system: 's', pipeline: '<!channel> & <b>' }),
  annotations: Labels.of({
    summary: '<!channel> <http://evil|click> *x* & "y"',
    description: 'd'.repeat(200_000),
  }),
})
