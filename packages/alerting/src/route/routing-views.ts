import type { Clock, Labels } from '@weir/model'
import type { AlertStore, KnownAlert } from './alert-store.ts'
import type { Routing } from './config.ts'
import type { Dispatcher } from './dispatcher.ts'
import type { AlertGroup } from './group.ts'
import { nodeView, routeViews } from './route-tree.ts'
import { routesFor } from './tree.ts'
import type {
  AlertGroupView,
  AlertStatusView,
  PostedAlert,
  ReceiverView,
  RouteNodeView,
  RouteView,
  RoutedAlertView,
  RoutingFigures,
  RoutingViews,
} from './views.ts'

export interface RoutingParts {
  readonly clock: Clock
  readonly store: AlertStore
  readonly dispatcher: Dispatcher
  /** The config as it is now. */
  routing(): Routing
}

/** What the routing shows of itself, worked out when it is asked. */
export class LiveRouting implements RoutingViews {
  readonly #parts: RoutingParts

  constructor(parts: RoutingParts) {
    this.#parts = parts
  }

  alerts(isWanted: (alert: KnownAlert) => boolean = () => true): RoutedAlertView[] {
    const { clock, store } = this.#parts
    const nowMs = clock.now()
    return store
      .all()
      .filter((alert) => alert.endsAtMs > nowMs && isWanted(alert))
      .sort((a, b) => (a.fingerprint < b.fingerprint ? -1 : 1))
      .map((alert) => this.#view(alert, [], nowMs))
  }

  groups(): AlertGroupView[] {
    const nowMs = this.#parts.clock.now()
    return this.#parts.dispatcher
      .groups()
      .toSorted(
        (a, b) => a.labels.compare(b.labels) || (a.route.receiver < b.route.receiver ? -1 : 1),
      )
      .map((group) => this.#group(group, nowMs))
  }

  #group(group: AlertGroup, nowMs: number): AlertGroupView {
    const { clock, dispatcher } = this.#parts
    const { isStrict } = this.#parts.routing()
    const { groupIntervalMs, repeatIntervalMs, receiver } = group.route
    const mutedBy = dispatcher.muting.mutedBy(group.route, nowMs)
    const turns = repeatIntervalMs / groupIntervalMs
    const repeatTurns = isStrict ? Math.floor(turns) + 1 : Math.ceil(turns)
    return {
      key: group.key,
      labels: group.labels,
      routeLabels: group.routeLabels(nowMs),
      receiver,
      alerts: group.alerts().map((alert) => this.#view(alert, mutedBy, nowMs)),
      nextTurnMs: group.dueMs === undefined ? null : nowMs + group.dueMs - clock.monotonicMs(),
      lastNotificationMs: group.lastNotificationMs(),
      groupIntervalMs,
      repeatsEveryMs: repeatTurns * groupIntervalMs,
    }
  }

  #view(alert: KnownAlert, mutedBy: readonly string[], nowMs: number): RoutedAlertView {
    const routes = routesFor(this.#parts.routing().root, alert.labels)
    return {
      ...alert,
      receivers: routes.map((route) => route.receiver),
      status: this.#status(alert, mutedBy, nowMs),
    }
  }

  #status(alert: KnownAlert, mutedBy: readonly string[], nowMs: number): AlertStatusView {
    const { muting } = this.#parts.dispatcher
    const inhibitedBy = muting.inhibitedBy(alert.labels, nowMs)
    const silencedBy = muting.silencedBy(alert.labels, nowMs)
    const muted = [...mutedBy, ...muting.maintainedBy(alert.labels, nowMs)]
    const isHeld = inhibitedBy.length + silencedBy.length + muted.length > 0
    return { state: isHeld ? 'suppressed' : 'active', silencedBy, inhibitedBy, mutedBy: muted }
  }

  receivers(): ReceiverView[] {
    return [...this.#parts.routing().receivers.values()].map(({ name, labels, integrations }) => ({
      name,
      labels,
      integrations: integrations.map(({ kind }) => kind),
    }))
  }

  routes(labels: Labels): RouteView[] {
    return routeViews(this.#parts.routing().root, labels)
  }

  tree(): RouteNodeView {
    return nodeView(this.#parts.routing().root)
  }

  figures(): RoutingFigures {
    const { clock, store, dispatcher } = this.#parts
    const nowMs = clock.now()
    const known = store.all().filter(({ endsAtMs }) => endsAtMs > nowMs)
    const suppressed = known.filter(({ labels }) => dispatcher.muting.isHeld(labels, nowMs)).length
    return {
      alerts: { active: known.length - suppressed, suppressed },
      groups: dispatcher.groups().length,
    }
  }

  async post(alerts: readonly PostedAlert[]): Promise<readonly string[]> {
    const { clock, dispatcher } = this.#parts
    const nowMs = clock.now()
    const { resolveTimeoutMs } = this.#parts.routing()
    return dispatcher.post(
      alerts.map(({ labels, annotations, startsAtMs, endsAtMs, generatorUrl }) => ({
        labels,
        annotations,
        startsAtMs: startsAtMs ?? endsAtMs ?? nowMs,
        endsAtMs: endsAtMs ?? nowMs + resolveTimeoutMs,
        generatorUrl,
        ...(endsAtMs === undefined ? { isTimeout: true } : {}),
      })),
    )
  }
}
