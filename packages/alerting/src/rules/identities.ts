import { Labels, METRIC_NAME } from '@weir/model'
import type { AlertingRuleSpec } from './config.ts'
import type { Evaluation } from './evaluation.ts'
import type { QuerySample } from './source.ts'
import { areFixed, expandTexts } from './texts.ts'

const NAME = new Set([METRIC_NAME])

/**
 * The labels that elements of a rule's answers have as alerts. Most elements come back at each
 * evaluation; where the rule's own labels do not depend on the value, theirs are remembered.
 */
export class Identities {
  readonly #spec: AlertingRuleSpec
  readonly #isFixed: boolean
  #known = new Map<string, Labels>()
  #next = new Map<string, Labels>()

  constructor(spec: AlertingRuleSpec) {
    this.#spec = spec
    this.#isFixed = areFixed(spec.labels)
  }

  of(sample: QuerySample, at: Evaluation): Labels | Promise<Labels> {
    if (!this.#isFixed) {
      const own = expandTexts(this.#spec.labels, sample, at)
      return own instanceof Promise
        ? own.then((flat) => this.#with(sample, flat))
        : this.#with(sample, own)
    }
    const key = sample.labels.key()
    const labels =
      this.#known.get(key) ??
      // Of fixed texts none asks anything.
      this.#with(sample, expandTexts(this.#spec.labels, sample, at) as string[])
    this.#next.set(key, labels)
    return labels
  }

  /** An answer is done: what was not in it is forgotten. */
  turn(): void {
    this.#known = this.#next
    this.#next = new Map()
  }

  #with({ labels }: QuerySample, own: readonly string[]): Labels {
    const flat = [...labels.without(NAME).flat, ...own, 'alertname', this.#spec.name]
    return Labels.fromFlat(flat)
  }
}
