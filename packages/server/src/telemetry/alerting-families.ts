import type { Alerting } from '@weir/alerting'
import { Labels, type MetricFamily } from '@weir/model'

type Sample = readonly [labels: Readonly<Record<string, string>>, value: number]

/** What is there to be told now: read when somebody looks, so that receivers that left are not shown. */
export function alertingFamilies(
  { routing, silences, outbox }: Pick<Alerting, 'routing' | 'silences' | 'outbox'>,
  nowMs: number,
): MetricFamily[] {
  const { alerts, groups } = routing.figures()
  return [
    gauge(
      'weir_alerting_alerts',
      'Alerts that have not ended, by state: active, or suppressed by a silence, an inhibition or maintenance.',
      byState(alerts),
    ),
    gauge('weir_alerting_groups', 'Groups of alerts that are told together.', [[{}, groups]]),
    gauge(
      'weir_alerting_silences',
      'Silences, by state: active, pending, expired.',
      byState(silences.counts()),
    ),
    gauge('weir_alerting_notifications_pending', 'Notifications that wait to be sent.', [
      [{}, outbox.pendingCount],
    ]),
    gauge(
      'weir_alerting_receiver_failing_seconds',
      'For how long an integration of a receiver has taken nothing of what it was to be told; 0 when it took the last.',
      failingSeconds({ routing, outbox }, nowMs),
    ),
  ]
}

/** A sample for each receiver and kind of integration, whether it fails or not: an alert on it has an end. */
function failingSeconds(
  { routing, outbox }: Pick<Alerting, 'routing' | 'outbox'>,
  nowMs: number,
): Sample[] {
  const failing = outbox.failing() // the longest first
  return routing.receivers().flatMap(({ name, integrations }) =>
    [...new Set(integrations)].map((kind): Sample => {
      const worst = failing.find((one) => one.receiver === name && one.integration === kind)
      const ms = worst === undefined ? 0 : Math.max(nowMs - worst.sinceMs, 0)
      return [{ receiver: name, integration: kind }, ms / 1000]
    }),
  )
}

function byState(counts: Readonly<Record<string, number>>): Sample[] {
  return Object.entries(counts).map(([state, count]) => [{ state }, count])
}

function gauge(name: string, help: string, samples: readonly Sample[]): MetricFamily {
  return {
    name,
    help,
    type: 'gauge',
    samples: samples.map(([labels, value]) => ({ name, labels: Labels.of(labels), value })),
  }
}
