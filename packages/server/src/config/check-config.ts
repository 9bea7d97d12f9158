import {
  type AlertmanagerSource,
  alertmanagerHints,
  checkAlertmanagerConfig,
  checkRules,
} from '@weir/alerting'
import { WeirError } from '@weir/model'
import { PACKS } from '@weir/packs'
import { isMap, parseDocument } from 'yaml'
import { readMappings } from '../statsd/mapping-file.ts'
import { Mapping } from '../statsd/mapping.ts'
import { readNamed } from './files.ts'
import {
  type Flags,
  type GivenConfig,
  alertmanagerSource,
  givenPacks,
  mappingFiles,
  readConfig,
  readRuleFiles,
  refuseLostWay,
  refuseOpenDoor,
  routesIn,
  rulePatterns,
} from './load-config.ts'

/** What `weir check config` tells. */
export interface ConfigCheck {
  /** `file:line: key: what`, everything that is wrong; empty when all is well. */
  readonly problems: readonly string[]
  /** What was found, for a good configuration: `2 scrape jobs`, `3 rules in 1 file`. */
  readonly found: readonly string[]
  /** What is good to know of what is right, `file:line: key: what`. */
  readonly details: readonly string[]
}

/** Looks at a configuration and at every file it names, and gathers all that is wrong. Starts nothing. */
export function checkConfig(flags: Flags): ConfigCheck {
  const check = new Check()
  const alone = check.attempt(() => alertmanagerFile(flags))
  if (alone !== undefined) {
    checkRoutes(check, alone, flags)
    return check
  }
  if (check.problems.length > 0) return check
  const given = check.attempt(() => readConfig(flags))
  if (given === undefined) return check // which files it names is not known then
  check.attempt(() => refuseOpenDoor(given.config, flags))
  check.attempt(() => refuseLostWay(given.config))
  check.note(given.config.scrape_configs.length, 'scrape job')
  checkMappingRules(check, given, flags)
  const own = check
    .attempt(() => givenPacks(given))
    ?.filter((pack) => !PACKS.some(({ id }) => id === pack.id))
  check.note(own?.length ?? 0, 'pack')
  checkRuleFiles(check, given, flags)
  const routes = check.attempt(() => alertmanagerSource(given, flags))
  if (routes !== undefined) checkRoutes(check, routes, flags)
  return check
}

function checkRoutes(check: Check, routes: AlertmanagerSource, flags: Flags): void {
  check.add(routes.fileName, checkAlertmanagerConfig(routes, flags.features))
  check.found.push(`alert routes in ${routes.fileName}`)
  check.details.push(...withFile(routes.fileName, alertmanagerHints(routes)))
}

/** The file to check where it is an alertmanager.yml: `route` is a key of no other. */
function alertmanagerFile({ configFile: fileName }: Flags): AlertmanagerSource | undefined {
  if (fileName === undefined) return undefined
  const text = readNamed(fileName, { flag: '--config' })
  const { contents } = parseDocument(text)
  return isMap(contents) && contents.has('route') ? routesIn(fileName, text) : undefined
}

function checkMappingRules(check: Check, given: GivenConfig, flags: Flags): void {
  check.note(given.config.statsd.mappings?.length ?? 0, 'mapping rule')
  for (const source of check.attempt(() => mappingFiles(given, flags)) ?? []) {
    const mapping = check.attempt(() => new Mapping(readMappings([source])))
    check.found.push(`mapping rules in ${source.file}`, ...(mapping?.unreachable ?? []))
  }
}

function checkRuleFiles(check: Check, given: GivenConfig, flags: Flags): void {
  for (const pattern of rulePatterns(given, flags)) {
    for (const { fileName, text, source } of check.attempt(() => readRuleFiles(pattern)) ?? []) {
      const { features } = flags
      const { ruleCount, problems } = checkRules(text, fileName, { source, features })
      check.add(fileName, problems)
      check.found.push(`${counted(ruleCount, 'rule')} in ${fileName}`)
    }
  }
}

class Check implements ConfigCheck {
  readonly problems: string[] = []
  readonly found: string[] = []
  readonly details: string[] = []

  /** What `read` gives; what it refuses becomes problems, a line each. */
  attempt<T>(read: () => T): T | undefined {
    try {
      return read()
    } catch (error) {
      if (!(error instanceof WeirError)) throw error
      const text = error.message.replace(/^Cannot (?:use|read) (?=\S+:\d+: )/, '')
      this.problems.push(...text.split('\n'))
      return undefined
    }
  }

  /** Problems that name only their line. */
  add(fileName: string, problems: readonly string[]): void {
    this.problems.push(...withFile(fileName, problems))
  }

  note(count: number, what: string): void {
    if (count > 0) this.found.push(counted(count, what))
  }
}

function withFile(fileName: string, lines: readonly string[]): string[] {
  return lines.map((line) => `${fileName}:${line.replace(/^line (\d+): /, '$1: ')}`)
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}
