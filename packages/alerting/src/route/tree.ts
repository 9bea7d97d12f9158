import type { Labels } from '@weir/model'
import { quote } from '@weir/template'
import type { RouteMatcher } from './matcher.ts'

/** A node of the routing tree, everything inherited filled in. */
export interface Route {
  /** Where it stands: the matchers of its ancestors and its own, as Alertmanager writes them. */
  readonly key: string
  readonly receiver: string
  readonly matchers: readonly RouteMatcher[]
  /** `all`: each alert is a group of its own labels. */
  readonly groupBy: ReadonlySet<string> | 'all'
  readonly groupWaitMs: number
  readonly groupIntervalMs: number
  readonly repeatIntervalMs: number
  readonly continues: boolean
  /** Names of the intervals in which nothing is told. */
  readonly muteTimeIntervals: readonly string[]
  /** Names of the intervals outside of which nothing is told; none: always. */
  readonly activeTimeIntervals: readonly string[]
  /** What templates find under `.RouteLabels`; values are templates themselves. */
  readonly labels: Readonly<Record<string, string>>
  readonly routes: readonly Route[]
}

/**
 * The routes an alert takes: depth first, children before their parent, no further than the first
 * child that matches without `continue`. The root takes what nobody else does.
 *
 * @see alertmanager:dispatch/route.go
 */
export function routesFor(route: Route, labels: Labels): Route[] {
  if (!route.matchers.every((matcher) => matcher.matches(labels))) return []
  const found: Route[] = []
  for (const child of route.routes) {
    const below = routesFor(child, labels)
    found.push(...below)
    if (below.length > 0 && !child.continues) break
  }
  return found.length > 0 ? found : [route]
}

/** The labels that alerts of one group share. */
export function groupLabels({ groupBy }: Route, labels: Labels): Labels {
  return groupBy === 'all' ? labels : labels.keep(groupBy)
}

/** The name of a group, the same as Alertmanager's: PagerDuty incidents are known by its hash. */
export function groupKey(route: Route, labels: Labels): string {
  const shown = [...labels].map(([name, value]) => `${name}=${quote(value)}`)
  return `${route.key}:{${shown.join(', ')}}`
}
