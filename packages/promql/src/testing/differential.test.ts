import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { MemoryQueryable } from '../memory-queryable.ts'
import { disagreements, memoryOf } from './differential.ts'
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

describe.runIf(binary !== undefined)('against a real Prometheus', () => {
  const seed = Number(process.env['WEIR_SEED'] ?? 20_260)
  const random = new Random(seed)
  let peer: PrometheusPeer
  let memory: MemoryQueryable

  beforeAll(async () => {
    const series = [...randomSeries(random), ...randomHistograms(random, DATA_START_MS, DATA_MS)]
    memory = memoryOf(series)
    peer = await PrometheusPeer.start(binary!)
    await peer.write(series)
  })
  afterAll(() => peer[Symbol.asyncDispose]())

  test('400 random queries have the same answers, errors and annotations', async () => {
    expect(await disagreements(peer, memory, random, 400), `seed ${seed}`).toEqual([])
  })

  test('300 random queries, whole and broken, have the same layout, tree and errors', async () => {
    expect(await layoutDisagreements(peer, random, 300), `seed ${seed}`).toEqual([])
  })
})
