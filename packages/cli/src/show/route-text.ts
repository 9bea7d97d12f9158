import type { RouteNodeView, RouteView } from '@weir/server'
import { formatDuration } from '@weir/server/words'
import { columns } from './columns.ts'

/** A line a route that is taken: who is told, when, and together with what. */
export function routeLines(
  routes: readonly (Omit<RouteView, 'groupLabels'> & { readonly groupLabels: unknown })[],
): string[] {
  return columns([
    ['RECEIVER', 'FIRST AFTER', 'THEN EVERY', 'REPEATED EVERY', 'GROUP'],
    ...routes.map(({ receiver, groupWaitMs, groupIntervalMs, repeatIntervalMs, groupKey }) => [
      receiver,
      formatDuration(groupWaitMs),
      formatDuration(groupIntervalMs),
      formatDuration(repeatIntervalMs),
      groupKey,
    ]),
  ])
}

/** The tree; a child says what it has other than its parent. */
export function treeLines(root: RouteNodeView): string[] {
  return [['everything', root.receiver, ...facts(root)].join('  '), ...children(root, '')]
}

function children(parent: RouteNodeView, indent: string): string[] {
  const { routes } = parent
  return routes.flatMap((route, i) => {
    const isLast = i === routes.length - 1
    const line = [route.matchers, route.receiver, ...facts(route, parent)].join('  ')
    return [
      `${indent}${isLast ? '└── ' : '├── '}${line}`,
      ...children(route, `${indent}${isLast ? '    ' : '│   '}`),
    ]
  })
}

function facts(route: RouteNodeView, parent?: RouteNodeView): string[] {
  const texts = factTexts(route)
  const inherited = parent === undefined ? {} : factTexts(parent)
  const own = Object.entries(texts).filter(([key, text]) => inherited[key] !== text)
  return [
    ...own.map(([, text]) => text),
    ...(route.continues ? ['continue'] : []),
    ...intervals('muted', route.muteTimeIntervals),
    ...intervals('only', route.activeTimeIntervals),
  ]
}

function factTexts(route: RouteNodeView): Readonly<Record<string, string>> {
  const { groupBy, groupWaitMs, groupIntervalMs, repeatIntervalMs } = route
  return {
    by: groupBy.length === 0 ? 'all together' : `by ${groupBy.join(',')}`,
    wait: `wait ${formatDuration(groupWaitMs)}`,
    every: `every ${formatDuration(groupIntervalMs)}`,
    repeat: `repeat ${formatDuration(repeatIntervalMs)}`,
  }
}

function intervals(word: string, names: readonly string[]): string[] {
  return names.length === 0 ? [] : [`${word} ${names.join(',')}`]
}
