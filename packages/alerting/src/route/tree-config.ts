import { z } from 'zod'
import { booleanValue, durationValue, listOf, textMap, textValue } from '../config-values.ts'
import type { Receiver } from '../notify/outcome.ts'
import { checkNotificationTemplate } from '../template/alertmanager.ts'
import type { TimeIntervals } from './interval.ts'
import { readMatchers } from './matcher-config.ts'
import { type MatcherReading, isLabelNameIn } from './matcher-mode.ts'
import { showMatchers } from './matcher.ts'
import type { Route } from './tree.ts'

interface RouteShape {
  readonly receiver: string
  readonly group_by?: string[] | undefined
  readonly group_wait?: number | undefined
  readonly group_interval?: number | undefined
  readonly repeat_interval?: number | undefined
  readonly matchers: string[]
  readonly match: Record<string, string>
  readonly match_re: Record<string, string>
  readonly continue: boolean
  readonly routes: RouteShape[]
  readonly mute_time_intervals: string[]
  readonly active_time_intervals: string[]
  readonly labels: Record<string, string>
}

/** A node of `route`, as it stands in the file. */
export const routeSchema: z.ZodType<RouteShape> = z.lazy(() =>
  z.strictObject({
    receiver: textValue.default(''),
    group_by: listOf(textValue).optional(),
    group_wait: durationValue.optional(),
    group_interval: durationValue.optional(),
    repeat_interval: durationValue.optional(),
    matchers: listOf(textValue),
    match: textMap,
    match_re: textMap,
    continue: booleanValue.default(false),
    routes: listOf(routeSchema),
    mute_time_intervals: listOf(textValue),
    active_time_intervals: listOf(textValue),
    labels: textMap,
  }),
)

/** What a route has that says nothing, and whose parents say nothing. */
export const ROUTE_DEFAULTS = {
  groupWaitMs: 30_000,
  groupIntervalMs: 300_000,
  repeatIntervalMs: 14_400_000,
  labels: {},
  muteTimeIntervals: [],
  activeTimeIntervals: [],
} as const

interface Known {
  readonly receivers: ReadonlyMap<string, Receiver>
  readonly intervals: TimeIntervals
  readonly reading: MatcherReading
}

type Problem = (path: readonly PropertyKey[], what: string) => void

/** What children take over from their parent. */
type Inherited = Pick<
  Route,
  'receiver' | 'groupBy' | 'groupWaitMs' | 'groupIntervalMs' | 'repeatIntervalMs' | 'key' | 'labels'
>

/** The routing tree with everything inherited filled in; what is wrong with it is told to `problem`. */
export function readRoutes(
  shape: RouteShape | undefined,
  known: Known,
  problem: Problem,
): Route | undefined {
  if (shape === undefined) {
    problem([], 'want a route')
    return undefined
  }
  checkRoot(shape, (path, what) => problem(['route', ...path], what))
  const base = { ...ROUTE_DEFAULTS, receiver: shape.receiver, groupBy: new Set<string>(), key: '' }
  return readRoute(shape, base, ['route'], { known, problem })
}

function checkRoot(shape: RouteShape, problem: Problem): void {
  if (shape.receiver === '') problem([], 'the root route must name a receiver')
  const own = [...shape.matchers, ...Object.keys(shape.match), ...Object.keys(shape.match_re)]
  if (own.length > 0) problem([], 'the root route must not have matchers')
  if (shape.continue) problem(['continue'], 'the root route cannot continue')
  for (const key of ['mute_time_intervals', 'active_time_intervals'] as const) {
    if (shape[key].length > 0) problem([key], `the root route must not have ${key}`)
  }
}

function readRoute(
  shape: RouteShape,
  parent: Inherited,
  path: readonly PropertyKey[],
  { known, problem }: { readonly known: Known; readonly problem: Problem },
): Route {
  const wrong: Problem = (at, what) => problem([...path, ...at], what)
  checkNames(shape, parent.receiver, known, wrong)
  const matchers = readMatchers(
    shape,
    { matchers: 'matchers', match: 'match', match_re: 'match_re' },
    known.reading,
    wrong,
  )
  const inherited = {
    receiver: shape.receiver || parent.receiver,
    groupBy: readGroupBy(shape.group_by, known.reading, wrong) ?? parent.groupBy,
    groupWaitMs: shape.group_wait ?? parent.groupWaitMs,
    groupIntervalMs: shape.group_interval ?? parent.groupIntervalMs,
    repeatIntervalMs: shape.repeat_interval ?? parent.repeatIntervalMs,
    key: `${parent.key === '' ? '' : `${parent.key}/`}${showMatchers(matchers)}`,
    labels: { ...parent.labels, ...readLabels(shape.labels, known.reading, wrong) },
  }
  return {
    ...inherited,
    matchers,
    continues: shape.continue,
    muteTimeIntervals: shape.mute_time_intervals,
    activeTimeIntervals: shape.active_time_intervals,
    routes: shape.routes.map((child, i) =>
      readRoute(child, inherited, [...path, 'routes', i], { known, problem }),
    ),
  }
}

function checkNames(
  shape: RouteShape,
  inherited: string,
  { receivers, intervals }: Known,
  problem: Problem,
): void {
  const receiver = shape.receiver || inherited
  if (receiver !== '' && !receivers.has(receiver)) {
    problem(['receiver'], `there is no receiver ${JSON.stringify(receiver)}`)
  }
  for (const key of ['group_interval', 'repeat_interval'] as const) {
    if (shape[key] === 0) problem([key], 'want more than 0')
  }
  for (const key of ['mute_time_intervals', 'active_time_intervals'] as const) {
    for (const [i, name] of shape[key].entries()) {
      if (!intervals.has(name)) {
        problem([key, i], `there is no time interval ${JSON.stringify(name)}`)
      }
    }
  }
}

function readGroupBy(
  names: readonly string[] | undefined,
  { mode }: MatcherReading,
  problem: Problem,
): Route['groupBy'] | undefined {
  if (names === undefined) return undefined
  const at = ['group_by']
  const labels = names.filter((name) => name !== '...')
  if (new Set(labels).size !== labels.length) problem(at, 'a label is there twice')
  for (const [i, name] of names.entries()) {
    if (name !== '...' && !isLabelNameIn(mode, name)) {
      problem([...at, i], `want a label name, got ${JSON.stringify(name)}`)
    }
  }
  if (labels.length === names.length) return new Set(labels)
  if (labels.length > 0) problem(at, "want '...' alone or label names")
  return 'all'
}

function readLabels(
  labels: Readonly<Record<string, string>>,
  { mode }: MatcherReading,
  problem: Problem,
): Readonly<Record<string, string>> {
  for (const [name, text] of Object.entries(labels)) {
    if (!isLabelNameIn(mode, name)) {
      problem(['labels', name], `want a label name, got ${JSON.stringify(name)}`)
    }
    try {
      checkNotificationTemplate(text)
    } catch (cause) {
      problem(['labels', name], (cause as Error).message)
    }
  }
  return labels
}
