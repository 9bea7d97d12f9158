import type {
  LoggerInstance,
  LoggerRow,
  LoggerService,
  LoggersView,
  OverrideReach,
  OverrideView,
} from '@weir/packs'
import type { Instance, Instances } from './instances.ts'
import { type Override, selects } from './override.ts'
import type { OverrideRecord } from './override-book.ts'
import { matches } from './pattern.ts'

/** Which loggers are asked for: patterns with `*`, '' for all. */
export interface LoggerFilter {
  readonly service: string
  readonly logger: string
  readonly instance: string
  readonly host: string
}

/** Loggers of the processes asked for, service by service. */
export function loggersView(
  instances: Instances,
  active: readonly Override[],
  filter: LoggerFilter,
): LoggersView {
  const services = new Map<string, Instance[]>()
  for (const one of instances.all()) {
    if (!isAskedFor(one, filter)) continue
    const { service } = one.identity
    const others = services.get(service)
    if (others === undefined) services.set(service, [one])
    else others.push(one)
  }
  const views = [...services].map(([service, members]): LoggerService => {
    const shown = members.map((one) => instanceView(one, instances.stateOf(one)))
    const there = members.filter((one) => instances.stateOf(one) !== 'gone')
    return {
      service,
      instances: shown.toSorted(
        (a, b) => compare(a.host, b.host) || compare(a.instance, b.instance),
      ),
      loggers: rowsOf(there, active, filter.logger),
    }
  })
  return { services: views.toSorted((a, b) => compare(a.service, b.service)) }
}

function isAskedFor({ identity }: Instance, { service, instance, host }: LoggerFilter): boolean {
  const is = (stars: string, name: string): boolean => stars === '' || matches(stars, name)
  return is(service, identity.service) && is(instance, identity.instance) && is(host, identity.host)
}

function rowsOf(
  members: readonly Instance[],
  active: readonly Override[],
  stars: string,
): LoggerRow[] {
  const rows = new Map<string, { effective: Record<string, number>; overrides: Set<string> }>()
  for (const one of members) {
    const meant = active.filter(({ selector }) => selects(selector, one.identity))
    for (const [name, { effective }] of one.loggers) {
      if (stars !== '' && !matches(stars, name)) continue
      let row = rows.get(name)
      if (row === undefined) rows.set(name, (row = { effective: {}, overrides: new Set() }))
      row.effective[effective] = (row.effective[effective] ?? 0) + 1
      for (const { id, logger } of meant) if (matches(logger, name)) row.overrides.add(id)
    }
  }
  return [...rows]
    .map(([name, { effective, overrides }]) => ({ name, effective, overrides: [...overrides] }))
    .toSorted((a, b) => compare(a.name, b.name))
}

function instanceView(one: Instance, state: LoggerInstance['state']): LoggerInstance {
  const { identity, error, seenMs, loggers, unlistedCount } = one
  return { ...identity, state, error, seenMs, loggerCount: loggers.size, unlistedCount }
}

/** Processes that need a look; a list of overrides names so many of each. */
const NAMED_MAX = 20

/** What each process that is meant has made of an override. */
export function reachOf(override: Override, instances: Instances): OverrideReach[] {
  return [...instances.all()]
    .filter(({ identity }) => selects(override.selector, identity))
    .map((one) => ({
      instance: one.identity.instance,
      service: one.identity.service,
      host: one.identity.host,
      state: stateOf(override, one, instances.stateOf(one)),
      loggerCount: one.applied.get(override.id)?.loggers ?? 0,
      records: one.applied.get(override.id)?.records ?? 0,
      error: one.error,
    }))
}

function stateOf(
  { id, recordsMax }: Override,
  one: Instance,
  state: LoggerInstance['state'],
): OverrideReach['state'] {
  if (state === 'gone') return 'gone'
  if (state === 'failing') return 'failed'
  const applied = one.applied.get(id)
  if (applied === undefined) return 'waiting'
  if (applied.loggers === 0) return 'none'
  return recordsMax !== null && applied.records >= recordsMax ? 'spent' : 'applied'
}

const TAKEN: ReadonlySet<string> = new Set(['applied', 'spent'])
const MEANT: ReadonlySet<string> = new Set(['applied', 'spent', 'waiting', 'failed'])

/** How many took it, of how many that have such loggers or did not say yet. */
export function countsOf(reach: readonly OverrideReach[]): {
  readonly appliedCount: number
  readonly ofCount: number
} {
  return {
    appliedCount: reach.filter(({ state }) => TAKEN.has(state)).length,
    ofCount: reach.filter(({ state }) => MEANT.has(state)).length,
  }
}

/** @param whole names every process; otherwise only some of those that did not take it */
export function overrideView(
  record: OverrideRecord,
  instances: Instances,
  {
    nowMs,
    records,
    whole,
  }: {
    readonly nowMs: number
    readonly records: number
    readonly whole: boolean
  },
): OverrideView {
  const { end, ...override } = record
  if (end !== null) {
    const { how, atMs, by, appliedCount, ofCount } = end
    const over = { state: how, endedMs: atMs, endedBy: by, remainingMs: 0, reach: [] }
    return { ...override, ...over, appliedCount, ofCount, records: end.records }
  }
  const reach = reachOf(override, instances)
  const odd = reach.filter(({ state }) => state === 'waiting' || state === 'failed')
  return {
    ...override,
    state: 'active',
    endedMs: null,
    endedBy: '',
    remainingMs: Math.max(0, override.expiresAtMs - nowMs),
    records,
    ...countsOf(reach),
    reach: whole ? reach : odd.slice(0, NAMED_MAX),
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
