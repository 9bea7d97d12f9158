import { expect, test } from 'vitest'
import { featureProblems } from './features.ts'

test('what is known or on always is quiet, all else is told', () => {
  const quiet = ['promql-experimental-functions', 'promql-per-step-stats', 'native-histograms', '']
  expect(featureProblems(quiet)).toEqual([])
  expect(featureProblems(['use-start-timestamps', 'old-ui'])).toEqual([
    '--enable-feature=use-start-timestamps: not supported, Weir does not keep start timestamps',
    '--enable-feature=old-ui: there is no such feature in Weir; it changes nothing',
  ])
})
