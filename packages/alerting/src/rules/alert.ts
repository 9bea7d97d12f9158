import { type Alert, Labels, METRIC_NAME, WeirError } from '@weir/model'
import { formatFloat } from '../template/go-float.ts'
import { queryEscape } from '../template/builtins.ts'
import type { AlertingRuleSpec, TemplatedText } from './config.ts'
import { type Evaluation, RuleReport } from './evaluation.ts'
import { type Comparison, comparisonOf } from './evidence.ts'
import type { SeriesTracker } from './series-tracker.ts'
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
}

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
}

/**
 * A rule that raises alerts. Each element of the answer is one alert, known by its labels:
 *
 *     (nothing) ──element──▶ pending ──true for `for`──▶ firing ──element gone──▶ inactive ──15 min──▶ (nothing)
 *                  └────────element gone──▶ (nothing)      └─ stays firing within keep_firing_for
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

  constructor(spec: AlertingRuleSpec, series: SeriesTracker) {
    this.spec = spec
    this.series = series
  }

  get state(): AlertState {
    const states = new Set([...this.#active.values()].map((alert) => alert.state))
    return states.has('firing') ? 'firing' : states.has('pending') ? 'pending' : 'inactive'
  }

  async evaluate(at: Evaluation): Promise<void> {
    const answer = await at.query(this.spec.expr, at.queryTimeMs, at.signal)
    const found = await this.#identify(answer, at)
    for (const [key, element] of found) {
      const known = this.#active.get(key)
      if (known !== undefined && known.state !== 'inactive') {
        known.value = element.value
        known.annotations = element.annotations
      } else {
        this.#active.set(key, element)
      }
    }
    for (const [key, alert] of this.#active) {
      if (!this.#advance(alert, found.has(key), at.timeMs)) this.#active.delete(key)
    }
    const active = [...this.#active.values()].filter((alert) => alert.state !== 'inactive')
    if (at.limit > 0 && active.length > at.limit) {
      this.#active.clear()
      throw new WeirError(
        'RULE_FAILED',
        `exceeded limit of ${at.limit} with ${active.length} alerts`,
      )
    }
    await this.series.write(
      active.flatMap((alert) => this.#samplesOf(alert)),
      at.queryTimeMs,
    )
  }

  /** The elements of an answer as new alerts, by identity. */
  async #identify(
    answer: readonly QuerySample[],
    at: Evaluation,
  ): Promise<Map<string, ActiveAlert>> {
    const found = new Map<string, ActiveAlert>()
    for (const sample of answer) {
      const flat = sample.labels.without(NAME).flat
      const labels = Labels.fromFlat([
        ...flat,
        ...(await expandAll(this.spec.labels, sample, at)),
        'alertname',
        this.spec.name,
      ])
      if (found.has(labels.key())) {
        throw new WeirError(
          'RULE_FAILED',
          'vector contains metrics with the same labelset after applying alert labels',
        )
      }
      found.set(labels.key(), {
        labels,
        annotations: Labels.fromFlat(await expandAll(this.spec.annotations, sample, at)),
        value: sample.value,
        state: 'pending',
        activeAtMs: at.timeMs,
        firedAtMs: null,
        resolvedAtMs: null,
        keepFiringSinceMs: null,
        lastSentMs: null,
      })
    }
    return found
  }

  /** Moves an alert one evaluation on; false when it is to be forgotten. */
  #advance(alert: ActiveAlert, isThere: boolean, nowMs: number): boolean {
    if (isThere) {
      alert.keepFiringSinceMs = null
    } else if (alert.state === 'pending') {
      return false
    } else if (alert.state === 'inactive') {
      return nowMs - (alert.resolvedAtMs ?? nowMs) <= RESOLVED_RETENTION_MS
    } else if (!this.#isKeptFiring(alert, nowMs)) {
      alert.state = 'inactive'
      alert.resolvedAtMs = nowMs
      return true
    }
    const isLongEnough = nowMs - alert.activeAtMs >= this.spec.forMs
    if (alert.state === 'pending' && isLongEnough) {
      alert.state = 'firing'
      alert.firedAtMs = nowMs
    } else if (alert.state === 'firing' && !isLongEnough && isThere) {
      alert.state = 'pending' // `for` has grown since
      alert.firedAtMs = null
    }
    return true
  }

  #isKeptFiring(alert: ActiveAlert, nowMs: number): boolean {
    if (this.spec.keepFiringForMs === 0) return false
    alert.keepFiringSinceMs ??= nowMs
    return nowMs - alert.keepFiringSinceMs < this.spec.keepFiringForMs
  }

  #samplesOf(alert: ActiveAlert): QuerySample[] {
    return [
      {
        labels: alert.labels.with(METRIC_NAME, 'ALERTS').with('alertstate', alert.state),
        value: 1,
      },
      {
        labels: alert.labels.with(METRIC_NAME, 'ALERTS_FOR_STATE'),
        value: Math.trunc(alert.activeAtMs / 1000),
      },
    ]
  }

  /** Alerts to hand on now: new ones, ended ones, and firing ones not handed on for a while. */
  due(nowMs: number, resendDelayMs: number): Due[] {
    return [...this.#active.values()]
      .filter((alert) => alert.state !== 'pending' && isDue(alert, nowMs, resendDelayMs))
      .map((alert) => ({
        alert,
        wasSent: () => {
          alert.lastSentMs = nowMs
        },
      }))
  }

  /** An alert as others see it. */
  toAlert(
    { labels, annotations, value, firedAtMs, activeAtMs, resolvedAtMs }: ActiveAlert,
    options: {
      readonly validUntilMs: number
      readonly externalUrl: string
      readonly externalLabels: Labels
    },
  ): Alert {
    const { externalLabels, externalUrl, validUntilMs } = options
    const { expr } = this.spec
    this.#comparison ??= comparisonOf(expr)
    return {
      labels: Labels.fromFlat([...externalLabels.flat, ...labels.flat]),
      annotations,
      startsAtMs: firedAtMs ?? activeAtMs,
      endsAtMs: resolvedAtMs ?? validUntilMs,
      generatorUrl: `${externalUrl}/graph?g0.expr=${queryEscape(expr)}&g0.tab=1`,
      evidence: { expr, value, ...this.#comparison },
    }
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
        value: formatFloat(alert.value, 'e', -1),
      }))
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
    }))
  }

  /**
   * Takes up alerts of an earlier life. Time that nobody was watching does not count towards `for`:
   * pending alerts begin that much later.
   */
  restore(stored: readonly StoredAlert[], unwatchedMs: number): void {
    for (const alert of stored) {
      const labels = Labels.fromFlat(alert.labels)
      const isPending = alert.state === 'pending'
      this.#active.set(labels.key(), {
        ...alert,
        labels,
        annotations: Labels.fromFlat(alert.annotations),
        value: Number(alert.value),
        activeAtMs: alert.activeAtMs + (isPending ? unwatchedMs : 0),
        lastSentMs: null,
      })
    }
    const active = [...this.#active.values()].filter((alert) => alert.state !== 'inactive')
    this.series.seed(active.flatMap((alert) => this.#samplesOf(alert)).map(({ labels }) => labels))
  }

  /** Goes on where another rule of the same name and labels stopped. */
  takeOver(old: AlertingRule): void {
    this.#active = old.#active
    this.series.seed(old.series.labels())
  }
}

export interface Due {
  readonly alert: ActiveAlert
  wasSent(): void
}

const NAME = new Set([METRIC_NAME])

function isDue(alert: ActiveAlert, nowMs: number, resendDelayMs: number): boolean {
  if (alert.lastSentMs === null) return true
  if (alert.resolvedAtMs !== null) return alert.resolvedAtMs > alert.lastSentMs
  return alert.lastSentMs + resendDelayMs <= nowMs
}

async function expandAll(
  texts: ReadonlyMap<string, TemplatedText>,
  sample: QuerySample,
  at: Evaluation,
): Promise<string[]> {
  const flat: string[] = []
  for (const [name, { template }] of texts) {
    flat.push(name, await template.expand({ ...sample, ...at, timeMs: at.queryTimeMs }))
  }
  return flat
}
