import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { FiringGroup, Overview, PipelineDetail } from '@weir/packs'
import { expect, test } from 'vitest'
import { eventually, getJson, startWeir } from './weir-process.ts'

/** What the demo writes into its folder where nobody brings a weir.yml, as these tests always do. */
async function demoConfig(): Promise<string> {
  const built = join(import.meta.dirname, '../packages/cli/dist/demo/notes.js')
  const { DEMO_CONFIG } = (await import(pathToFileURL(built).href)) as { DEMO_CONFIG: string }
  return DEMO_CONFIG
}

test(
  'weir demo shows living pipelines of five systems and each becomes what it is said to be',
  { timeout: 180_000 },
  async () => {
    // Everybody may look, and only who has a token sends: the demo brings its own.
    const config = `${await demoConfig()}auth: { anonymous: [read] }\n`
    await using demo = await startWeir({ command: 'demo', config })
    const overview = (): Promise<Overview> => getJson(`${demo.web}/api/weir/v1/overview?window=15m`)
    const last = await eventually(
      'their health',
      async () => {
        const seen = await overview()
        const health = Object.fromEntries(
          seen.pipelines.map(({ pipeline, health: how }) => [pipeline, how]),
        )
        return health['inventory'] === 'failing' &&
          health['payments'] === 'degraded' &&
          health['orders'] === 'healthy' &&
          health['orders_daily'] === 'healthy' &&
          health['fraud_features'] === 'failing' &&
          health['nightly_export'] === 'silent' &&
          health['clickstream'] === 'healthy' &&
          health['rotate_logs'] === 'healthy' &&
          health['shop_q7w8e9 → Amplitude_4t5y6u'] === 'healthy' &&
          health['shop_q7w8e9 → Braze prod_1a2s3d'] === 'degraded'
          ? seen
          : undefined
      },
      120_000,
    )
    const shown = new Map(last.pipelines.map((one) => [one.pipeline, one]))
    expect(shown.get('orders_daily')?.notes).toMatchObject({
      team: 'commerce',
      title: 'Orders of the day',
      isCritical: true,
    })
    expect(shown.get('inventory')?.reason).toMatch(/sink fails on 3\d(\.\d+)?% of its records/)
    const detail = await getJson<PipelineDetail>(
      `${demo.web}/api/weir/v1/pipelines/custom/orders?window=15m`,
    )
    expect(detail.edges).toEqual([
      { from: 'source', to: 'validate' },
      { from: 'validate', to: 'aggregate' },
      { from: 'validate', to: 'sink' },
    ])
    const job = await getJson<PipelineDetail>(
      `${demo.web}/api/weir/v1/pipelines/flink/clickstream?window=15m`,
    )
    expect(job.stages.map(({ title }) => title)).toEqual([
      'Source',
      'Enrich → Filter bots',
      'Sessionize → sessions: Writer',
      'Sink',
      'Checkpoints',
      'Job',
    ])
    expect(job.edges.map(({ to }) => to)).toEqual(job.stages.slice(1, 4).map(({ stage }) => stage))
    const states = await eventually(
      'its alerts',
      async () => {
        const groups = await getJson<FiringGroup[]>(`${demo.web}/api/weir/v1/alerts/groups`)
        const alerts = groups.flatMap((group) => group.alerts)
        const found = new Map(alerts.map((one) => [one.labels['pipeline'], one]))
        return found.has('inventory') && found.has('payments') ? found : undefined
      },
      30_000,
    )
    expect(states.get('inventory')?.status.state).toBe('active')
    expect(states.get('payments')?.status.state).toBe('suppressed')
    expect(states.get('payments')?.labels['team']).toBe('finance')
    const lines = new URL('/loki/api/v1/query_range', demo.web)
    lines.searchParams.set('query', '{pipeline="inventory", stage="sink"} | detected_level="error"')
    const said = await getJson<{ readonly data: { readonly result: readonly unknown[] } }>(
      String(lines),
    )
    expect(said.data.result).not.toEqual([])
  },
)
