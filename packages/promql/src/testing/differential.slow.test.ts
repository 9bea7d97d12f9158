import { describe, expect, test } from 'vitest'
import { FEATURES, disagreements, memoryOf } from './differential.ts'
import { layoutDisagreements } from './layout-differential.ts'
import { PrometheusPeer, findPeer } from './prometheus.ts'
import { Random } from './random.ts'
import { randomHistograms } from './random-histograms.ts'
import { DATA_MS, DATA_START_MS, randomSeries } from './random-query.ts'

const binary = findPeer('prometheus')
if (binary === undefined) {
  process.stderr.write(
    'left out: answers against Prometheus, which is not installed (WEIR_PEERS)\n',
  )
}

const first = Number(process.env['WEIR_SEED'] ?? 1)

async function answersAt(seed: number, count: number, features: readonly string[]): Promise<void> {
  const random = new Random(seed)
  const series = [...randomSeries(random), ...randomHistograms(random, DATA_START_MS, DATA_MS)]
  await using peer = await PrometheusPeer.start(binary!, features)
  await peer.write(series)
  const all = new Set([...FEATURES, ...features])
  const found = await disagreements(peer, memoryOf(series), random, count, all)
  expect(found, `seed ${seed}`).toEqual([])
}

describe.runIf(binary !== undefined)('against a real Prometheus', () => {
  test('20,000 random queries over ten sets of data have the same answers, errors and annotations', async () => {
    for (let seed = first; seed < first + 10; seed++) await answersAt(seed, 2000, [])
  }, 1_800_000)

  test('5,000 random queries whose names are dropped at the end have the same answers', async () => {
    for (let seed = first; seed < first + 5; seed++) {
      await answersAt(seed, 1000, ['promql-delayed-name-removal'])
    }
  }, 900_000)

  test('10,000 random queries, whole and broken, have the same layout, tree and errors', async () => {
    await using peer = await PrometheusPeer.start(binary!)
    expect(await layoutDisagreements(peer, new Random(first), 10_000)).toEqual([])
  }, 900_000)
})
