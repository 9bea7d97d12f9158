import { createHash } from 'node:crypto'
import {
  type Appender,
  type Clock,
  type CommitResult,
  type KeyValueStore,
  Labels,
  METRIC_NAME,
  type MetricType,
  STALE_MARKER,
  type SeriesRef,
  WeirError,
} from '@weir/model'
import type { PushGroupView } from '@weir/packs'
import type { PushOutcome } from '../push/outcome.ts'
import { type LabelLimits, areTooLong } from '../push/label-limits.ts'
import { type SeriesGate, BEYOND_TOKEN, withRefused } from '../push/token-appender.ts'
import { unpackBody } from '../push/unpack.ts'
import type { Telemetry } from '../telemetry/log.ts'
import type { PushGatewayConfig } from './config.ts'
import { inconsistency } from './consistency.ts'
import { GatewayEvents } from './events.ts'
import {
  GROUP_KEYS,
  type Group,
  type GroupRecord,
  type HeldFamily,
  type HeldSeries,
  groupOf,
  recordOf,
} from './group.ts'
import { type Grouping, groupingKey, invalid, readGrouping } from './grouping.ts'
import { type PushedFamily, type PushedPage, readPage } from './pushed-page.ts'

const PUSH_TIME = 'push_time_seconds'
const FAILURE_TIME = 'push_failure_time_seconds'
const HELP: Readonly<Record<string, string>> = {
  [PUSH_TIME]: 'Last Unix time when changing this group in the Pushgateway succeeded.',
  [FAILURE_TIME]: 'Last Unix time when changing this group in the Pushgateway failed.',
}
const LONG_GROUP =
  'the group has more or longer labels than storage.metrics.limits lets a series have'
/** How often it is looked whether something is due, at most. */
const TICK_MS = 1000

export interface PushGatewayParts {
  readonly config: PushGatewayConfig
  /** Those of the store: what it would refuse is not held. */
  readonly labels: LabelLimits
  readonly appender: Appender
  /** Hears of series that are repeated: they go on. */
  readonly keep: (ref: SeriesRef) => void
  /** Hears of series that have ended, when they have been released. */
  readonly end: (ref: SeriesRef) => void
  readonly store: KeyValueStore
  readonly clock: Clock
  readonly telemetry: Telemetry
}

export interface PushRequest {
  /** As it was sent: `/metrics/job/…`. */
  readonly path: string
  readonly body: Uint8Array
  readonly contentType: string
  readonly contentEncoding: string
  /** Whether all of the group is replaced (PUT), not only the metrics named in the body (POST). */
  readonly replace: boolean
}

/**
 * What a push gateway does, without the scraping: a push is in the store, and on the disk, when it is
 * answered. Between pushes the values are repeated, as they would be if a gateway were scraped, so that
 * they are there for instant queries; when a group is deleted or expires its series end at once.
 *
 * ```
 * push ──► group ──► samples now ──► every repeat_interval the same again ──► … ──► stale marker
 *                                                                           DELETE, wipe, expire_after
 * ```
 *
 * Groups live on the disk as one value each, written with every push.
 */
export class PushGateway implements AsyncDisposable {
  readonly #parts: PushGatewayParts
  readonly #events: GatewayEvents
  readonly #groups = new Map<string, Group>()
  /** How many groups hold a family, by name and type. */
  readonly #types = new Map<string, Map<MetricType, number>>()
  /** By {@link Labels.key}: the group that has the series. */
  readonly #owners = new Map<string, Group>()
  readonly #stopped = new AbortController()
  #ticking: Promise<void> | undefined

  constructor(parts: PushGatewayParts) {
    this.#parts = parts
    this.#events = new GatewayEvents(parts.telemetry)
    for (const [storeKey, record] of parts.store.entries(GROUP_KEYS)) {
      const group = groupOf(record as GroupRecord, storeKey, (labels) => parts.appender.ref(labels))
      this.#groups.set(groupingKey(group.grouping), group)
      for (const family of group.families.values()) this.#enter(group, family)
    }
    this.#changed()
  }

