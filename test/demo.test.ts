import type { FiringGroup, Overview } from '@weir/packs'
import { expect, test } from 'vitest'
import { eventually, getJson, startWeir } from './weir-process.ts'

test(
  'weir demo shows three living pipelines and each becomes what it is said to be',
  { timeout: 90_000 },
  async () => {
    await using demo = await startWeir({ command: 'demo' })
    const overview = (): Promise<Overview> => getJson(`${demo.web}/api/weir/v1/overview?window=15m`)
    await eventually(
      'three pipelines',
      async () => {
        const { pipelines } = await overview()
        return pipelines.filter(({ system }) => system !== 'weir').length === 3
      },
      30_000,
    )
    const last = await eventually(
      'their health',
      async () => {
        const seen = await overview()
        const health = Object.fromEntries(
          seen.pipelines.map(({ pipeline, health: how }) => [pipeline, how]),
        )
        return health['inventory'] === 'failing' &&
          health['payments'] === 'degraded' &&
          health['orders'] === 'healthy'
          ? seen
          : undefined
      },
      60_000,
    )
    // Weir itself is watched too.
    const simulated = last.pipelines.filter(({ system }) => system !== 'weir')
    expect(simulated.map(({ pipeline }) => pipeline)).toEqual(['inventory', 'payments', 'orders'])
    const states = await eventually(
      'its alerts',
      async () => {
        const groups = await getJson<FiringGroup[]>(`${demo.web}/api/weir/v1/alerts/groups`)
        const alerts = groups
          .flatMap((group) => group.alerts)
          .filter(({ labels }) => labels['system'] !== 'weir')
        return alerts.length < 2
          ? undefined
          : Object.fromEntries(
              alerts.map(({ labels, status }) => [labels['pipeline'], status.state]),
            )
      },
      30_000,
    )
    expect(states).toEqual({ inventory: 'active', payments: 'suppressed' })
    expect(simulated[0]?.reason).toMatch(/sink fails on 3\d(\.\d+)?% of its records/)
  },
)
