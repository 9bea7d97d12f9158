import { test } from 'vitest'
import { engineFlow } from './engine-flow.ts'
import { findPeer } from './peer-process.ts'

const unless = findPeer('prometheus') === undefined ? ' (left out: prometheus is not here)' : ''

test.skipIf(unless !== '')(
  `Prometheus keeps the metrics: answers are its own, rules hold, and kills lose nothing${unless}`,
  () => engineFlow('prometheus'),
  120_000,
)
