import { FEATURES } from '@weir/promql'

const KNOWN: ReadonlySet<string> = new Set([
  ...FEATURES,
  'promql-per-step-stats',
  'extra-scrape-metrics',
  'utf8-strict-mode',
  'classic-mode',
])

/** What once was a feature and is on always, in Prometheus or here. */
const ALWAYS: ReadonlySet<string> = new Set([
  'promql-at-modifier',
  'promql-negative-offset',
  'promql-duration-expr',
  'native-histograms',
  'exemplar-storage',
])

/** A sentence for each name of `--enable-feature` that changes nothing here. */
export function featureProblems(features: readonly string[]): string[] {
  return features
    .filter((name) => name !== '' && !KNOWN.has(name) && !ALWAYS.has(name))
    .map((name) =>
      name === 'use-start-timestamps'
        ? `--enable-feature=${name}: not supported, Weir does not keep start timestamps`
        : `--enable-feature=${name}: there is no such feature in Weir; it changes nothing`,
    )
}
