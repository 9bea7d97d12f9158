import { readFileSync, readdirSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { type Matcher, WeirError, systemClock } from '@weir/model'
import { z } from 'zod'
import {
  type ConfigProblem,
  type ConfigSource,
  checkShape,
  configError,
  readYaml,
  showPath,
  showProblem,
} from '../config-source.ts'
import {
  booleanValue,
  durationValue,
  listOf,
  notYet,
  textMap,
  textValue,
} from '../config-values.ts'
import { type GlobalConfig, globalSchema } from '../notify/global.ts'
import type { Receiver } from '../notify/outcome.ts'
import type { RoutingContext } from '../notify/kind.ts'
import { type ReceiverShape, buildReceivers, receiverSchema } from '../notify/receivers.ts'
import { RECORD } from '../notify/record.ts'
import { notificationTemplates } from '../notify/templates.ts'
import type { AlertmanagerSource } from '../options.ts'
import type { NotificationTemplates } from '../template/alertmanager.ts'
import { type RouteMatcher, routeMatcher, showMatchers, sortMatchers } from './matcher.ts'
import { FALLBACK, type MatcherReading, matcherModeOf, parseMatchers } from './matcher-mode.ts'
import type { Route } from './tree.ts'

/** An alertmanager.yml, checked: where alerts go and who is behind each name. */
export interface Routing {
  readonly root: Route
  readonly receivers: ReadonlyMap<string, Receiver>
  /** How long an alert fires that was pushed without an end. */
  readonly resolveTimeoutMs: number
}

const DEFAULTS = { groupWaitMs: 30_000, groupIntervalMs: 300_000, repeatIntervalMs: 14_400_000 }

/** Everything to one receiver that only records, by name of alert, at once. */
export const DEFAULT_ROUTING: Routing = {
  root: {
    key: '{}',
    receiver: 'page',
    matchers: [],
    groupBy: new Set(['alertname']),
    ...DEFAULTS,
    groupWaitMs: 0,
    continues: false,
    routes: [],
  },
  receivers: new Map([['page', { name: 'page', labels: {}, integrations: [RECORD] }]]),
  resolveTimeoutMs: 300_000,
}

/** The same as a file, for those who want to read it. */
export const DEFAULT_CONFIG =
  'route: {receiver: page, group_by: [alertname], group_wait: 0s}\nreceivers: [{name: page}]\n'

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
}

const routeSchema: z.ZodType<RouteShape> = z.lazy(() =>
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
    mute_time_intervals: notYet(),
    active_time_intervals: notYet(),
    labels: notYet(),
  }),
)

const fileSchema = z.strictObject({
  global: globalSchema.prefault({}),
  templates: listOf(textValue),
  route: routeSchema.optional(),
  receivers: listOf(receiverSchema),
  inhibit_rules: notYet(),
  time_intervals: notYet(),
  mute_time_intervals: notYet(),
  tracing: notYet(),
  event_recorder: notYet(),
})

/**
 * Reads an alertmanager.yml.
 *
 * @throws {WeirError} `ALERTMANAGER_CONFIG_INVALID`, naming file, line and key
 */
export function parseRouting(
  { fileName, text }: AlertmanagerSource,
  context: RoutingContext,
  reading: MatcherReading = FALLBACK,
): Routing {
  const { routing, problems } = readRouting({ fileName, text }, context, reading)
  if (routing !== undefined) return routing
  throw configError('ALERTMANAGER_CONFIG_INVALID', 'notification config', fileName, problems)
}

interface ReadRouting {
  readonly routing?: Routing
  readonly problems: readonly ConfigProblem[]
}

function readRouting(
  { fileName, text }: AlertmanagerSource,
  context: RoutingContext,
  reading: MatcherReading,
): ReadRouting {
  const { source, problems } = readYaml(text, fileName)
  if (problems.length > 0) return { problems }
  const shape = checkShape(fileSchema, source)
  if (shape.value === undefined) return { problems: shape.problems }
  const builder = new Builder(source, { ...context, reading }, shape.value.global)
  const templates = builder.templates(shape.value.templates)
  const receivers = builder.receivers(shape.value.receivers, templates)
  const root = builder.root(shape.value.route, receivers)
  return builder.problems.length > 0 || root === undefined
    ? { problems: builder.problems }
    : {
        routing: { root, receivers, resolveTimeoutMs: shape.value.global.resolve_timeout },
        problems: [],
      }
}

/** `weir check config`: everything that is wrong with an alertmanager.yml, `line 3: route.receiver: …`. */
export function checkAlertmanagerConfig(
  source: AlertmanagerSource,
  features: readonly string[] = [],
): readonly string[] {
  const fetch = (): never => {
    throw new WeirError('BUG', 'nothing is sent while a config is checked')
  }
  const reading = { mode: matcherModeOf(features) }
  return readRouting(source, { clock: systemClock, fetch }, reading).problems.map(showProblem)
}

type BuildingContext = RoutingContext & { readonly reading: MatcherReading }

class Builder {
  readonly problems: ConfigProblem[] = []
  readonly #source: ConfigSource
  readonly #context: BuildingContext
  readonly #global: GlobalConfig

