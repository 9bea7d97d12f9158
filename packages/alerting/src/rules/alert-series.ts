import { type Labels, METRIC_NAME } from '@weir/model'
import type { QuerySample } from './source.ts'
import type { AlertState } from './view.ts'

/** The labels of an alert's two series, which stay the same while its state does. */
export interface AlertSeries {
  readonly state: AlertState
  readonly alerts: Labels
  readonly since: Labels
}

interface Alert {
  readonly labels: Labels
  readonly state: AlertState
  readonly activeAtMs: number
  series: AlertSeries | undefined
}

/** `ALERTS` and `ALERTS_FOR_STATE` of an alert that is pending or firing. */
export function samplesOf(alert: Alert): QuerySample[] {
  const { labels, state, activeAtMs } = alert
  const series =
    alert.series?.state === state
      ? alert.series
      : (alert.series = {
          state,
          alerts: labels.with(METRIC_NAME, 'ALERTS').with('alertstate', state),
          since: alert.series?.since ?? labels.with(METRIC_NAME, 'ALERTS_FOR_STATE'),
        })
  return [
    { labels: series.alerts, value: 1 },
    { labels: series.since, value: Math.trunc(activeAtMs / 1000) },
  ]
}
