import { type Alert, Labels } from '@weir/model'
import { expect, test } from 'vitest'
import { MemoryStore } from '../testing/memory-rooms.ts'
import { AlertStore, type KnownAlert } from './alert-store.ts'

const alert = (evidence?: NonNullable<Alert['evidence']>): Alert => ({
  labels: Labels.of({ alertname: 'A' }),
  annotations: Labels.EMPTY,
  startsAtMs: 1000,
  endsAtMs: 9000,
  generatorUrl: '',
  ...(evidence && { evidence }),
})

test('the newest evidence is kept, over a restart too, and identifies nobody', async () => {
  const disk = new MemoryStore()
  const store = new AlertStore(disk)
  store.merge(alert({ expr: 'x > 1', value: 2 }), 1000)
  const newest = { expr: 'x > 1', value: Infinity, threshold: { operator: '>', value: 1 } } as const
  const merged = store.merge(alert(newest), 2000) as KnownAlert
  await store.save([merged])
  expect(new AlertStore(disk).all()).toEqual([merged])
  expect(merged.evidence).toEqual(newest)
})
