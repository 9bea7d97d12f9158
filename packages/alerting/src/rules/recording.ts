import { type Labels, METRIC_NAME, WeirError } from '@weir/model'
import type { RecordingRuleSpec } from './config.ts'
import { type Evaluation, RuleReport } from './evaluation.ts'
import type { SeriesTracker } from './series-tracker.ts'
import type { QuerySample } from './source.ts'

/** A rule that stores the answer to a question as series of its own. */
export class RecordingRule {
  readonly spec: RecordingRuleSpec
  readonly series: SeriesTracker
  readonly report = new RuleReport()

  constructor(spec: RecordingRuleSpec, series: SeriesTracker) {
    this.spec = spec
    this.series = series
  }

  async evaluate(at: Evaluation): Promise<void> {
    const answer = await at.answerTo(this.spec)
    const samples = answer.map((sample) => this.#named(sample))
    const keys = new Set(samples.map(({ labels }) => labels.key()))
    if (keys.size !== samples.length) {
      throw new WeirError(
        'RULE_FAILED',
        'vector contains metrics with the same labelset after applying rule labels',
      )
    }
    if (at.limit > 0 && samples.length > at.limit) {
      throw new WeirError(
        'RULE_FAILED',
        `exceeded limit of ${at.limit} with ${samples.length} series`,
      )
    }
    await this.series.write(samples, at.queryTimeMs)
  }

  #named({ labels, ...sample }: QuerySample): QuerySample {
    return { ...sample, labels: recordedLabels(this.spec, labels) }
  }
}

/** What a series of the answer is called as a series of the rule. */
export function recordedLabels(
  { name, labels: own, removedLabels }: RecordingRuleSpec,
  labels: Labels,
): Labels {
  const named = labels.without(removedLabels).with(METRIC_NAME, name)
  return [...own].reduce((all, [label, text]) => all.with(label, text), named)
}