  constructor(source: ConfigSource, context: BuildingContext, global: GlobalConfig) {
    this.#source = source
    this.#context = context
    this.#global = global
  }

  #problem(path: readonly PropertyKey[], what: string): void {
    this.problems.push({ line: this.#source.lineOf(path), path: showPath(path), what })
  }

  templates(globs: readonly string[]): NotificationTemplates {
    const files = globs.flatMap((glob, i) => {
      try {
        return filesOf(resolve(dirname(this.#source.fileName), glob))
      } catch (cause) {
        this.#problem(['templates', i], `cannot be read: ${(cause as Error).message}`)
        return []
      }
    })
    try {
      return notificationTemplates(files, this.#context.strictCompat)
    } catch (cause) {
      this.#problem(['templates'], (cause as Error).message)
      return notificationTemplates([], this.#context.strictCompat)
    }
  }

  receivers(
    shapes: readonly ReceiverShape[],
    templates: NotificationTemplates,
  ): Map<string, Receiver> {
    const context = { ...this.#context, templates, global: this.#global }
    return buildReceivers(shapes, this.#source, context, (path, what) => this.#problem(path, what))
  }

  root(shape: RouteShape | undefined, receivers: ReadonlyMap<string, Receiver>): Route | undefined {
    if (shape === undefined) {
      this.#problem([], 'want a route')
      return undefined
    }
    if (shape.receiver === '') this.#problem(['route'], 'the root route must name a receiver')
    const own = [...shape.matchers, ...Object.keys(shape.match), ...Object.keys(shape.match_re)]
    if (own.length > 0) this.#problem(['route'], 'the root route must not have matchers')
    if (shape.continue) this.#problem(['route', 'continue'], 'the root route cannot continue')
    const base = {
      ...DEFAULTS,
      receiver: shape.receiver,
      groupBy: new Set<string>(),
      key: '',
    }
    return this.#route(shape, base, receivers, ['route'])
  }

  #route(
    shape: RouteShape,
    parent: Pick<
      Route,
      'receiver' | 'groupBy' | 'groupWaitMs' | 'groupIntervalMs' | 'repeatIntervalMs' | 'key'
    >,
    receivers: ReadonlyMap<string, Receiver>,
    path: readonly PropertyKey[],
  ): Route {
    const receiver = shape.receiver || parent.receiver
    if (receiver !== '' && !receivers.has(receiver)) {
      this.#problem([...path, 'receiver'], `there is no receiver ${JSON.stringify(receiver)}`)
    }
    for (const key of ['group_interval', 'repeat_interval'] as const) {
      if (shape[key] === 0) this.#problem([...path, key], 'want more than 0')
    }
    const matchers = this.#matchers(shape, path)
    const inherited = {
      receiver,
      groupBy: this.#groupBy(shape.group_by, path) ?? parent.groupBy,
      groupWaitMs: shape.group_wait ?? parent.groupWaitMs,
      groupIntervalMs: shape.group_interval ?? parent.groupIntervalMs,
      repeatIntervalMs: shape.repeat_interval ?? parent.repeatIntervalMs,
      key: `${parent.key === '' ? '' : `${parent.key}/`}${showMatchers(matchers)}`,
    }
    return {
      ...inherited,
      matchers,
      continues: shape.continue,
      routes: shape.routes.map((child, i) =>
        this.#route(child, inherited, receivers, [...path, 'routes', i]),
      ),
    }
  }

  #groupBy(
    names: readonly string[] | undefined,
    path: readonly PropertyKey[],
  ): Route['groupBy'] | undefined {
    if (names === undefined) return undefined
    const at = [...path, 'group_by']
    if (new Set(names).size !== names.length) this.#problem(at, 'a label is there twice')
    if (names.includes('')) this.#problem(at, 'want label names, got an empty one')
    if (!names.includes('...')) return new Set(names)
    if (names.length > 1) this.#problem(at, "want '...' alone or label names")
    return 'all'
  }

  #matchers(shape: RouteShape, path: readonly PropertyKey[]): RouteMatcher[] {
    const attempt = <T>(at: readonly PropertyKey[], read: () => T): T[] => {
      try {
        return [read()]
      } catch (cause) {
        this.#problem([...path, ...at], (cause as Error).message)
        return []
      }
    }
    const given: Matcher[] = shape.matchers.flatMap((text, i) =>
      attempt(['matchers', i], () => parseMatchers(text, this.#context.reading)).flat(),
    )
    for (const [name, value] of Object.entries(shape.match)) {
      given.push({ name, operator: '=', value })
    }
    for (const [name, value] of Object.entries(shape.match_re)) {
      given.push({ name, operator: '=~', value: `^(?:${value})$` })
    }
    return sortMatchers(given).flatMap((matcher) =>
      attempt(['matchers'], () => routeMatcher(matcher)),
    )
  }
}

/** Files of a glob with wildcards in its last part. */
function filesOf(glob: string): { readonly name: string; readonly text: string }[] {
  const folder = dirname(glob)
  const wanted = new RegExp(
    `^${basename(glob)
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
  )
  return readdirSync(folder)
    .filter((name) => wanted.test(name))
    .toSorted()
    .map((name) => ({ name, text: readFileSync(resolve(folder, name), 'utf8') }))
}
