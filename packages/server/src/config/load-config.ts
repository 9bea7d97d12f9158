import { resolve } from 'node:path'
import type { AlertmanagerSource, RuleFile } from '@weir/alerting'
import { WeirError } from '@weir/model'
import { PACKS, packMapping } from '@weir/packs'
import { LineCounter, isMap, isNode, isScalar, parseDocument } from 'yaml'
import type { MappingSource } from '../statsd/mapping-file.ts'
import { beside, expandGlob, readNamed } from './files.ts'
import { duration } from './quantity.ts'
import { redactYaml } from './redact.ts'
import { LATER, type WeirConfig, weirConfig } from './weir-config.ts'
import { readYaml } from './yaml-file.ts'

/** What the command line may say; each of these beats the file. */
export interface Flags {
  readonly configFile?: string
  readonly dataDir: string
  readonly listen?: string
  readonly statsdListen?: string
  readonly statsdMappingConfig?: string
  readonly statsdFlushInterval?: string
  readonly alertmanagerConfig?: string
  readonly rules: readonly string[]
  readonly externalUrl?: string
  readonly insecure: boolean
  readonly features: readonly string[]
  readonly logLevel?: string
}

/** Everything that files and flags say, read and checked; frozen. */
export interface Setup {
  readonly config: WeirConfig
  readonly mappingSources: readonly MappingSource[]
  readonly ruleFiles: readonly RuleFile[]
  readonly alertmanager: AlertmanagerSource | undefined
  /** The configuration file as it may be shown. */
  readonly shown: string
}

/**
 * Reads the configuration file, if any, and the files it names.
 *
 * @throws {WeirError} `CONFIG_INVALID` naming file, line, key and what was wanted
 */
export function loadConfig(flags: Flags): Setup {
  const file = flags.configFile ?? 'weir.yml'
  const text = flags.configFile === undefined ? '' : readNamed(flags.configFile, '--config')
  refuseLater(file, text)
  const read = readYaml({ file, text, code: 'CONFIG_INVALID' }, weirConfig)
  const config = freeze(withFlags(read, flags))
  refuseOpenDoor(config, flags)
  return {
    config,
    mappingSources: mappingSources(config, file),
    ruleFiles: ruleFiles(config, file, flags),
    alertmanager: alertmanagerSource(config, file, text, flags),
    shown: redactYaml(text),
  }
}

/** Says what is wrong with sections that are known but not done yet, better than "no such key". */
function refuseLater(file: string, text: string): void {
  const lines = new LineCounter()
  const root = parseDocument(text, { lineCounter: lines }).contents
  if (!isMap(root)) return
  for (const { key } of root.items) {
    if (!isScalar(key) || typeof key.value !== 'string') continue
    const why = Object.hasOwn(LATER, key.value) ? LATER[key.value] : undefined
    if (why === undefined) continue
    const { line } = lines.linePos(key.range?.[0] ?? 0)
    throw new WeirError('CONFIG_INVALID', `Cannot use ${file}:${line}: ${key.value}: ${why}`)
  }
}

function withFlags(config: WeirConfig, flags: Flags): WeirConfig {
  const { listen, statsdListen, statsdFlushInterval, externalUrl, statsdMappingConfig, logLevel } =
    flags
  return {
    ...config,
    web: {
      ...config.web,
      ...(listen === undefined ? {} : { listen }),
      ...(externalUrl === undefined ? {} : { external_url: externalUrl }),
    },
    statsd: {
      ...config.statsd,
      ...(statsdListen === undefined ? {} : { listen: statsdListen }),
      ...(statsdFlushInterval === undefined
        ? {}
        : { flush_interval: duration.parse(statsdFlushInterval) }),
      ...(statsdMappingConfig === undefined
        ? {}
        : { mapping_config: resolve(statsdMappingConfig) }),
    },
    log:
      logLevel === undefined
        ? config.log
        : { level: weirConfig.shape.log.parse({ level: logLevel }).level },
  }
}

const LOOPBACK = /^(127(\.\d+){3}|localhost|\[::1\])$/

/** There is no access control yet, so only this machine may reach Weir unless somebody insists. */
function refuseOpenDoor(config: WeirConfig, flags: Flags): void {
  const { host } = hostPort(config.web.listen, 'web.listen')
  if (flags.insecure || LOOPBACK.test(host)) return
  throw new WeirError(
    'CONFIG_INVALID',
    `Cannot listen on ${JSON.stringify(config.web.listen)}: everybody who reaches it could read and change everything; listen on 127.0.0.1, or say --insecure`,
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

/** The user's rules first, then those of the packs: first match wins. */
function mappingSources({ statsd, packs }: WeirConfig, file: string): MappingSource[] {
  const sources: MappingSource[] = []
  if (statsd.mapping_config !== undefined) {
    const path = beside(file, statsd.mapping_config)
    sources.push({ file: path, text: readNamed(path, 'statsd.mapping_config') })
  }
  const { mappings, defaults } = statsd
  if (mappings !== undefined)
    sources.push({ file, mapping: { mappings, ...(defaults === undefined ? {} : { defaults }) } })
  for (const pack of PACKS) {
    const mapping = packs.disabled.includes(pack.id) ? undefined : packMapping(pack)
    if (mapping !== undefined) sources.push({ file: `pack:${pack.id}`, mapping })
  }
  return sources
}

function ruleFiles(config: WeirConfig, file: string, flags: Flags): RuleFile[] {
  const fromConfig = config.rule_files.map((pattern) => ({
    pattern: beside(file, pattern),
    by: 'rule_files',
  }))
  const fromFlags = flags.rules.map((pattern) => ({ pattern, by: '--rules' }))
  return [...fromConfig, ...fromFlags].flatMap(({ pattern, by }) =>
    expandGlob(pattern).map((fileName) => ({ fileName, text: readNamed(fileName, by) })),
  )
}

/** A file by name, or the section itself with its lines where they were. */
function alertmanagerSource(
  config: WeirConfig,
  file: string,
  text: string,
  flags: Flags,
): AlertmanagerSource | undefined {
  const named =
    flags.alertmanagerConfig ??
    (typeof config.alertmanager === 'string' ? beside(file, config.alertmanager) : undefined)
  if (named !== undefined) return { fileName: named, text: readNamed(named, 'alertmanager') }
  if (config.alertmanager === undefined) return undefined
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const section = document.get('alertmanager', true)
  if (!isNode(section) || section.range === null || section.range === undefined) return undefined
  const { line, col } = lines.linePos(section.range[0])
  return {
    fileName: file,
    text:
      '\n'.repeat(line - 1) + ' '.repeat(col - 1) + text.slice(section.range[0], section.range[2]),
  }
}

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const inner of Object.values(value)) freeze(inner)
  }
  return value
}
