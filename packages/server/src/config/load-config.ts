import { resolve } from 'node:path'
import type { AlertmanagerSource, RuleFile } from '@weir/alerting'
import { httpClientBeside } from '@weir/fetch'
import { WeirError } from '@weir/model'
import { PACKS, type Pack, packMapping, settingsProblems, withAlertSettings } from '@weir/packs'
import { LineCounter, isNode, parseDocument } from 'yaml'
import type { z } from 'zod'
import { authBeside } from '../access/config.ts'
import { asksEverybody } from '../access/web-config/web-config.ts'
import { alertingBeside } from '../alertmanagers/config.ts'
import { targetsBeside } from '../loggers/targets/config.ts'
import { peersBeside } from '../peers/config.ts'
import { readPack, refuseTwins } from '../packs/own/own-packs.ts'
import { withinBudget } from '../memory/apply.ts'
import { type MemoryBudget, memoryBudget } from '../memory/budget.ts'
import { memoryConfig } from '../memory/config.ts'
import { statsdConfig } from '../statsd/config.ts'
import { type MappingSource, type ReadMapping, readMappings } from '../statsd/mapping-file.ts'
import { type NamedBy, beside, expandGlob, readNamed } from './files.ts'
import { globalBeside, scrapeConfigBeside } from '../scrape/config-files.ts'
import { withSecretsOfEnvironment } from './env-secrets.ts'
import { allScrapeConfigs } from './scrape-config-files.ts'
import { redactText } from './redact-text.ts'
import { redactAlertmanager, redactYaml } from './redact.ts'
import { type StatsdFlags, withStatsdFlags } from './statsd-flags.ts'
import { type WeirConfig, weirConfig } from './weir-config.ts'
import { lineOfKey, readYaml } from './yaml-file.ts'

/** What the command line may say; each of these beats the file. */
export interface Flags {
  readonly configFile?: string
  readonly dataDir: string
  readonly listen?: string
  readonly statsdListen?: string
  readonly statsdMappingConfig?: readonly string[]
  readonly statsdFlushInterval?: string
  /** What statsd_exporter's own flags say. */
  readonly statsd?: StatsdFlags
  readonly alertmanagerConfig?: string
  /** Before `strict_compat` of the alertmanager.yml. */
  readonly alertmanagerStrictCompat?: boolean
  readonly rules: readonly string[]
  readonly externalUrl?: string
  /** A web configuration file, as Prometheus and its exporters have it. */
  readonly webConfigFile?: string
  readonly enableAdminApi?: boolean
  readonly retentionTime?: string
  readonly retentionSize?: string
  readonly insecure: boolean
  readonly features: readonly string[]
  readonly logLevel?: string
  readonly memoryBudget?: string
}

/** Everything that files and flags say, read and checked; frozen. */
export interface Setup {
  readonly config: WeirConfig
  readonly memory: MemoryBudget
  /** Those that may wake up, as weir.yml wants them. */
  readonly packs: readonly Pack[]
  readonly mappings: readonly ReadMapping[]
  readonly ruleFiles: readonly RuleFile[]
  readonly alertmanager: AlertmanagerSource | undefined
  /** The configuration file as it may be shown. */
  readonly shown: string
  /** The alertmanager.yml as it may be shown; undefined without one. */
  readonly alertmanagerShown: string | undefined
}

/**
 * Reads the configuration file, if any, and the files it names.
 *
 * @throws {WeirError} `CONFIG_INVALID` naming file, line, key and what was wanted
 */
export function loadConfig(flags: Flags): Setup {
  const given = readConfig(flags)
  refuseOpenDoor(given.config, flags)
  refuseLostWay(given.config)
  const alertmanager = alertmanagerSource(given, flags)
  const packs = givenPacks(given)
  return {
    config: given.config,
    memory: given.memory,
    packs,
    mappings: readMappings([...mappingFiles(given, flags), ...builtInMappings(given, packs)]),
    ruleFiles: rulePatterns(given, flags).flatMap(readRuleFiles),
    alertmanager,
    alertmanagerShown: alertmanager && redactAlertmanager(alertmanager.text),
    shown: redactYaml(given.text),
  }
}

/** The configuration file, checked by itself; files that it names are not read yet. */
export interface GivenConfig {
  readonly file: string
  readonly text: string
  readonly config: WeirConfig
  readonly memory: MemoryBudget
}

