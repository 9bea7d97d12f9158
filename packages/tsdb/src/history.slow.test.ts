import { expect, test } from 'vitest'

import { START_MS, TestStore, named } from './test-store.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

test(
  'history of hundreds of days is sealed before it fills the memory',
  { timeout: 120_000 },
  async () => {
    await using t = await TestStore.open({ retentionMs: 0 })
    const history = t.store.appender({ takesHistory: true })
    const refs = Array.from({ length: 2000 }, (_, i) => history.ref(named(`s${i}`)))
    for (let day = 1; day <= 300; day++) {
      for (const ref of refs) {
        for (let i = 0; i < 8; i++) history.append(ref, START_MS - day * DAY + i * HOUR, i)
      }
      await history.commit()
    }
    expect(t.store.stats().headSamples).toBe(4_800_000)
    await t.store.maintain()
    expect(t.store.stats()).toMatchObject({ headSamples: 0, sealedSamples: 4_800_000 })
  },
)
