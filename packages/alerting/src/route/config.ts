import { WeirError, systemClock } from '@weir/model'
import { z } from 'zod'
import {
  type ConfigProblem,
  checkShape,
  configError,
  readYaml,
  showPath,
  showProblem,
} from '../config-source.ts'
import { booleanValue, listOf, notYet, textValue } from '../config-values.ts'
import { globalSchema } from '../notify/global.ts'
import type { Receiver } from '../notify/outcome.ts'
import type { RoutingContext } from '../notify/kind.ts'
import { buildReceivers, receiverHints, receiverSchema } from '../notify/receivers.ts'
import { RECORD } from '../notify/record.ts'
import { notificationTemplates } from '../notify/templates.ts'
import type { AlertmanagerSource } from '../options.ts'
import type { NotificationTemplates } from '../template/alertmanager.ts'
import { inhibitRuleSchema, readInhibitRules } from './inhibition-config.ts'
import type { InhibitRule } from './inhibition.ts'
import { mergeIntervals, namedIntervalsSchema } from './interval-config.ts'
import type { TimeIntervals } from './interval.ts'
import { FALLBACK, type MatcherReading, matcherModeOf } from './matcher-mode.ts'
import { type TemplateFile, templateFiles } from './template-files.ts'
import { ROUTE_DEFAULTS, readRoutes, routeSchema } from './tree-config.ts'
import type { Route } from './tree.ts'

/** An alertmanager.yml, checked: where alerts go, who is behind each name, and what holds them back. */
export interface Routing {
  readonly root: Route
  readonly receivers: ReadonlyMap<string, Receiver>
  readonly inhibitRules: readonly InhibitRule[]
  readonly intervals: TimeIntervals
  /** Definitions for the labels of routes. */
  readonly templates: NotificationTemplates
  /** How long an alert fires that was pushed without an end. */
  readonly resolveTimeoutMs: number
  /** Whether the known faults of Alertmanager are wanted: see docs/alerts-routing.md. */
  readonly isStrict: boolean
  /** Equal for equal texts of the config and its template files. */
  readonly sources: string
}

/** Everything to one receiver that only records, by name of alert, at once. */
export const DEFAULT_ROUTING: Routing = {
  root: {
    key: '{}',
    receiver: 'page',
    matchers: [],
    groupBy: new Set(['alertname']),
    ...ROUTE_DEFAULTS,
    groupWaitMs: 0,
    continues: false,
    routes: [],
  },
  receivers: new Map([['page', { name: 'page', labels: {}, integrations: [RECORD] }]]),
  inhibitRules: [],
  intervals: new Map(),
  templates: notificationTemplates(),
  resolveTimeoutMs: 300_000,
  isStrict: false,
  sources: '',
}

/** The same as a file, for those who want to read it. */
export const DEFAULT_CONFIG =
  'route: {receiver: page, group_by: [alertname], group_wait: 0s}\nreceivers: [{name: page}]\n'

const fileSchema = z.strictObject({
  global: globalSchema.prefault({}),
  templates: listOf(textValue),
  route: routeSchema.optional(),
  receivers: listOf(receiverSchema),
  inhibit_rules: listOf(inhibitRuleSchema),
  time_intervals: listOf(namedIntervalsSchema),
  mute_time_intervals: listOf(namedIntervalsSchema),
  tracing: notYet(),
  event_recorder: notYet(),
  /** Weir's own: behaves as Alertmanager does where Weir behaves better. */
  strict_compat: booleanValue.optional(),
})

/**
 * Reads an alertmanager.yml.
 *
 * @throws {WeirError} `ALERTMANAGER_CONFIG_INVALID`, naming file, line and key
 */
export function parseRouting(
  given: AlertmanagerSource,
  context: RoutingContext,
  reading: MatcherReading = FALLBACK,
): Routing {
  const { routing, problems } = readRouting(given, context, reading)
  if (routing !== undefined) return routing
  throw configError('ALERTMANAGER_CONFIG_INVALID', 'notification config', given.fileName, problems)
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
  const { value } = shape
  const problem = (path: readonly PropertyKey[], what: string): void => {
    problems.push({ line: source.lineOf(path), path: showPath(path), what })
  }
  const files = templateFiles(value.templates, fileName, problem)
  const isStrict = context.strictCompat ?? value.strict_compat ?? false
  const templates = readTemplates(files, isStrict, problem)
  const known = { ...context, templates, global: value.global, strictCompat: isStrict }
  const receivers = buildReceivers(value.receivers, source, known, problem)
  const intervals = mergeIntervals(value, problem)
  const inhibitRules = readInhibitRules(value.inhibit_rules, reading, problem)
  const root = readRoutes(value.route, { receivers, intervals, reading }, problem)
  if (problems.length > 0 || root === undefined) return { problems }
  const routing = {
    root,
    receivers,
    inhibitRules,
    intervals,
    templates,
    resolveTimeoutMs: value.global.resolve_timeout,
    isStrict,
    sources: JSON.stringify([fileName, text, isStrict, files]),
  }
  return { routing, problems }
}

function readTemplates(
  files: readonly TemplateFile[],
  isStrict: boolean,
  problem: (path: readonly PropertyKey[], what: string) => void,
): NotificationTemplates {
  try {
    return notificationTemplates(files, isStrict)
  } catch (cause) {
    problem(['templates'], (cause as Error).message)
    return notificationTemplates([], isStrict)
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

/** `weir check config`: what is good to know of an alertmanager.yml that is right. */
export function alertmanagerHints({ fileName, text }: AlertmanagerSource): readonly string[] {
  const { source } = readYaml(text, fileName)
  const shape = checkShape(fileSchema, source)
  return shape.value === undefined
    ? []
    : receiverHints(shape.value.receivers, source).map(showProblem)
}

/** An alertmanager.yml as a JSON Schema: its keys, for whoever goes through all of them. */
export function alertmanagerSchema(): object {
  return z.toJSONSchema(fileSchema, { io: 'output', unrepresentable: 'any' })
}