  /**
   * @param gate lets series in, where a token has a limit of them; those that it refuses are not held
   * @throws {WeirError} `PUSH_GATEWAY_INVALID` for what cannot be read or stand beside the rest,
   *   `PUSH_GATEWAY_LIMIT`, `HTTP_TOO_LARGE`, `HTTP_BODY_TYPE`, `HTTP_BODY_BROKEN`; those of the store
   */
  async push(
    { path, body, replace, ...type }: PushRequest,
    gate?: SeriesGate,
  ): Promise<PushOutcome> {
    const { config, clock, labels } = this.#parts
    const grouping = readGrouping(path)
    if (areTooLong([...grouping].flat(), labels)) throw invalid(LONG_GROUP)
    const unpacked = unpackBody(body, type.contentEncoding, {
      bytesMax: config.max_unpacked_bytes,
      key: 'pushgateway.max_unpacked_bytes',
    })
    const text = unpacked.bytes.subarray(0, unpacked.length)
    const limits = { samplesMax: config.max_samples, labels }
    const page = readPage(text, type.contentType, grouping, limits)
    const key = groupingKey(grouping)
    const known = this.#groups.get(key)
    const why = this.#refusal(page, known, replace)
    this.#checkRoom(page, known, replace)
    const group = known ?? this.#begin(key, grouping)
    const nowMs = clock.now()
    if (why !== '') {
      group.failedMs = nowMs
      group.lastError = why
      this.#take(group, [timeFamily(FAILURE_TIME, grouping, nowMs)], nowMs)
      if (group.pushedMs === 0) this.#take(group, [timeFamily(PUSH_TIME, grouping, 0)], nowMs)
      await this.#keep(group)
      throw invalid(`pushed metrics are invalid or inconsistent with existing metrics: ${why}`)
    }
    group.pushedMs = nowMs
    group.lastError = ''
    if (replace) this.#dropOthers(group, page, nowMs)
    const refused = this.#take(group, page.families.values(), nowMs, gate)
    gate?.refused(refused)
    this.#take(group, [timeFamily(PUSH_TIME, grouping, nowMs)], nowMs)
    if (group.failedMs === 0) this.#take(group, [timeFamily(FAILURE_TIME, grouping, 0)], nowMs)
    const result = withRefused(await this.#keep(group), refused, gate?.why ?? '')
    return outcomeOf(result, page.tooLong)
  }

  /** Ends all series of a group; one that is not there is gone already. */
  async delete(path: string): Promise<void> {
    const key = groupingKey(readGrouping(path))
    const group = this.#groups.get(key)
    if (group !== undefined) await this.#remove([[key, group]])
  }

  async wipe(): Promise<void> {
    await this.#remove([...this.#groups])
  }

  views(): PushGroupView[] {
    return [...this.#groups.values()].map((group) => {
      const pushed = [...group.families.values()].filter(({ name }) => !isOwn(name))
      return {
        labels: Object.fromEntries(group.grouping),
        pushedAtMs: group.pushedMs === 0 ? null : group.pushedMs,
        failedAtMs: group.failedMs === 0 ? null : group.failedMs,
        lastError: group.lastError,
        metrics: pushed.length,
        series: seriesCount(pushed),
      }
    })
  }

  /** All groups, as plain data that may go to another thread. */
  records(): GroupRecord[] {
    return [...this.#groups.values()].map(recordOf)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped.abort()
    await this.#ticking
  }

  #refusal(page: PushedPage, group: Group | undefined, replace: boolean): string {
    if (page.hasTimes) return 'pushed metrics must not have timestamps'
    for (const name of [PUSH_TIME, FAILURE_TIME]) {
      ;(page.families as Map<string, PushedFamily>).delete(name)
    }
    if (!this.#parts.config.consistency_check) return ''
    return inconsistency(page, group, {
      typesOf: (name) => {
        const types = this.#types.get(name)
        if (types === undefined) return []
        const own = group?.families.get(name)
        // What this push replaces cannot contradict it.
        const goes = own !== undefined && (replace || page.families.has(name))
        return [...types]
          .filter(([type, count]) => count > (goes && own.type === type ? 1 : 0))
          .map(([type]) => type)
      },
      ownerOf: (labelsKey) => this.#owners.get(labelsKey),
    })
  }

  #checkRoom(page: PushedPage, group: Group | undefined, replace: boolean): void {
    const { max_groups, max_series } = this.#parts.config
    if (group === undefined && this.#groups.size >= max_groups) {
      const why = `want at most ${max_groups} (pushgateway.max_groups); delete some, or set pushgateway.expire_after`
      throw new WeirError('PUSH_GATEWAY_LIMIT', `Cannot begin one more group: ${why}`)
    }
    const going = [...(group?.families.values() ?? [])].filter(
      ({ name }) => replace || page.families.has(name),
    )
    const count = this.#owners.size - seriesCount(going) + page.sampleCount + 2
    if (count > max_series) {
      const why = `want at most ${max_series} (pushgateway.max_series)`
      throw new WeirError('PUSH_GATEWAY_LIMIT', `Cannot hold ${count} series: ${why}`)
    }
  }