/** @throws {WeirError} `CONFIG_INVALID`, a line a problem */
export function readConfig(flags: Flags): GivenConfig {
  const file = flags.configFile ?? 'weir.yml'
  const text =
    flags.configFile === undefined ? '' : readNamed(flags.configFile, { flag: '--config' })
  const source = { file, text, code: 'CONFIG_INVALID' } as const
  const read = readYaml({ ...source, text: withSecretsOfEnvironment(source) }, weirConfig)
  const global = globalBeside(read.global, (path) => beside(file, path), process.env)
  const jobs = allScrapeConfigs(read, { file, text })
  const scrape_configs = jobs.map((job) => scrapeConfigBeside(job, (path) => beside(file, path)))
  const remote_write = read.remote_write.map((endpoint) =>
    httpClientBeside(endpoint, (path) => beside(file, path)),
  )
  const logs = httpClientBeside(read.storage.logs, (path) => beside(file, path))
  const metrics = httpClientBeside(read.storage.metrics, (path) => beside(file, path))
  const storage = { ...read.storage, logs, metrics }
  const alerting = alertingBeside(read.alerting, (path) => beside(file, path))
  const notifications = peersBeside(read.notifications, (path) => beside(file, path))
  const targets = targetsBeside(read.loggers.targets, (path) => beside(file, path))
  const loggers = { ...read.loggers, targets }
  const web =
    read.web.config_file === undefined
      ? read.web
      : { ...read.web, config_file: beside(file, read.web.config_file) }
  const auth = authBeside(read.auth, (path) => beside(file, path))
  const { directory } = read.dashboards
  const dashboards =
    directory === undefined
      ? read.dashboards
      : { ...read.dashboards, directory: beside(file, directory) }
  const found = {
    global,
    scrape_configs,
    remote_write,
    storage,
    alerting,
    notifications,
    loggers,
    dashboards,
    web,
    ...(auth === undefined ? {} : { auth }),
  }
  const whole = { ...read, ...found }
  const flagged = withFlags(whole, flags)
  const memory = memoryBudget(flagged.memory.budget)
  return { file, text, config: freeze(withinBudget(flagged, text, memory)), memory }
}

/** Where a key stands: `weir.yml:3: rule_files`. */
function placeOf({ file, text }: GivenConfig, ...path: readonly string[]): string {
  return `${file}:${lineOfKey(text, path)}: ${path.join('.')}`
}

const storedMetrics = weirConfig.shape.storage.unwrap().shape.metrics.unwrap()

const KEYS = {
  external_url: weirConfig.shape.web.unwrap().shape.external_url,
  statsd_listen: statsdConfig.shape.listen,
  flush_interval: statsdConfig.shape.flush_interval,
  level: weirConfig.shape.log.unwrap().shape.level,
  budget: memoryConfig.shape.budget,
  ...storedMetrics.pick({ retention_time: true, retention_size: true }).shape,
} as const

function withFlags(
  { web, statsd, log, memory, storage, ...config }: WeirConfig,
  flags: Flags,
): WeirConfig {
  const { listen, webConfigFile, statsdMappingConfig: mapping } = flags
  const exporters = withStatsdFlags(statsd, flags.statsd ?? {})
  const { metrics } = storage
  const hasExtraReports = flags.features.includes('extra-scrape-metrics')
  return {
    ...config,
    global: { ...config.global, ...(hasExtraReports ? { extra_scrape_metrics: true } : {}) },
    web: {
      ...web,
      listen: listen ?? web.listen,
      ...(webConfigFile === undefined ? {} : { config_file: resolve(webConfigFile) }),
      enable_admin_api: flags.enableAdminApi ?? web.enable_admin_api,
      external_url: flagOr(web.external_url, flags.externalUrl, {
        flag: '--web.external-url',
        schema: KEYS.external_url,
      }),
    },
    statsd: {
      ...exporters,
      listen: flagOr(exporters.listen, flags.statsdListen, {
        flag: '--statsd-listen',
        schema: KEYS.statsd_listen,
      }),
      flush_interval: flagOr(statsd.flush_interval, flags.statsdFlushInterval, {
        flag: '--statsd.flush-interval',
        schema: KEYS.flush_interval,
      }),
      ...(mapping === undefined ? {} : { mapping_config: mapping.map((file) => resolve(file)) }),
    },
    storage: {
      ...storage,
      metrics: {
        ...metrics,
        retention_time: flagOr(metrics.retention_time, flags.retentionTime, {
          flag: '--storage.tsdb.retention.time',
          schema: KEYS.retention_time,
        }),
        retention_size: flagOr(metrics.retention_size, flags.retentionSize, {
          flag: '--storage.tsdb.retention.size',
          schema: KEYS.retention_size,
        }),
      },
    },
    memory: {
      ...memory,
      budget: flagOr(memory.budget, flags.memoryBudget, {
        flag: '--memory-budget',
        schema: KEYS.budget,
      }),
    },
    log: {
      ...log,
      level: flagOr(log.level, flags.logLevel, { flag: '--log-level', schema: KEYS.level }),
    },
  }
}

