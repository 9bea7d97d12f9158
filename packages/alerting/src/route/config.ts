import { readFileSync, readdirSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { type Matcher, WeirError, systemClock } from '@weir/model'
import { httpClientBeside } from '@weir/fetch'
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
import { type HttpConfig, httpConfigSchema } from '../notify/http-config.ts'
import type { Integration, Receiver } from '../notify/outcome.ts'
import { pagerdutyConfigSchema } from '../notify/pagerduty/config.ts'
import { pagerduty } from '../notify/pagerduty/pagerduty.ts'
import type { PostContext } from '../notify/post.ts'
import { RECORD } from '../notify/record.ts'
import { webhookConfigSchema } from '../notify/webhook/config.ts'
import { webhook } from '../notify/webhook/webhook.ts'
import type { AlertmanagerSource } from '../options.ts'
import { NotificationTemplates, checkNotificationTemplate } from '../template/alertmanager.ts'
import {
  type RouteMatcher,
  parseMatchers,
  routeMatcher,
  showMatchers,
  sortMatchers,
} from './matcher.ts'
import type { Route } from './tree.ts'

/** An alertmanager.yml, checked: where alerts go and who is behind each name. */
export interface Routing {
  readonly root: Route
  readonly receivers: ReadonlyMap<string, Receiver>
}

const DEFAULTS = { groupWaitMs: 30_000, groupIntervalMs: 300_000, repeatIntervalMs: 14_400_000 }
const PAGERDUTY_URL = 'https://events.pagerduty.com/v2/enqueue'

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
  receivers: new Map([['page', { name: 'page', integrations: [RECORD] }]]),
}

/** Settings of `global` that only receivers use which are refused below. */
const UNUSED_GLOBALS = [
  'smtp_from',
  'smtp_smarthost',
  'smtp_hello',
  'smtp_auth_username',
  'smtp_auth_password',
  'smtp_auth_password_file',
  'smtp_auth_secret',
  'smtp_auth_secret_file',
  'smtp_auth_identity',
  'smtp_require_tls',
  'smtp_tls_config',
  'smtp_force_implicit_tls',
  'slack_api_url',
  'slack_api_url_file',
  'slack_app_token',
  'slack_app_token_file',
  'slack_app_url',
  'opsgenie_api_key',
  'opsgenie_api_key_file',
  'opsgenie_api_url',
  'victorops_api_key',
  'victorops_api_key_file',
  'victorops_api_url',
  'wechat_api_url',
  'wechat_api_secret',
  'wechat_api_secret_file',
  'wechat_api_corp_id',
  'telegram_api_url',
  'telegram_bot_token',
  'telegram_bot_token_file',
  'webex_api_url',
  'jira_api_url',
  'rocketchat_api_url',
  'rocketchat_token',
  'rocketchat_token_file',
  'rocketchat_token_id',
  'rocketchat_token_id_file',
  'mattermost_webhook_url',
  'mattermost_webhook_url_file',
]

const OTHER_RECEIVERS = [
  'opsgenie',
  'slack',
  'email',
  'discord',
  'msteams',
  'msteamsv2',
  'mattermost',
  'rocketchat',
  'telegram',
  'victorops',
  'pushover',
  'sns',
  'webex',
  'wechat',
  'jira',
  'incidentio',
]

function all<S extends z.ZodType>(names: readonly string[], schema: S): Record<string, S> {
  return Object.fromEntries(names.map((name) => [name, schema]))
}

const globalSchema = z.strictObject({
  resolve_timeout: durationValue.default(300_000),
  pagerduty_url: textValue.default(PAGERDUTY_URL),
  http_config: httpConfigSchema.optional(),
  ...all(UNUSED_GLOBALS, z.unknown().optional()),
})

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

const receiverSchema = z.strictObject({
  name: textValue.default(''),
  labels: textMap,
  webhook_configs: listOf(webhookConfigSchema),
  pagerduty_configs: listOf(pagerdutyConfigSchema),
  ...all(
    OTHER_RECEIVERS.map((kind) => `${kind}_configs`),
    notYet(),
  ),
})

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

type ReceiverShape = z.output<typeof receiverSchema>

/**
 * Reads an alertmanager.yml.
 *
 * @throws {WeirError} `ALERTMANAGER_CONFIG_INVALID`, naming file, line and key
 */
export function parseRouting(
  { fileName, text }: AlertmanagerSource,
  context: PostContext,
): Routing {
  const { routing, problems } = readRouting({ fileName, text }, context)
  if (routing !== undefined) return routing
  throw configError('ALERTMANAGER_CONFIG_INVALID', 'notification config', fileName, problems)
}

