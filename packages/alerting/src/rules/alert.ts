import { type Alert, Labels, type Threshold, WeirError } from '@weir/model'
import { formatFloat, queryEscape } from '@weir/template'
import type { AlertingRuleSpec } from './config.ts'
import { type Evaluation, RuleReport } from './evaluation.ts'
import { type Comparison, comparisonOf } from './evidence.ts'
import { linesBehind, logComparison } from './log-expr.ts'
import { FlapWatch } from './flapping.ts'
import { LEVEL_LABEL, Levels } from './levels.ts'
import { type Missing, MissingElements } from './missing.ts'
import { type AlertSeries, samplesOf } from './alert-series.ts'
import { Identities } from './identities.ts'
import type { SeriesTracker } from './series-tracker.ts'
import type { StateMark } from './state-mark.ts'
import { expandTexts } from './texts.ts'
import type { QuerySample } from './source.ts'
import type { ActiveAlertView, AlertState } from './view.ts'

/** How long a resolved alert is remembered, so that its end is handed on even after a restart. */
const RESOLVED_RETENTION_MS = 15 * 60_000

/** An alert of a rule: `inactive` means resolved a short while ago. */
interface ActiveAlert {
  readonly labels: Labels
  annotations: Labels
  value: number
  state: AlertState
  readonly activeAtMs: number
  firedAtMs: number | null
  resolvedAtMs: number | null
  keepFiringSinceMs: number | null
  lastSentMs: number | null
  /** Since when it fires without data. */
  noDataSinceMs: number | null
  /** Why it fires although its condition no longer holds. */
  heldBy: 'reset' | 'flapping' | null
  /** Whether its level has held for long enough; undefined: `for` of the rule decides. */
  isRipe: boolean | undefined
  /** What is odd about it, as an annotation says it to people; '' for nothing. */
  note: string
  series: AlertSeries | undefined
}

/** An element of the answer, or what stands in its place. */
interface Element extends QuerySample {
  /** Set when it has a level. */
  readonly grade?: { readonly sinceMs: number; readonly isRipe: boolean }
  /** Set when it stands for one that lost its data. */
  readonly noDataSinceMs?: number
}

/** The annotation that Weir adds where something is odd about an alert. */
const NOTE_ANNOTATION = 'weir_note'

/** What of an alert is kept on disk. */
export interface StoredAlert {
  readonly labels: readonly string[]
  readonly annotations: readonly string[]
  readonly value: number | string
  readonly state: AlertState
  readonly activeAtMs: number
  readonly firedAtMs: number | null
  readonly resolvedAtMs: number | null
  readonly keepFiringSinceMs: number | null
  readonly noDataSinceMs?: number
  readonly note?: string
  /** Its last states, of a rule that watches for flapping. */
  readonly flaps?: string
}

/**
 * A rule that raises alerts. Each element of the answer is one alert, known by its labels:
 *
 *     (nothing) ──element──▶ pending ──true for `for`──▶ firing ──element gone──▶ inactive ──15 min──▶ (nothing)
 *                  └────────element gone──▶ (nothing)      └─ stays firing within keep_firing_for
 *
 * Weir's own keys add reasons to stay firing: no data (`missing`), a reset that does not hold, flapping;
 * and levels, where an element is another alert at each level, and `levels` says when it fires.
 *
 * @see prometheus:rules/alerting.go
 */
export class AlertingRule {
  readonly spec: AlertingRuleSpec
  readonly series: SeriesTracker
  readonly report = new RuleReport()
  #active = new Map<string, ActiveAlert>()
  /** Read when the first alert is handed on: most rules never raise one. */
  #comparison: Comparison | undefined
  #generatorUrl: string | undefined
  readonly #identities: Identities
  readonly #missing: MissingElements
  readonly #levels: Levels | undefined
  readonly #flaps: FlapWatch | undefined

  constructor(spec: AlertingRuleSpec, series: SeriesTracker) {
    this.spec = spec
    this.series = series
    this.#identities = new Identities(spec)
    this.#missing = new MissingElements(spec)
    this.#levels = spec.levels.length === 0 ? undefined : new Levels(spec.levels)
    this.#flaps = spec.flapping === undefined ? undefined : new FlapWatch(spec.flapping)
  }