/** The value of a flag under the schema of its key; the key's own without the flag. */
function flagOr<S extends z.ZodType>(
  own: z.output<S>,
  text: string | undefined,
  { flag, schema }: { readonly flag: string; readonly schema: S },
): z.output<S> {
  if (text === undefined) return own
  const result = schema.safeParse(text)
  if (result.success) return result.data
  const [issue] = result.error.issues
  throw new WeirError(
    'CONFIG_INVALID',
    `Cannot use ${flag} ${JSON.stringify(redactText(text))}: ${issue!.message}`,
  )
}

const LOOPBACK = /^(127(\.\d+){3}|localhost|\[::1\])$/

/** The provider sends people back to an address that was told to it, never to one that a request names. */
export function refuseLostWay({ auth, web }: WeirConfig): void {
  if (auth?.oidc === undefined || web.external_url !== '') return
  throw new WeirError(
    'CONFIG_INVALID',
    'Cannot use auth.oidc without web.external_url: the provider sends people back there',
  )
}

/** Whether only some addresses may send. */
function isLimited({ allow_from: allowed }: { readonly allow_from: readonly string[] }): boolean {
  return allowed.length > 0
}

/** Whether everybody is asked who he is: by `auth`, or by users or certificates of a web configuration file. */
export function asksWho({ auth, web }: Pick<WeirConfig, 'auth' | 'web'>): boolean {
  return auth?.enabled === true || asksEverybody(web.config_file)
}

/** An address beyond this machine where nobody is asked who he is. */
export interface OpenDoor {
  /** Of weir.yml: `web.listen`. */
  readonly key: string
  readonly address: string
  /** What everybody may do who reaches it. */
  readonly what: string
  /** What would close it. */
  readonly remedy: string
}

/** Without access control only this machine may reach Weir, unless somebody insists. */
export function refuseOpenDoor(config: WeirConfig, { insecure }: Flags): void {
  const door = openDoors(config)[0]
  if (insecure || door === undefined) return
  const { address, what, remedy } = door
  throw new WeirError(
    'CONFIG_INVALID',
    `Cannot listen on ${JSON.stringify(address)}: everybody who reaches it could ${what}; listen on 127.0.0.1, ${remedy}, or say --insecure`,
  )
}

/** All of those, whether somebody insists or not. */
export function openDoors(config: WeirConfig): OpenDoor[] {
  const { grpc_listen: grpc } = config.otlp_receiver
  const { forward, syslog } = config.logs
  const isAsked = asksWho(config)
  const doors: OpenDoor[] = []
  // Who is asked who he is may come from anywhere.
  if (!isAsked) {
    const { listen: address } = config.web
    const what = 'read and change everything'
    doors.push({ key: 'web.listen', address, what, remedy: 'set up auth' })
  }
  // Who knows the key may send from anywhere.
  const hasKey = forward.shared_key !== undefined || forward.shared_key_file !== undefined
  for (const [key, address] of [
    ['logs.forward.listen', hasKey || isLimited(forward) ? '' : forward.listen],
    ['logs.syslog.udp_listen', isLimited(syslog) ? '' : syslog.udp_listen],
    ['logs.syslog.tcp_listen', isLimited(syslog) ? '' : syslog.tcp_listen],
  ] as const) {
    doors.push({ key, address, what: 'write lines of log', remedy: 'say allow_from' })
  }
  if (grpc !== undefined && !isAsked) {
    const key = 'otlp_receiver.grpc_listen'
    doors.push({ key, address: grpc, what: 'write metrics', remedy: 'set up auth' })
  }
  return doors.filter(
    ({ key, address }) => address !== '' && !LOOPBACK.test(hostPort(address, key).host),
  )
}

/**
 * Takes `host:port` apart; IPv6 hosts stand in brackets, no host means every address.
 *
 * @throws {WeirError} `CONFIG_INVALID`
 */
export function hostPort(
  text: string,
  key: string,
): { readonly host: string; readonly port: number } {
  const parts = /^(\[[0-9a-fA-F:.]+\]|[^:[\]]*):(\d{1,5})$/.exec(text)
  const port = Number(parts?.[2])
  if (parts === null || port > 65_535) {
    throw new WeirError(
      'CONFIG_INVALID',
      `Cannot use ${key} ${JSON.stringify(text)}: want host:port such as 127.0.0.1:9347`,
    )
  }
  return { host: parts[1] === '' ? '0.0.0.0' : parts[1]!, port }
}

/** The mapping files of the user, whose rules come first: first match wins. */
export function mappingFiles(given: GivenConfig, flags: Flags): MappingSource[] {
  const { mapping_config: named = [] } = given.config.statsd
  const by =
    flags.statsdMappingConfig === undefined
      ? { place: placeOf(given, 'statsd', 'mapping_config') }
      : { flag: '--statsd.mapping-config' }
  return [named]
    .flat()
    .flatMap((pattern) => expandGlob(beside(given.file, pattern)))
    .map((file) => ({ file, text: readNamed(file, by) }))
}

