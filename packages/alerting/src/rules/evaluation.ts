import type { Labels } from '@weir/model'
import type { AlertingRuleSpec, Rule } from './config.ts'
import type { NoDataPolicy } from './no-data.ts'
import type { RuleHealth } from './view.ts'
import type { QuerySample, RuleQuery } from './source.ts'

/** What a rule needs to know at one evaluation. */
export interface Evaluation {
  /** The evaluation's time: `for`, templates and alert states go by it. */
  readonly timeMs: number
  /** The time asked for and written at: `timeMs` less the query offset. */
  readonly queryTimeMs: number
  readonly query: RuleQuery
  /** The answer to a rule's expression, from the store that it asks. */
  readonly answerTo: (rule: Rule) => Promise<readonly QuerySample[]>
  readonly limit: number
  readonly externalLabels: Labels
  readonly externalUrl: string
  /** What becomes of a rule's alerts without data, where the rule itself need not say. */
  noDataOf(rule: AlertingRuleSpec): NoDataPolicy
  readonly signal: AbortSignal
}

/** How the last evaluation of a rule went. */
export class RuleReport {
  health: RuleHealth = 'unknown'
  lastError = ''
  evaluatedMs: number | undefined
  tookMs = 0

  ok(timeMs: number, tookMs: number): void {
    Object.assign(this, { health: 'ok', lastError: '', evaluatedMs: timeMs, tookMs })
  }

  failed(timeMs: number, tookMs: number, error: string): void {
    Object.assign(this, { health: 'err', lastError: error, evaluatedMs: timeMs, tookMs })
  }
}
