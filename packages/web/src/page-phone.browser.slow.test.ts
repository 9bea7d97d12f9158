import { describe, expect, test } from 'vitest'
import { canBrowse, pageStand, problemsOnPhone, whyNot } from './testing/page-stand.ts'

describe.skipIf(!canBrowse)(`the page on a phone${whyNot}`, () => {
  const stand = pageStand()

  test.each([
    '/pipelines/airflow/orders_daily',
    '/explore?expr=latency_seconds',
    '/explore?expr=latency_seconds&tab=table',
    '/status?tab=queries',
    '/alerts?tab=recording',
    '/alerts?tab=backtest',
    '/targets',
    '/targets?tab=pushed',
    '/status?tab=storage',
    '/alerts?tab=silences',
    '/alerts?tab=checks',
  ])('in the dark on a phone %s is accessible and does not scroll sideways', async (path) => {
    expect(await problemsOnPhone(stand, path)).toEqual({ violations: [], sideways: 0 })
  })
})