  /** Whether there is any alert, or one that was resolved a short while ago. */
  get hasAlerts(): boolean {
    return this.#active.size > 0
  }

  get state(): AlertState {
    const states = new Set([...this.#active.values()].map((alert) => alert.state))
    return states.has('firing') ? 'firing' : states.has('pending') ? 'pending' : 'inactive'
  }

  /**
   * Whether an answer leaves everything as it is: nothing was found and nothing was there. That is how
   * most rules are most of the time, and then there is nothing to wait for.
   */
  isUntouchedBy(answer: readonly QuerySample[], at: Evaluation): boolean {
    return (
      answer.length === 0 &&
      this.#active.size === 0 &&
      this.series.isEmpty &&
      this.#levels === undefined &&
      this.#flaps === undefined &&
      at.noDataOf(this.spec).mode !== 'alert'
    )
  }

  async evaluate(at: Evaluation): Promise<void> {
    const answer = await at.answerTo(this.spec)
    const graded = await this.#grade(answer, at)
    const found = await this.#identify([...graded, ...(await this.#lost(answer, at))], at)
    const why = await this.#whyMissing(found, { answer, graded }, at) // the last that may fail
    if (this.#levels === undefined) this.#noteStates(graded)
    for (const [key, element] of found) {
      const known = this.#active.get(key)
      if (known === undefined || known.state === 'inactive') {
        this.#active.set(key, element)
        continue
      }
      known.isRipe = element.isRipe
      known.noDataSinceMs = element.noDataSinceMs
      known.note = element.note
      if (element.noDataSinceMs !== null) continue // the last value and its text stay
      known.value = element.value
      known.annotations = element.annotations
    }
    for (const [key, alert] of this.#active) {
      if (!this.#advance(alert, found.has(key), why.get(key), at.timeMs)) this.#active.delete(key)
    }
    const active = [...this.#active.values()].filter((alert) => alert.state !== 'inactive')
    this.#levels?.keepOnly(new Set(active.map(({ labels }) => this.#missing.keyOf(labels))))
    if (at.limit > 0 && active.length > at.limit) {
      this.#active.clear()
      throw new WeirError(
        'RULE_FAILED',
        `exceeded limit of ${at.limit} with ${active.length} alerts`,
      )
    }
    await this.series.write(active.flatMap(samplesOf), at.queryTimeMs)
  }

  /** The answer with levels, where the rule has some. */
  async #grade(answer: readonly QuerySample[], at: Evaluation): Promise<readonly Element[]> {
    if (this.#levels === undefined) return answer
    const keyOf = ({ labels }: QuerySample): string => this.#missing.keyOf(labels)
    const graded = await this.#levels.grade(answer, keyOf, at, this.#flaps)
    return [...graded.values()].map(({ sample, level, sinceMs, isRipe }) => ({
      ...sample,
      labels: sample.labels.with(LEVEL_LABEL, level.name),
      grade: { sinceMs, isRipe },
    }))
  }

  async #lost(answer: readonly QuerySample[], at: Evaluation): Promise<Element[]> {
    const lost = await this.#missing.lost(answer, at)
    return lost.map(({ sample, sinceMs }) => {
      const level = this.#levels?.present(this.#missing.keyOf(sample.labels)) ?? this.spec.levels[0]
      const labels =
        level === undefined ? sample.labels : sample.labels.with(LEVEL_LABEL, level.name)
      return { ...sample, labels, noDataSinceMs: sinceMs }
    })
  }

  async #whyMissing(
    found: ReadonlyMap<string, ActiveAlert>,
    {
      answer,
      graded,
    }: { readonly answer: readonly QuerySample[]; readonly graded: readonly Element[] },
    at: Evaluation,
  ): Promise<ReadonlyMap<string, Missing>> {
    const missing = new Map(
      [...this.#active].filter(([key, { state }]) => state === 'firing' && !found.has(key)),
    )
    const why = new Map(await this.#missing.why(missing, answer, at))
    if (this.#levels === undefined || missing.size === 0) return why
    const levels = new Map(
      graded.map(({ labels }) => [this.#missing.keyOf(labels), labels.get(LEVEL_LABEL)]),
    )
    for (const [key, { labels }] of missing) {
      const level = levels.get(this.#missing.keyOf(labels))
      if (level !== undefined) why.set(key, { kind: 'over', why: `now ${level}` })
    }
    return why
  }

  /** For flapping: whether each element is there. What has no data is left as it was. */
  #noteStates(elements: readonly Element[]): void {
    this.#flaps?.note(new Map(elements.map(({ labels }) => [this.#missing.keyOf(labels), 1])))
  }

  #isFlapping({ labels }: ActiveAlert): boolean {
    return this.#flaps?.isFlapping(this.#missing.keyOf(labels)) === true
  }

  /** The elements of an answer as new alerts, by identity. */
  async #identify(answer: readonly Element[], at: Evaluation): Promise<Map<string, ActiveAlert>> {
    const found = new Map<string, ActiveAlert>()
    for (const sample of answer) {
      const known = this.#identities.of(sample, at)
      const labels = known instanceof Promise ? await known : known
      if (found.has(labels.key())) {
        throw new WeirError(
          'RULE_FAILED',
          'vector contains metrics with the same labelset after applying alert labels',
        )
      }
      const noDataSinceMs = sample.noDataSinceMs ?? null
      const texts = expandTexts(this.spec.annotations, sample, at)
      found.set(labels.key(), {
        labels,
        annotations: Labels.fromFlat(texts instanceof Promise ? await texts : texts),
        value: sample.value,
        state: 'pending',
        activeAtMs: sample.grade?.sinceMs ?? at.timeMs,
        firedAtMs: null,
        resolvedAtMs: null,
        keepFiringSinceMs: null,
        lastSentMs: null,
        noDataSinceMs,
        heldBy: null,
        isRipe: sample.grade?.isRipe,
        note: noDataSinceMs === null ? '' : noDataNote(noDataSinceMs),
        series: undefined,
      })
    }
    this.#identities.turn()
    return found
  }

  /** Moves an alert one evaluation on; false when it is to be forgotten. */
  #advance(alert: ActiveAlert, isThere: boolean, why: Missing | undefined, nowMs: number): boolean {
    if (isThere) {
      alert.keepFiringSinceMs = null
      alert.heldBy = null
    } else if (alert.state === 'pending') {
      return false
    } else if (alert.state === 'inactive') {
      return nowMs - (alert.resolvedAtMs ?? nowMs) <= RESOLVED_RETENTION_MS
    } else if (!this.#isHeld(alert, why, nowMs)) {
      alert.state = 'inactive'
      alert.resolvedAtMs = nowMs
      return true
    }
    const isLongEnough = alert.isRipe ?? nowMs - alert.activeAtMs >= this.spec.forMs
    if (alert.state === 'pending' && isLongEnough) {
      alert.state = 'firing'
      alert.firedAtMs = nowMs
    } else if (alert.state === 'firing' && !isLongEnough && isThere) {
      alert.state = 'pending' // `for` has grown since
      alert.firedAtMs = null
    }
    return true
  }

  /** Whether an alert without an element goes on firing. */
  #isHeld(alert: ActiveAlert, why: Missing | undefined, nowMs: number): boolean {
    const hadNoData = alert.noDataSinceMs
    Object.assign(alert, { noDataSinceMs: null, heldBy: null, note: '' })
    if (why?.kind === 'no_data') {
      alert.noDataSinceMs = hadNoData ?? nowMs
      alert.note = noDataNote(alert.noDataSinceMs)
      return true
    }
    if (why?.kind === 'reset') {
      alert.heldBy = 'reset'
      return true
    }
    if (why?.kind === 'over' && why.why !== '') {
      alert.note = why.why
      return false
    }
    if (this.#isFlapping(alert)) {
      alert.heldBy = 'flapping'
      return true
    }
    return this.#isKeptFiring(alert, nowMs)
  }

  #isKeptFiring(alert: ActiveAlert, nowMs: number): boolean {
    if (this.spec.keepFiringForMs === 0) return false
    alert.keepFiringSinceMs ??= nowMs
    return nowMs - alert.keepFiringSinceMs < this.spec.keepFiringForMs
  }

  /** Ends all alerts, and says why. */
  end(nowMs: number, note: string): void {
    for (const [key, alert] of this.#active) {
      if (alert.state === 'pending') this.#active.delete(key)
      if (alert.state !== 'firing') continue
      Object.assign(alert, { state: 'inactive', resolvedAtMs: nowMs, note })
    }
  }

  /** Alerts to hand on now: new ones, ended ones, and what was not handed on for a while. */
  due(nowMs: number, resendDelayMs: number): Due[] {
    return [...this.#active.values()]
      .filter((alert) => alert.state !== 'pending' && isDue(alert, nowMs, resendDelayMs))
      .map((alert) => ({
        alert,
        isRepeatedEnd: wasEndSent(alert),
        wasSent: () => {
          alert.lastSentMs = nowMs
        },
      }))
  }

  /** An alert as others see it. */
  toAlert(
    { labels, annotations, value, firedAtMs, activeAtMs, resolvedAtMs, note }: ActiveAlert,
    options: {
      readonly validUntilMs: number
      readonly externalUrl: string
      readonly externalLabels: Labels
    },
  ): Alert {
    const { externalLabels, externalUrl, validUntilMs } = options
    const { expr, source } = this.spec
    this.#generatorUrl ??= externalUrl + pathOf(this.spec)
    this.#comparison ??= source === 'logs' ? logComparison(expr) : comparisonOf(expr)
    const asked = source === 'logs' ? { expr, source } : { expr }
    return {
      labels:
        externalLabels.size === 0
          ? labels
          : Labels.fromFlat([...externalLabels.flat, ...labels.flat]),
      annotations: note === '' ? annotations : annotations.with(NOTE_ANNOTATION, note),
      startsAtMs: firedAtMs ?? activeAtMs,
      endsAtMs: resolvedAtMs ?? validUntilMs,
      generatorUrl: this.#generatorUrl,
      evidence: { ...asked, value, ...this.#comparison, ...this.#thresholdOf(labels) },
    }
  }

  /** What a level compares the value with. */
  #thresholdOf(labels: Labels): { readonly threshold?: Threshold } {
    const level = this.spec.levels.find(({ name }) => name === labels.get(LEVEL_LABEL))
    if (level?.when.kind !== 'compare') return {}
    const { operator, value } = level.when
    return { threshold: { operator, value } }
  }

  views(): ActiveAlertView[] {
    return [...this.#active.values()]
      .filter((alert) => alert.state !== 'inactive')
      .toSorted((a, b) => b.activeAtMs - a.activeAtMs)
      .map((alert) => ({
        labels: alert.labels.toJSON(),
        annotations: alert.annotations.toJSON(),
        state: alert.state,
        activeAt: new Date(alert.activeAtMs).toISOString(),
        ...(alert.keepFiringSinceMs === null
          ? {}
          : { keepFiringSince: new Date(alert.keepFiringSinceMs).toISOString() }),
        ...(alert.noDataSinceMs === null
          ? {}
          : { noDataSince: new Date(alert.noDataSinceMs).toISOString() }),
        ...(alert.heldBy === null ? {} : { heldBy: alert.heldBy }),
        ...(this.#isFlapping(alert) ? { isFlapping: true } : {}),
        value: formatFloat(alert.value, 'e', -1),
      }))
  }

  /** Takes in everything that {@link store} gives but values and their texts, which change all the time. */
  markState(mark: StateMark): void {
    for (const alert of this.#active.values()) {
      mark.text(alert.labels.key())
      mark.text(alert.state)
      mark.number(alert.activeAtMs)
      mark.number(alert.firedAtMs)
      mark.number(alert.resolvedAtMs)
      mark.number(alert.keepFiringSinceMs)
      mark.number(alert.noDataSinceMs)
      mark.text(alert.note)
      if (this.#flaps !== undefined) {
        mark.text(this.#flaps.stored(this.#missing.keyOf(alert.labels)))
      }
    }
  }

  store(): StoredAlert[] {
    return [...this.#active.values()].map((alert) => ({
      labels: alert.labels.flat,
      annotations: alert.annotations.flat,
      value: Number.isFinite(alert.value) ? alert.value : String(alert.value),
      state: alert.state,
      activeAtMs: alert.activeAtMs,
      firedAtMs: alert.firedAtMs,
      resolvedAtMs: alert.resolvedAtMs,
      keepFiringSinceMs: alert.keepFiringSinceMs,
      ...(alert.noDataSinceMs === null ? {} : { noDataSinceMs: alert.noDataSinceMs }),
      ...(alert.note === '' ? {} : { note: alert.note }),
      ...(this.#flaps === undefined
        ? {}
        : { flaps: this.#flaps.stored(this.#missing.keyOf(alert.labels)) }),
    }))
  }

  /**
   * Takes up alerts of an earlier life. Time that nobody was watching does not count towards `for`:
   * pending alerts begin that much later.
   */
  restore(stored: readonly StoredAlert[], unwatchedMs: number): void {
    for (const { flaps, ...alert } of stored) {
      const labels = Labels.fromFlat(alert.labels)
      const isPending = alert.state === 'pending'
      if (flaps !== undefined) this.#flaps?.restore(this.#missing.keyOf(labels), flaps)
      this.#active.set(labels.key(), {
        ...alert,
        labels,
        annotations: Labels.fromFlat(alert.annotations),
        value: Number(alert.value),
        activeAtMs: alert.activeAtMs + (isPending ? unwatchedMs : 0),
        lastSentMs: null,
        noDataSinceMs: alert.noDataSinceMs ?? null,
        heldBy: null,
        isRipe: undefined,
        note: alert.note ?? '',
        series: undefined,
      })
    }
    this.#restoreLevels()
    const active = [...this.#active.values()].filter((alert) => alert.state !== 'inactive')
    this.series.seed(active.flatMap(samplesOf).map(({ labels }) => labels))
  }

  /** Goes on where another rule of the same name and labels stopped. */
  takeOver(old: AlertingRule): void {
    this.#active = old.#active
    this.#missing.takeOver(old.#missing)
    if (old.#flaps !== undefined) this.#flaps?.takeOver(old.#flaps)
    this.#restoreLevels()
    this.series.seed(old.series.labels())
  }

  #restoreLevels(): void {
    for (const { labels, state, activeAtMs } of this.#active.values()) {
      if (state === 'inactive') continue
      this.#levels?.restore(this.#missing.keyOf(labels), {
        name: labels.get(LEVEL_LABEL),
        sinceMs: activeAtMs,
        isFiring: state === 'firing',
      })
    }
  }
}

export interface Due {
  readonly alert: ActiveAlert
  /** An end that was handed on already, for those who may have missed it. */
  readonly isRepeatedEnd: boolean
  wasSent(): void
}

/** Where on the page one sees what a rule looks at. */
function pathOf({ expr, source }: AlertingRuleSpec): string {
  if (source === 'logs') return `/logs?query=${queryEscape(linesBehind(expr))}`
  return `/graph?g0.expr=${queryEscape(expr)}&g0.tab=1`
}

function noDataNote(sinceMs: number): string {
  return `no data since ${new Date(sinceMs).toISOString().replace(/\.\d+/, '')}`
}

function isDue(alert: ActiveAlert, nowMs: number, resendDelayMs: number): boolean {
  const { lastSentMs, resolvedAtMs } = alert
  if (lastSentMs === null || lastSentMs + resendDelayMs <= nowMs) return true
  return resolvedAtMs !== null && !wasEndSent(alert)
}

function wasEndSent({ lastSentMs, resolvedAtMs }: ActiveAlert): boolean {
  return lastSentMs !== null && resolvedAtMs !== null && lastSentMs >= resolvedAtMs
}
