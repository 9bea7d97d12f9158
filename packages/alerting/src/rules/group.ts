import {
  type Alert,
  type Appender,
  type Clock,
  type KeyValueChange,
  type KeyValueStore,
  type Labels,
  WeirError,
} from '@weir/model'
import type { AlertingEvents } from '../telemetry.ts'
import { AlertingRule, type Due, type StoredAlert } from './alert.ts'
import type { Rule, RuleGroup } from './config.ts'
import type { Duty } from './duty.ts'
import type { Evaluation } from './evaluation.ts'
import type { NoDataPolicy } from './no-data.ts'
import { RecordingRule } from './recording.ts'
import { SeriesTracker } from './series-tracker.ts'
import { SEEN_PREFIX, STATE_PREFIX, type StateVersion } from './shared-states.ts'
import { StateMark } from './state-mark.ts'
import { phaseOf } from './phase.ts'
import { independentRuns } from './runs.ts'
import type { QuerySample, RuleAlertSink, RuleQueries, RuleQuery } from './source.ts'
import type { GroupFigures, RuleGroupView, RuleView } from './view.ts'

/** What all groups share. */
export interface GroupContext {
  readonly query: RuleQuery
  readonly queries?: RuleQueries
  /** For rules that ask the log store; they fail where it is not there. */
  readonly logQuery?: RuleQuery
  readonly appender: Appender
  readonly store: KeyValueStore
  readonly clock: Clock
  readonly sink: RuleAlertSink
  readonly events: AlertingEvents
  readonly externalUrl: string
  readonly externalLabels: Labels
  readonly evaluationIntervalMs: number
  readonly queryOffsetMs: number
  readonly resendDelayMs: number
  /** What becomes of alerts without data when their rule does not say. */
  readonly noData: NoDataPolicy
  /** Where one Weir of several evaluates the rules. */
  readonly duty?: Duty
}

/** State of a group on disk. */
interface StoredGroup {
  /** Alerts by rule. */
  readonly rules: Readonly<Record<string, readonly StoredAlert[]>>
  /** Where other Weirs have it too. */
  readonly version?: StateVersion
}

/** How often a group is evaluated that does not say, when nobody else says either. */
export const EVALUATION_INTERVAL_MS = 60_000

const SEEN_EVERY_MS = 60_000
/** After a longer break, pending alerts start anew. */
const OUTAGE_TOLERANCE_MS = 3_600_000
const ZERO_TIME = '0001-01-01T00:00:00Z'

/** A rule at work: its state and the figures of its last evaluation. */
type LiveRule = AlertingRule | RecordingRule

/**
 * A rule group at work: every interval its rules are evaluated in order, each one's result written
 * before the next begins. An evaluation that overruns makes the ticks it covers misses, not a queue.
 */
export class LiveGroup {
  readonly spec: RuleGroup
  readonly key: string
  readonly intervalMs: number
  readonly #queryOffsetMs: number
  readonly #context: GroupContext
  readonly #rules: readonly { readonly id: string; readonly rule: LiveRule }[]
  #runs: readonly (readonly LiveRule[])[] | undefined
  readonly #stop = new AbortController()
  #left: LiveRule[] = []
  #running: Promise<void> | undefined
  #evaluatedMs: number | undefined
  #tookMs = 0
  #stored = ''
  /** Whether this group has ever been written to disk; undefined: not looked yet. */
  #isKept: boolean | undefined
  #storedMs = 0

