import { test } from 'vitest'
import { engineFlow } from './engine-flow.ts'
import { findPeer } from './peer-process.ts'

for (const name of ['prometheus', 'victoria-metrics'] as const) {
  const unless = findPeer(name) === undefined ? ` (left out: ${name} is not here)` : ''
  test.skipIf(unless !== '')(
    `${name} keeps the metrics, and kills of it and of Weir lose nothing${unless}`,
    () => engineFlow(name, { killsWeir: true }),
    180_000,
  )
}
