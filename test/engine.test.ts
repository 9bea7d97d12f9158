import { test } from 'vitest'
import { engineFlow } from './engine-flow.ts'
import { findPeer } from './peer-process.ts'

const unless =
  findPeer('victoria-metrics') === undefined ? ' (left out: victoria-metrics is not here)' : ''

test.skipIf(unless !== '')(
  `VictoriaMetrics keeps the metrics: answers are its own, rules hold, and its end loses nothing${unless}`,
  () => engineFlow('victoria-metrics', { killsWeir: false }),
  120_000,
)
