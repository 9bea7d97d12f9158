import type { Labels } from '@weir/model'
import type { KnownAlert } from './alert-store.ts'
import type { RouteMatcher } from './matcher.ts'

/** While an alert of the source side fires, alerts of the target side are not told. */
export interface InhibitRule {
  readonly name: string
  readonly source: readonly RouteMatcher[]
  readonly target: readonly RouteMatcher[]
  /** Labels whose values must be the same on both sides; a missing label is an empty value. */
  readonly equal: readonly string[]
}

interface Source {
  readonly fingerprint: string
  readonly endsAtMs: number
  /** An alert of both sides is no reason to hold back another one of both sides. */
  readonly isTarget: boolean
}

/** The sources of one rule, by the values of its `equal` labels: all of them, so that none hides another. */
type Sources = Map<string, Map<string, Source>>

const matchesAll = (matchers: readonly RouteMatcher[], labels: Labels): boolean =>
  matchers.every((matcher) => matcher.matches(labels))

/**
 * Knows which alerts hold back which. The source may go to any receiver, be silenced, or be held
 * back itself.
 *
 * @see alertmanager:inhibit/inhibit.go, which keeps one source for each set of values only
 */
export class Inhibitor {
  readonly #rules: readonly (readonly [InhibitRule, Sources])[]

  constructor(rules: readonly InhibitRule[], alerts: Iterable<KnownAlert>) {
    this.#rules = rules.map((rule) => [rule, new Map()])
    if (rules.length > 0) for (const alert of alerts) this.hear(alert)
  }

  /** Takes note of an alert, new or changed. */
  hear({ labels, fingerprint, endsAtMs }: KnownAlert): void {
    for (const [rule, sources] of this.#rules) {
      if (!matchesAll(rule.source, labels)) continue
      const key = equalKey(rule, labels)
      const same = sources.get(key) ?? new Map<string, Source>()
      sources.set(key, same)
      same.set(fingerprint, { fingerprint, endsAtMs, isTarget: matchesAll(rule.target, labels) })
    }
  }

  /** The alert is no longer known. */
  forget({ labels, fingerprint }: KnownAlert): void {
    for (const [rule, sources] of this.#rules) {
      const key = equalKey(rule, labels)
      const same = sources.get(key)
      if (same?.delete(fingerprint) === true && same.size === 0) sources.delete(key)
    }
  }

  /** The fingerprint of an alert that holds back this one, in a list; empty when none does. */
  inhibitedBy(labels: Labels, nowMs: number): readonly string[] {
    for (const [rule, sources] of this.#rules) {
      if (!matchesAll(rule.target, labels)) continue
      const same = sources.get(equalKey(rule, labels))
      if (same === undefined) continue
      const isSource = matchesAll(rule.source, labels)
      for (const source of same.values()) {
        const holds = source.endsAtMs > nowMs && !(isSource && source.isTarget)
        if (holds) return [source.fingerprint]
      }
    }
    return NOBODY
  }
}

const NOBODY: readonly string[] = []

function equalKey({ equal }: InhibitRule, labels: Labels): string {
  if (equal.length === 0) return ''
  if (equal.length === 1) return labels.get(equal[0]!)
  return JSON.stringify(equal.map((name) => labels.get(name)))
}