  constructor(spec: RuleGroup, context: GroupContext) {
    this.spec = spec
    this.key = groupKey(spec)
    this.intervalMs = spec.intervalMs ?? context.evaluationIntervalMs
    this.#queryOffsetMs = spec.queryOffsetMs ?? context.queryOffsetMs
    this.#context = context
    this.#rules = withIds(spec.rules).map(({ id, rule }) => {
      const series = new SeriesTracker(context.appender, context.events, context.duty)
      return {
        id,
        rule:
          rule.kind === 'alerting'
            ? new AlertingRule(rule, series)
            : new RecordingRule(rule, series),
      }
    })
  }

  /**
   * Takes up the state on disk.
   *
   * @param gapMs for how long nobody evaluated, where that is known better than by the disk
   */
  restore(gapMs?: number): void {
    const stored = this.#context.store.get(STATE_PREFIX + this.key) as StoredGroup | undefined
    if (stored === undefined) return
    const seenMs = this.#context.store.get(SEEN_PREFIX + this.key) as number | undefined
    const unwatchedMs = gapMs ?? Math.max(this.#context.clock.now() - (seenMs ?? 0), 0)
    for (const { id, rule } of this.#rules) {
      const alerts = stored.rules[id]
      if (alerts === undefined || rule instanceof RecordingRule) continue
      const isTooOld = unwatchedMs > OUTAGE_TOLERANCE_MS
      rule.restore(
        alerts.filter((alert) => !(isTooOld && alert.state === 'pending')),
        unwatchedMs,
      )
    }
  }

  /** Goes on where an older version of this group stopped, rule by rule. */
  takeOver(old: LiveGroup): void {
    const known = new Map(old.#rules.map(({ id, rule }) => [id, rule]))
    for (const { id, rule } of this.#rules) {
      const before = known.get(id)
      known.delete(id)
      if (rule instanceof AlertingRule && before instanceof AlertingRule) rule.takeOver(before)
      if (rule instanceof RecordingRule && before instanceof RecordingRule) {
        rule.series.seed(before.series.labels())
      }
    }
    this.#left = [...known.values()]
  }

  /**
   * Ends the series of rules that the older version had and this one has not.
   *
   * @param note why their alerts end, when somebody wants them to; else they time out, as in Prometheus
   */
  async endLeft(note: string | undefined): Promise<void> {
    await this.#end(this.#left.splice(0), note)
  }

  async #end(rules: readonly LiveRule[], note: string | undefined): Promise<void> {
    const nowMs = this.#context.clock.now()
    const end = async (rule: LiveRule): Promise<void> => {
      if (note !== undefined && rule instanceof AlertingRule) {
        rule.end(nowMs, note)
        await this.#handOn(rule, nowMs)
      }
      // Where another Weir evaluates by now, they are its to end.
      if (this.#isOnDuty) await rule.series.write([], nowMs - this.#queryOffsetMs)
    }
    await Promise.all(rules.map(end))
  }

  start(): void {
    this.#running = this.#run().catch((cause: unknown) => {
      if (!this.#stop.signal.aborted) throw cause
    })
  }

  /** Stops after the evaluation under way. */
  async stop(): Promise<void> {
    this.#stop.abort(new Error('rule group stopped'))
    await this.#running
  }

  /** Lets go of all series: somebody else goes on writing them. After {@link stop}. */
  drop(): void {
    for (const { rule } of this.#rules) rule.series.drop()
  }

  /** Ends the series of a group that is no more, and forgets its state. */
  async forget(note: string | undefined): Promise<void> {
    await this.#end(
      this.#rules.map(({ rule }) => rule),
      note,
    )
    if (!this.#isOnDisk()) return
    await this.#context.store.write([
      { key: STATE_PREFIX + this.key, value: undefined },
      { key: SEEN_PREFIX + this.key, value: undefined },
    ])
  }

  async #run(): Promise<void> {
    const { clock, events } = this.#context
    const { signal } = this.#stop
    const offsetMs = phaseOf(this.key, this.intervalMs)
    let last: number | undefined
    while (!signal.aborted) {
      const now = clock.now()
      const tick = Math.floor((now - offsetMs) / this.intervalMs)
      if (last !== undefined && tick > last) {
        // The evaluation took us past one tick or more.
        events.iterationsMissed(this.key, tick - last)
      }
      const nextTick = tick + 1 === last ? last + 1 : tick + 1 // the timer woke us a little early
      const next = nextTick * this.intervalMs + offsetMs
      await clock.sleep(next - now, signal)
      last = nextTick
      await this.evaluate(next)
    }
  }

  /** Evaluates all rules at one time. Public for tests and for `rules test`. */
  async evaluate(timeMs: number): Promise<void> {
    const { clock } = this.#context
    const startMs = clock.monotonicMs()
    const runs = (this.#runs ??= independentRuns(
      this.#rules.map(({ rule }) => rule),
      ({ spec }) => spec,
    ))
    for (const run of runs) {
      if (!this.#isOnDuty) return
      await this.#evaluateRun(run, timeMs)
      if (this.#stop.signal.aborted) return
    }
    this.#evaluatedMs = timeMs
    this.#tookMs = clock.monotonicMs() - startMs
    await this.#save(timeMs)
  }

  /** Evaluates rules that do not need each other: asked in one go, written in one commit. */
  async #evaluateRun(run: readonly LiveRule[], timeMs: number): Promise<void> {
    const queryTimeMs = timeMs - this.#queryOffsetMs
    const exprs = run.flatMap(({ spec }) => (spec.source === 'logs' ? [] : [spec.expr]))
    const askMs = this.#context.clock.monotonicMs()
    const answers = exprs.length > 1 ? await this.#ask(exprs, queryTimeMs) : undefined
    // What it took to ask for all is split evenly: nobody counted it apart.
    const askedMs = (this.#context.clock.monotonicMs() - askMs) / run.length
    const { signal: stopped } = this.#stop
    const query: RuleQuery = (expr, atMs, signal) => {
      const known = atMs === queryTimeMs ? answers?.get(expr) : undefined
      if (known instanceof Error) return Promise.reject(known)
      if (known !== undefined) return Promise.resolve(known)
      return this.#context.query(expr, atMs, signal, this.#name)
    }
    const at: Evaluation = {
      timeMs,
      queryTimeMs,
      query,
      answerTo: ({ expr, source }) =>
        source === 'logs' ? this.#askLogs(expr, queryTimeMs) : query(expr, queryTimeMs, stopped),
      limit: this.spec.limit,
      externalLabels: this.#context.externalLabels,
      externalUrl: this.#context.externalUrl,
      noDataOf: ({ noData, noDataForMs }) => ({
        mode: noData ?? this.#context.noData.mode,
        forMs: noDataForMs ?? this.#context.noData.forMs,
      }),
      signal: stopped,
    }
    this.#context.events.rulesEvaluated(this.key, run.length)
    const left = run.filter((rule) => {
      const answer = rule.spec.source === 'logs' ? undefined : answers?.get(rule.spec.expr)
      if (answer === undefined || answer instanceof Error || rule instanceof RecordingRule)
        return true
      if (!rule.isUntouchedBy(answer, at)) return true
      rule.report.ok(timeMs, askedMs)
      return false
    })
    if (left.length > 0) {
      await Promise.all(left.map((rule) => this.#evaluateRule(rule, at, askedMs)))
    }
  }

  get #name(): { readonly file: string; readonly name: string } {
    return { file: this.spec.file, name: this.spec.name }
  }

  async #askLogs(expr: string, timeMs: number): Promise<readonly QuerySample[]> {
    const { logQuery } = this.#context
    if (logQuery === undefined) throw new WeirError('RULE_FAILED', 'there is no log store to ask')
    return logQuery(expr, timeMs, this.#stop.signal, this.#name)
  }

  /** Answers by expression; undefined when they have to be asked for one by one. */
  async #ask(
    exprs: readonly string[],
    timeMs: number,
  ): Promise<ReadonlyMap<string, readonly QuerySample[] | Error> | undefined> {
    const { signal } = this.#stop
    try {
      const answers = await this.#context.queries?.(exprs, timeMs, signal, this.#name)
      return answers && new Map(exprs.map((expr, i) => [expr, answers[i]!]))
    } catch {
      // One of them took too long, or its thread's memory: alone, it alone fails.
      return undefined
    }
  }

  /** @param askedMs what its answer took, where it is there already */
  async #evaluateRule(rule: LiveRule, at: Evaluation, askedMs: number): Promise<void> {
    const { clock, events } = this.#context
    const startMs = clock.monotonicMs() - askedMs
    try {
      await rule.evaluate(at)
      rule.report.ok(at.timeMs, clock.monotonicMs() - startMs)
    } catch (cause) {
      if (at.signal.aborted || !this.#isOnDuty) return
      const error = cause instanceof Error ? cause.message : String(cause)
      rule.report.failed(at.timeMs, clock.monotonicMs() - startMs, error)
      events.ruleFailed({ group: this.key, rule: rule.spec.name }, error)
    }
    if (rule instanceof AlertingRule) await this.#handOn(rule, at.timeMs)
  }

  get #isOnDuty(): boolean {
    return this.#context.duty?.isOnDuty ?? true
  }

  async #handOn(rule: AlertingRule, timeMs: number): Promise<void> {
    if (!this.#isOnDuty) return
    const { resendDelayMs, externalUrl, externalLabels, sink, events } = this.#context
    const due = rule.due(timeMs, resendDelayMs)
    if (due.length === 0) return
    const validUntilMs = timeMs + 4 * Math.max(this.intervalMs, resendDelayMs)
    const options = { validUntilMs, externalUrl, externalLabels }
    const alertsOf = (some: readonly Due[]): Alert[] =>
      some.map(({ alert }) => rule.toAlert(alert, options))
    const news = due.filter(({ isRepeatedEnd }) => !isRepeatedEnd)
    try {
      if (news.length > 0) await sink.receive(alertsOf(news))
      if (news.length < due.length) {
        await sink.repeatEnds?.(alertsOf(due.filter(({ isRepeatedEnd }) => isRepeatedEnd)))
      }
      for (const one of due) one.wasSent()
    } catch (cause) {
      events.storeFailed('alerts', String(cause)) // still due: the next evaluation tries again
    }
  }

  async #save(timeMs: number): Promise<void> {
    if (!this.#mayHaveAlerts() || !this.#isOnDuty) return
    const mark = new StateMark()
    for (const { id, rule } of this.#rules) {
      if (!(rule instanceof AlertingRule)) continue
      mark.text(id)
      rule.markState(mark)
    }
    const isNew = mark.value !== this.#stored
    const isOld = timeMs - this.#storedMs >= SEEN_EVERY_MS
    if (!isNew && !isOld) return
    const seen = { key: SEEN_PREFIX + this.key, value: timeMs }
    try {
      await this.#context.store.write(isNew ? [seen, this.#stateChange(timeMs)] : [seen])
      if (isNew) this.#context.duty?.kept(this.key)
      this.#stored = mark.value
      this.#storedMs = timeMs
      this.#isKept = this.#hasAlerts()
    } catch (cause) {
      this.#context.events.storeFailed('rules', String(cause)) // next evaluation tries again
    }
  }

  #stateChange(timeMs: number): KeyValueChange {
    const { duty } = this.#context
    const rules = Object.fromEntries(
      this.#rules.flatMap(({ id, rule }) =>
        rule instanceof AlertingRule ? [[id, rule.store()] as const] : [],
      ),
    )
    const value: StoredGroup = {
      rules,
      ...(duty === undefined ? {} : { version: { term: duty.term, atMs: timeMs } }),
    }
    return { key: STATE_PREFIX + this.key, value }
  }

  #hasAlerts(): boolean {
    return this.#rules.some(({ rule }) => rule instanceof AlertingRule && rule.hasAlerts)
  }

  /** Whether there is anything to keep, or something on disk that no longer holds. */
  #mayHaveAlerts(): boolean {
    if ((this.#isKept ??= this.#isOnDisk())) return true
    return this.#hasAlerts()
  }

  #isOnDisk(): boolean {
    return this.#context.store.get(STATE_PREFIX + this.key) !== undefined
  }

  figures(): GroupFigures {
    const { key, intervalMs } = this
    const ruleCount = this.#rules.length
    return { key, intervalMs, ruleCount, tookMs: this.#tookMs, evaluatedMs: this.#evaluatedMs }
  }

  view(): RuleGroupView {
    return {
      name: this.spec.name,
      file: this.spec.file,
      interval: this.intervalMs / 1000,
      limit: this.spec.limit,
      rules: this.#rules.map(({ rule }) => viewOf(rule)),
      evaluationTime: this.#tookMs / 1000,
      lastEvaluation: timeText(this.#evaluatedMs),
    }
  }
}

export function groupKey({ file, name }: Pick<RuleGroup, 'file' | 'name'>): string {
  return `${file};${name}`
}

/** Name and labels tell rules apart; equal ones are numbered. */
export function withIds(rules: readonly Rule[]): { readonly id: string; readonly rule: Rule }[] {
  const seen = new Map<string, number>()
  return rules.map((rule) => {
    const labels = [...rule.labels].map(([name, value]) => [
      name,
      typeof value === 'string' ? value : value.text,
    ])
    const base = `${rule.kind} ${rule.name} ${JSON.stringify(labels)}`
    const count = seen.get(base) ?? 0
    seen.set(base, count + 1)
    return { id: count === 0 ? base : `${base} ${count}`, rule }
  })
}

function timeText(timeMs: number | undefined): string {
  return timeMs === undefined ? ZERO_TIME : new Date(timeMs).toISOString()
}

function viewOf(rule: LiveRule): RuleView {
  const { report, spec } = rule
  const shared = {
    name: spec.name,
    query: spec.expr,
    ...(spec.source === 'logs' ? { source: spec.source } : {}),
    health: report.health,
    ...(report.lastError === '' ? {} : { lastError: report.lastError }),
    evaluationTime: report.tookMs / 1000,
    lastEvaluation: timeText(report.evaluatedMs),
  }
  if (rule instanceof RecordingRule) {
    const removed = Object.fromEntries([...rule.spec.removedLabels].map((name) => [name, '']))
    const labels = { ...rule.spec.labels.toJSON(), ...removed }
    return { ...shared, ...(Object.keys(labels).length === 0 ? {} : { labels }), type: 'recording' }
  }
  const texts = (all: ReadonlyMap<string, { readonly text: string }>): Record<string, string> =>
    Object.fromEntries([...all].map(([name, { text }]) => [name, text]))
  return {
    ...shared,
    labels: texts(rule.spec.labels),
    annotations: texts(rule.spec.annotations),
    state: rule.state,
    duration: rule.spec.forMs / 1000,
    keepFiringFor: rule.spec.keepFiringForMs / 1000,
    alerts: rule.views(),
    type: 'alerting',
  }
}