/**
 * Weir's own packs and the user's, without those that are switched off, their alerts as weir.yml
 * wants them.
 *
 * @throws {WeirError} `PACK_INVALID`, `CONFIG_INVALID`
 */
export function givenPacks(given: GivenConfig): Pack[] {
  const { files, alerts, disabled } = given.config.packs
  const by = { place: placeOf(given, 'packs', 'files') }
  const own = files
    .flatMap((pattern) => expandGlob(beside(given.file, pattern)))
    .map((file) => ({ file, pack: readPack(readNamed(file, by), file) }))
  refuseTwins(own)
  const all = [...PACKS, ...own.map(({ pack }) => pack)]
  const problems = settingsProblems(all, alerts).map(
    ({ path, message }) => `${placeOf(given, 'packs', 'alerts', ...path)}: ${message}`,
  )
  if (problems.length > 0) {
    throw new WeirError('CONFIG_INVALID', `Cannot use ${problems.join('\n')}`)
  }
  return all
    .filter(({ id }) => !disabled.includes(id))
    .map((pack) => withAlertSettings(pack, alerts))
}

/** Rules in weir.yml, then those of the packs. */
function builtInMappings(
  { config: { statsd }, file }: GivenConfig,
  packs: readonly Pack[],
): MappingSource[] {
  const { mappings, defaults } = statsd
  const own = { mappings, ...(defaults === undefined ? {} : { defaults }) }
  const sources: MappingSource[] = mappings === undefined ? [] : [{ file, mapping: own }]
  return [...sources, ...packSources(packs)]
}

/** The rules of the packs, which come after all others: ours are checked by tests, others when they are read. */
export function packSources(packs: readonly Pack[]): MappingSource[] {
  return packs.flatMap((pack) => {
    const mapping = packMapping(pack)
    return mapping === undefined ? [] : [{ file: `pack:${pack.id}`, mapping, isChecked: true }]
  })
}

/** A glob over rule files, and who gave it. */
interface RulePattern {
  readonly pattern: string
  readonly by: NamedBy
  /** What its rules ask when they do not say. */
  readonly source?: 'logs'
}

export function rulePatterns(given: GivenConfig, flags: Flags): RulePattern[] {
  const place = placeOf(given, 'rule_files')
  const fromConfig = given.config.rule_files.map((pattern) => ({
    pattern: beside(given.file, pattern),
    by: { place },
  }))
  const logPlace = placeOf(given, 'logs', 'rule_files')
  const overLogs = given.config.logs.rule_files.map((pattern) => ({
    pattern: beside(given.file, pattern),
    by: { place: logPlace },
    source: 'logs' as const,
  }))
  const fromFlags = flags.rules.map((pattern) => ({ pattern, by: { flag: '--rules' } as const }))
  return [...fromConfig, ...overLogs, ...fromFlags]
}

export function readRuleFiles({ pattern, by, source }: RulePattern): RuleFile[] {
  return expandGlob(pattern).map((fileName) => ({
    fileName,
    text: readNamed(fileName, by),
    ...(source === undefined ? {} : { source }),
  }))
}

/** A file by name, or the section itself with its lines where they were. */
export function alertmanagerSource(
  given: GivenConfig,
  flags: Flags,
): AlertmanagerSource | undefined {
  const { config, file, text } = given
  const fileName = flags.alertmanagerConfig
  if (fileName !== undefined)
    return routesIn(fileName, readNamed(fileName, { flag: '--alertmanager.config' }))
  if (typeof config.alertmanager === 'string') {
    const named = beside(file, config.alertmanager)
    return routesIn(named, readNamed(named, { place: placeOf(given, 'alertmanager') }))
  }
  if (config.alertmanager === undefined) return undefined
  const lines = new LineCounter()
  const section = parseDocument(text, { lineCounter: lines }).get('alertmanager', true)
  if (!isNode(section) || section.range === null || section.range === undefined) return undefined
  const { line, col } = lines.linePos(section.range[0])
  return routesIn(
    file,
    '\n'.repeat(line - 1) + ' '.repeat(col - 1) + text.slice(section.range[0], section.range[2]),
  )
}

/** An alertmanager.yml with the secrets that it takes from the environment. @throws {WeirError} `CONFIG_INVALID` */
export function routesIn(fileName: string, text: string): AlertmanagerSource {
  return {
    fileName,
    text: withSecretsOfEnvironment({ file: fileName, text, code: 'CONFIG_INVALID' }),
  }
}

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const inner of Object.values(value)) freeze(inner)
  }
  return value
}
