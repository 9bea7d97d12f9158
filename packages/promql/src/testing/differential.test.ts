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
  test('400 random queries have the same answers, errors and annotations', async () => {
    const seed = Number(process.env['WEIR_SEED'] ?? 20_260)
    const random = new Random(seed)
    const series = randomSeries(random)
    await using peer = await PrometheusPeer.start(binary!)
    await peer.write(series)
    const found = await disagreements(peer, memoryOf(series), random, 400)
    expect(found, `seed ${seed}`).toEqual([])
  })
})
