import { type Labels, WeirError, systemClock } from '@weir/model'
import type { AlertmanagerSource } from '../options.ts'
import { parseRouting } from './config.ts'
import { matcherModeOf } from './matcher-mode.ts'
import { showMatchers } from './matcher.ts'
import { type Route, groupKey, groupLabels, routesFor } from './tree.ts'
import type { RouteNodeView, RouteView, RoutingViews } from './views.ts'

/**
 * The routes of an alertmanager.yml with nothing at work behind them: what there is, and where an alert
 * would go.
 *
 * @throws {WeirError} `ALERTMANAGER_CONFIG_INVALID`, naming file, line and key
 */
export function readRouteTree(
  source: AlertmanagerSource,
  features: readonly string[] = [],
): Pick<RoutingViews, 'routes' | 'tree'> {
  const fetch = (): never => {
    throw new WeirError('BUG', 'nothing is sent while routes are looked at')
  }
  const { root } = parseRouting(
    source,
    { clock: systemClock, fetch },
    { mode: matcherModeOf(features) },
  )
  return { routes: (labels) => routeViews(root, labels), tree: () => nodeView(root) }
}

/** Where an alert with these labels goes, in the order of the routes. */
export function routeViews(root: Route, labels: Labels): RouteView[] {
  return routesFor(root, labels).map((route) => routeView(route, labels))
}

function routeView(route: Route, labels: Labels): RouteView {
  const { receiver, key, groupWaitMs, groupIntervalMs, repeatIntervalMs } = route
  const { muteTimeIntervals, activeTimeIntervals } = route
  const own = groupLabels(route, labels)
  return {
    receiver,
    routeKey: key,
    groupKey: groupKey(route, own),
    groupLabels: own,
    groupWaitMs,
    groupIntervalMs,
    repeatIntervalMs,
    muteTimeIntervals,
    activeTimeIntervals,
  }
}

/** A route and all below it. */
export function nodeView(route: Route): RouteNodeView {
  const { receiver, key, groupBy, groupWaitMs, groupIntervalMs, repeatIntervalMs } = route
  const { continues, muteTimeIntervals, activeTimeIntervals } = route
  return {
    receiver,
    matchers: showMatchers(route.matchers),
    routeKey: key,
    groupBy: groupBy === 'all' ? ['...'] : [...groupBy],
    groupWaitMs,
    groupIntervalMs,
    repeatIntervalMs,
    continues,
    muteTimeIntervals,
    activeTimeIntervals,
    routes: route.routes.map(nodeView),
  }
}