interface ReadRouting {
  readonly routing?: Routing
  readonly problems: readonly ConfigProblem[]
}

function readRouting({ fileName, text }: AlertmanagerSource, context: PostContext): ReadRouting {
  const { source, problems } = readYaml(text, fileName)
  if (problems.length > 0) return { problems }
  const shape = checkShape(fileSchema, source)
  if (shape.value === undefined) return { problems: shape.problems }
  const builder = new Builder(source, context, shape.value.global)
  const templates = builder.templates(shape.value.templates)
  const receivers = builder.receivers(shape.value.receivers, templates)
  const root = builder.root(shape.value.route, receivers)
  return builder.problems.length > 0 || root === undefined
    ? { problems: builder.problems }
    : { routing: { root, receivers }, problems: [] }
}

/** `weir check config`: everything that is wrong with an alertmanager.yml, `line 3: route.receiver: …`. */
export function checkAlertmanagerConfig(source: AlertmanagerSource): readonly string[] {
  const fetch = (): never => {
    throw new WeirError('BUG', 'nothing is sent while a config is checked')
  }
  return readRouting(source, { clock: systemClock, fetch }).problems.map(showProblem)
}

class Builder {
  readonly problems: ConfigProblem[] = []
  readonly #source: ConfigSource
  readonly #context: PostContext
  readonly #global: z.output<typeof globalSchema>

  constructor(source: ConfigSource, context: PostContext, global: z.output<typeof globalSchema>) {
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
      return new NotificationTemplates(files)
    } catch (cause) {
      this.#problem(['templates'], (cause as Error).message)
      return new NotificationTemplates()
    }
  }

  receivers(
    shapes: readonly ReceiverShape[],
    templates: NotificationTemplates,
  ): Map<string, Receiver> {
    const receivers = new Map<string, Receiver>()
    shapes.forEach((shape, i) => {
      const path = ['receivers', i]
      if (shape.name === '') this.#problem(path, 'a receiver must have a name')
      if (receivers.has(shape.name)) {
        this.#problem(path, `receiver ${JSON.stringify(shape.name)} is there twice`)
      }
      const integrations = [
        ...this.#webhooks(shape, templates, path),
        ...this.#pagerduties(shape, templates, path),
      ]
      receivers.set(shape.name, { name: shape.name, integrations })
    })
    return receivers
  }

  #http<C extends { http_config?: HttpConfig | undefined }>(config: C): C {
    const http = config.http_config ?? this.#global.http_config
    const folder = dirname(this.#source.fileName)
    const whole = http && httpClientBeside(http, (path) => resolve(folder, path))
    return { ...config, http_config: whole }
  }

  #webhooks(
    shape: ReceiverShape,
    templates: NotificationTemplates,
    path: readonly PropertyKey[],
  ): Integration[] {
    return shape.webhook_configs.map((config, i) => {
      const at = [...path, 'webhook_configs', i]
      this.#exactlyOne(config, ['url', 'url_file'], at)
      this.#address(config.url, [...at, 'url'])
      return webhook(this.#http(config), i, { ...this.#context, templates })
    })
  }

  #pagerduties(
    shape: ReceiverShape,
    templates: NotificationTemplates,
    path: readonly PropertyKey[],
  ): Integration[] {
    return shape.pagerduty_configs.map((config, i) => {
      const at = [...path, 'pagerduty_configs', i]
      this.#exactlyOne(config, ['routing_key', 'routing_key_file'], at)
      this.#address(config.url, [...at, 'url'])
      const defaultUrl = this.#global.pagerduty_url
      return pagerduty(this.#http(config), i, { ...this.#context, templates, defaultUrl })
    })
  }

  #exactlyOne<C>(config: C, [key, file]: readonly [keyof C, keyof C], path: PropertyKey[]): void {
    if ((config[key] === '') !== (config[file] === '')) return
    this.#problem(path, `want exactly one of ${String(key)} and ${String(file)}`)
  }

  /** The text itself is a secret: it is not quoted. */
  #address(url: string, path: readonly PropertyKey[]): void {
    if (url.includes('{{')) {
      try {
        checkNotificationTemplate(url)
      } catch (cause) {
        this.#problem(path, (cause as Error).message)
      }
    } else if (url !== '' && !(URL.canParse(url) && /^https?:\/\/[^/]/i.test(url))) {
      this.#problem(path, 'want an http or https address')
    }
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
      attempt(['matchers', i], () => parseMatchers(text)).flat(),
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