  #begin(key: string, grouping: Grouping): Group {
    const digest = createHash('sha256').update(key).digest('hex')
    const group: Group = {
      grouping,
      storeKey: GROUP_KEYS + digest,
      families: new Map(),
      pushedMs: 0,
      failedMs: 0,
      lastError: '',
    }
    this.#groups.set(key, group)
    return group
  }

  /** Of a group that is replaced: what the page does not have any more. */
  #dropOthers(group: Group, page: PushedPage, nowMs: number): void {
    for (const family of group.families.values()) {
      if (!isOwn(family.name) && !page.families.has(family.name)) this.#end(group, family, nowMs)
    }
  }

  /**
   * Puts families in the place of those of the same names, and queues their samples.
   *
   * @returns how many series the gate refused
   */
  #take(group: Group, families: Iterable<PushedFamily>, nowMs: number, gate?: SeriesGate): number {
    const { appender } = this.#parts
    let refused = 0
    for (const { name, type, help, unit, series } of families) {
      const before = group.families.get(name)
      const timeMs = Math.max(nowMs, (before?.sampleMs ?? Number.NEGATIVE_INFINITY) + 1)
      const held = new Map<string, HeldSeries>()
      const family = { name, type, help, pushedMs: nowMs, sampleMs: timeMs, series: held }
      for (const { labels, value, native, exemplars } of series) {
        const key = labels.key()
        const known = before?.series.get(key)?.ref ?? held.get(key)?.ref
        const name = (): SeriesRef => appender.ref(labels)
        const ref = known ?? (gate === undefined ? name() : gate.naming(name))
        if (ref === BEYOND_TOKEN || gate?.admits(ref) === false) {
          refused++
          continue
        }
        held.set(key, { labels, ref, value, native })
        for (const exemplar of exemplars) {
          appender.appendExemplar(ref, {
            labels: Labels.fromFlat(exemplar.pairs),
            value: exemplar.value,
            timeMs: Number.isNaN(exemplar.timeMs) ? timeMs : exemplar.timeMs,
          })
        }
      }
      if (before !== undefined) this.#leave(group, before, timeMs, held)
      this.#enter(group, family)
      this.#queue(family, timeMs)
      appender.describe(name, { type, help, unit })
    }
    return refused
  }

  #queue({ series }: HeldFamily, timeMs: number): void {
    const { appender } = this.#parts
    for (const { ref, value, native } of series.values()) {
      if (native === undefined) appender.append(ref, timeMs, value)
      else appender.appendHistogram(ref, timeMs, native)
    }
  }

  #enter(group: Group, family: HeldFamily): void {
    const { name, type, series } = family
    group.families.set(name, family)
    const types = this.#types.get(name) ?? new Map<MetricType, number>()
    this.#types.set(name, types.set(type, (types.get(type) ?? 0) + 1))
    for (const key of series.keys()) this.#owners.set(key, group)
  }

  /** Ends the series of a family but those that are held on. */
  #leave(
    group: Group,
    { name, type, series }: HeldFamily,
    timeMs: number,
    heldOn: ReadonlyMap<string, HeldSeries>,
  ): void {
    const { appender } = this.#parts
    group.families.delete(name)
    const types = this.#types.get(name)!
    types.set(type, types.get(type)! - 1)
    if (types.get(type) === 0) types.delete(type)
    if (types.size === 0) this.#types.delete(name)
    for (const [key, { ref }] of series) {
      if (heldOn.has(key)) continue
      // Unchecked pushes may give one series to two groups; it lives as long as the last of them.
      if (this.#owners.get(key) === group) this.#owners.delete(key)
      appender.append(ref, timeMs, STALE_MARKER)
      appender.release(ref)
      this.#parts.end(ref)
    }
  }

  #end(group: Group, family: HeldFamily, nowMs: number): void {
    this.#leave(group, family, Math.max(nowMs, family.sampleMs + 1), new Map())
  }

  /** Writes a group down and its samples with it; durable when this resolves. */
  async #keep(group: Group): Promise<CommitResult> {
    const { appender, store } = this.#parts
    const committed = appender.commit()
    const written = store.write([{ key: group.storeKey, value: recordOf(group) }])
    this.#changed()
    const [result] = await Promise.all([committed, written])
    return result
  }

  async #remove(groups: readonly (readonly [key: string, group: Group])[]): Promise<void> {
    const { appender, clock, store } = this.#parts
    const nowMs = clock.now()
    for (const [key, group] of groups) {
      for (const family of group.families.values()) this.#end(group, family, nowMs)
      this.#groups.delete(key)
    }
    const committed = appender.commit()
    const changes = groups.map(([, { storeKey }]) => ({ key: storeKey, value: undefined }))
    this.#changed()
    await Promise.all([committed, store.write(changes)])
  }

  #changed(): void {
    this.#events.held(this.#groups.size, this.#owners.size)
    if (this.#groups.size > 0) this.#ticking ??= this.#tick()
  }

  /** Runs while there are groups: repeats what is due, deletes what has expired. */
  async #tick(): Promise<void> {
    const { clock, config } = this.#parts
    const { signal } = this.#stopped
    const everyMs = Math.min(TICK_MS, config.repeat_interval || TICK_MS)
    while (this.#groups.size > 0 && !signal.aborted) {
      try {
        await this.#expire()
        await this.#repeat()
      } catch (error) {
        this.#events.failed(error)
      }
      await clock.sleep(everyMs, signal).catch(() => undefined)
    }
    this.#ticking = undefined
  }

  async #repeat(): Promise<void> {
    const { appender, clock, config } = this.#parts
    if (config.repeat_interval === 0) return
    const nowMs = clock.now()
    let count = 0
    for (const group of this.#groups.values()) {
      for (const family of group.families.values()) {
        if (family.sampleMs + config.repeat_interval > nowMs) continue
        family.sampleMs = nowMs
        this.#queue(family, nowMs)
        for (const { ref } of family.series.values()) this.#parts.keep(ref)
        count += family.series.size
      }
    }
    if (count === 0) return
    await appender.commit()
    this.#events.repeated(count)
  }

  async #expire(): Promise<void> {
    const { clock, config } = this.#parts
    if (config.expire_after === 0) return
    const sinceMs = clock.now() - config.expire_after
    const old = [...this.#groups].filter(
      ([, { pushedMs, failedMs }]) => Math.max(pushedMs, failedMs) <= sinceMs,
    )
    if (old.length === 0) return
    await this.#remove(old)
    this.#events.expired(old.length)
  }
}

/** `push_time_seconds` or its sister, which each group has. */
function timeFamily(name: string, grouping: Grouping, timeMs: number): PushedFamily {
  const labels = Labels.fromFlat([METRIC_NAME, name, ...[...grouping].flat()])
  const series = [{ labels, value: timeMs / 1000, native: undefined, exemplars: [] }]
  return { name, type: 'gauge', help: HELP[name]!, unit: '', series }
}

/** Whether the gateway itself gives a metric to each group. */
function isOwn(name: string): boolean {
  return name === PUSH_TIME || name === FAILURE_TIME
}

function seriesCount(families: Iterable<HeldFamily>): number {
  let count = 0
  for (const { series } of families) count += series.size
  return count
}

function outcomeOf(result: CommitResult, tooLong: PushedPage['tooLong']): PushOutcome {
  const histograms = result.histograms ?? 0
  const { rejected } = result
  const long = tooLong.count === 0 ? 0 : tooLong.count + (rejected.label_limit ?? 0)
  return {
    samples: result.appended - histograms,
    histograms,
    exemplars: result.exemplars ?? 0,
    rejected: long === 0 ? rejected : { ...rejected, label_limit: long },
    example: result.example || tooLong.example,
  }
}
