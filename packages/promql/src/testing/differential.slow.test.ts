import { describe, expect, test } from 'vitest'
import { disagreements, memoryOf } from './differential.ts'
import { PrometheusPeer, findPeer } from './prometheus.ts'
import { Random } from './random.ts'
import { randomSeries } from './random-query.ts'

const binary = findPeer('prometheus')
if (binary === undefined) {
  process.stderr.write(
    'left out: answers against Prometheus, which is not installed (WEIR_PEERS)\n',
  )
}

describe.runIf(binary !== undefined)('against a real Prometheus', () => {
  test('20,000 random queries over ten sets of data have the same answers, errors and annotations', async () => {
    const first = Number(process.env['WEIR_SEED'] ?? 1)
    for (let seed = first; seed < first + 10; seed++) {
      const random = new Random(seed)
      const series = randomSeries(random)
      await using peer = await PrometheusPeer.start(binary!)
      await peer.write(series)
      const found = await disagreements(peer, memoryOf(series), random, 2000)
      expect(found, `seed ${seed}`).toEqual([])
    }
  }, 900_000)
})
