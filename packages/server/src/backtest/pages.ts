import { type AlertmanagerSource, type Arrival, type Firing, simulateRouting } from '@weir/alerting'
import { Labels } from '@weir/model'
import type { BacktestNotificationsView } from '@weir/packs'

/** Sends firings through the routing tree: what would have been told to whom. */
export type Pager = (
  firings: readonly Firing[],
  endMs: number,
) => Promise<{
  readonly view: BacktestNotificationsView
  /** When somebody was told of something that fires. */
  readonly wokenMs: readonly number[]
}>

/** Notifications that are listed; all are counted. */
const LISTED_MAX = 500

/** A year: what fires still is not over when the simulation is. */
const STILL_MS = 365 * 86_400_000

/** Without a configuration, everything goes to the receiver `page`, as it does in earnest. */
export function pagerOf(config: AlertmanagerSource | undefined, externalLabels: Labels): Pager {
  return async (firings, endMs) => {
    const told = await simulateRouting({
      config,
      arrivals: arrivalsOf(firings, externalLabels, endMs),
      untilMs: endMs,
    })
    const byReceiver: Record<string, number> = {}
    for (const { receiver } of told) byReceiver[receiver] = (byReceiver[receiver] ?? 0) + 1
    const firing = told.filter(({ status }) => status === 'firing')
    return {
      wokenMs: firing.map(({ atMs }) => atMs),
      view: {
        count: told.length,
        firing: firing.length,
        byReceiver,
        list: told.slice(0, LISTED_MAX).map((one) => ({
          atMs: one.atMs,
          receiver: one.receiver,
          integration: one.integration,
          status: one.status,
          reason: one.reason,
          groupLabels: one.groupLabels.toJSON(),
          alertCount: one.alerts.length,
        })),
      },
    }
  }
}

/** Every beginning and every end, in order of time. */
function arrivalsOf(firings: readonly Firing[], externalLabels: Labels, endMs: number): Arrival[] {
  const byTime = new Map<number, Arrival['alerts'][number][]>()
  const arrive = (atMs: number, firing: Firing, endsAtMs: number): void => {
    const alerts = byTime.get(atMs) ?? []
    byTime.set(atMs, alerts)
    alerts.push({
      labels: Labels.fromFlat([...externalLabels.flat, ...firing.labels.flat]),
      annotations: Labels.EMPTY,
      startsAtMs: firing.firedMs,
      endsAtMs,
      generatorUrl: '',
    })
  }
  for (const firing of firings) {
    arrive(firing.firedMs, firing, endMs + STILL_MS)
    if (firing.endedMs !== null) arrive(firing.endedMs, firing, firing.endedMs)
  }
  return [...byTime].toSorted(([a], [b]) => a - b).map(([atMs, alerts]) => ({ atMs, alerts }))
}
