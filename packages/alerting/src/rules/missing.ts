import type { Labels } from '@weir/model'
import { formatDuration } from '@weir/promql'
import { ConditionAnswers } from './condition.ts'
import type { AlertingRuleSpec } from './config.ts'
import type { Evaluation } from './evaluation.ts'
import { LEVEL_LABEL } from './levels.ts'
import { Lost, endedTargets } from './no-data.ts'
import type { QuerySample } from './source.ts'
import { type Watched, watchedOf } from './watched.ts'

/** Why a firing alert has no element any more. */
export type Missing =
  /** It is held: its data is gone. */
  | { readonly kind: 'no_data' }
  /** It is held: the condition no longer holds, and what lets it end does not hold either. */
  | { readonly kind: 'reset' }
  /** It ends. The text says why, where it is not that the condition no longer holds. */
  | { readonly kind: 'over'; readonly why: string }

export interface MissingAlert {
  readonly labels: Labels
  readonly noDataSinceMs: number | null
}

/** Finds out what a rule's missing elements mean, and asks the store no more than it must. */
export class MissingElements {
  readonly #spec: AlertingRuleSpec
  /** What does not tell elements apart: the rule sets it on all. */
  readonly #ownLabels: ReadonlySet<string>
  #watched: Watched | undefined
  #lost: Lost | undefined

  constructor(spec: AlertingRuleSpec) {
    this.#spec = spec
    const levels = spec.levels.length === 0 ? [] : [LEVEL_LABEL]
    this.#ownLabels = new Set(['__name__', 'alertname', ...levels, ...spec.labels.keys()])
  }

  /** What an element and its alert have in common. */
  keyOf(labels: Labels): string {
    return labels.without(this.#ownLabels).key()
  }

  /**
   * Whatever has data now, by key; undefined when the answer itself says it all. The text is read when
   * first needed: most rules never have a missing element.
   */
  async #present(
    answer: readonly QuerySample[],
    at: Evaluation,
  ): Promise<ReadonlyMap<string, QuerySample> | undefined> {
    this.#watched ??= watchedOf(this.#spec.expr)
    if (this.#watched.kind === 'nothing') {
      // Levels compare what the expression gives: an element has data, whatever its level.
      return this.#spec.levels.length === 0 ? undefined : this.#byKey(answer)
    }
    return this.#byKey(await at.query(this.#watched.expr, at.queryTimeMs, at.signal))
  }

  #byKey(answer: readonly QuerySample[]): Map<string, QuerySample> {
    return new Map(answer.map((sample) => [this.keyOf(sample.labels), sample]))
  }

  /** Under `no_data: alert`: elements in place of those that lost their data. */
  async lost(answer: readonly QuerySample[], at: Evaluation): Promise<ReturnType<Lost['take']>> {
    const policy = at.noDataOf(this.#spec)
    if (policy.mode !== 'alert') return []
    const present = await this.#present(answer, at)
    if (present === undefined) return []
    if (this.#lost === undefined) {
      const lost = new Lost(policy.forMs)
      lost.remember(await this.#before(at), at.timeMs)
      this.#lost = lost
    }
    return this.#lost.take(present, at.timeMs)
  }

  /** What had data within the hour before the first evaluation. */
  async #before(at: Evaluation): Promise<ReadonlyMap<string, QuerySample>> {
    const expr = this.#watched?.kind === 'expr' ? this.#watched.expr : this.#spec.expr
    const before = `last_over_time((${expr})[${SEEN_BEFORE}])`
    return this.#byKey(await at.query(before, at.queryTimeMs, at.signal))
  }

  /** @param alerts which fire and have no element, by any key; the answer has the same keys */
  async why(
    alerts: ReadonlyMap<string, MissingAlert>,
    answer: readonly QuerySample[],
    at: Evaluation,
  ): Promise<ReadonlyMap<string, Missing>> {
    const policy = at.noDataOf(this.#spec)
    const { reset } = this.#spec
    if (alerts.size === 0 || (policy.mode === 'resolve' && reset === undefined)) return NONE
    const present = await this.#present(answer, at)
    const without = [...alerts.values()].filter(
      ({ labels }) => present !== undefined && !present.has(this.keyOf(labels)),
    )
    const isEnded =
      policy.mode === 'resolve' || without.length === 0
        ? () => false
        : await endedTargets(
            without.map(({ labels }) => labels),
            at,
          )
    const conditions = new ConditionAnswers(at, ({ labels }) => this.keyOf(labels))
    if (reset !== undefined && without.length < alerts.size) await conditions.ask([reset])
    const why = new Map<string, Missing>()
    for (const [key, { labels, noDataSinceMs }] of alerts) {
      const element = this.keyOf(labels)
      if (present === undefined || present.has(element)) {
        if (reset !== undefined && !conditions.holds(reset, element, undefined)) {
          why.set(key, { kind: 'reset' })
        }
      } else if (policy.mode === 'resolve') {
        why.set(key, OVER)
      } else if (isEnded(labels)) {
        why.set(key, { kind: 'over', why: 'its target is no longer scraped' })
      } else if (at.timeMs - (noDataSinceMs ?? at.timeMs) >= policy.forMs) {
        why.set(key, { kind: 'over', why: `no data for ${formatDuration(policy.forMs)}` })
      } else {
        why.set(key, { kind: 'no_data' })
      }
    }
    return why
  }

  /** Goes on where an older version of the rule stopped. */
  takeOver(old: MissingElements): void {
    this.#lost = old.#lost
  }
}

const SEEN_BEFORE = '1h:1m'
const NONE: ReadonlyMap<string, Missing> = new Map()
const OVER: Missing = { kind: 'over', why: '' }
