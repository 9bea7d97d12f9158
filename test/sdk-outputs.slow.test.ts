import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { type MetricOutput, Registry, exportMetrics, pipeline } from '@weir/sdk'
import { dogStatsd, otlp, prometheusPage, remoteWrite, statsd } from '@weir/sdk'
import { expect, test } from 'vitest'
import type { Overview, PipelineDetail } from '@weir/packs'
import { eventually, getJson, startWeir, value } from './weir-process.ts'

/**
 * A pipeline made with the SDK is on the overview with its five signals, whichever way its metrics
 * take, and nothing is configured for it.
 */

const SIGNALS = ['throughput', 'errors', 'latency', 'backlog', 'freshness']

test('every output of the SDK brings a pipeline to the overview', async () => {
  const page = prometheusPage({ port: 0 })
  const paged = start('paged', page)
  await paged.metrics.ready
  const target = new URL(paged.metrics.stats()['prometheus']!.url!).host
  await using weir = await startWeir({
    config: `
statsd: { flush_interval: 1s }
global: { scrape_interval: 1s, scrape_timeout: 1s }
scrape_configs: [{ job_name: orders, static_configs: [{ targets: ['${target}'] }] }]
`,
  })
  const { web, statsdPort, statsdTcpPort } = weir
  const running = [
    paged,
    start('written', remoteWrite({ url: web })),
    start('sent_by_otlp', otlp({ url: web })),
    start('plain', statsd({ port: statsdPort })),
    start('tagged', dogStatsd({ port: statsdTcpPort, protocol: 'tcp' })),
  ]
  const missing = new Map(running.map((one) => [one.name, SIGNALS]))
  await eventually(
    'five signals of each',
    async () => {
      for (const { tick } of running) await tick()
      const { pipelines } = await getJson<Overview>(`${web}/api/weir/v1/overview?window=5m`)
      for (const { system, pipeline: name } of pipelines) {
        if (system !== 'custom' || !missing.has(name)) continue
        const detail = await getJson<PipelineDetail>(
          `${web}/api/weir/v1/pipelines/custom/${name}?window=5m`,
        )
        const has = Object.keys(detail.stages[0]?.signals ?? {})
        missing.set(
          name,
          SIGNALS.filter((signal) => !has.includes(signal)),
        )
      }
      return [...missing.values()].every((signals) => signals.length === 0)
    },
    60_000,
  ).catch((error: unknown) => {
    throw new Error(`missing: ${JSON.stringify([...missing])}`, { cause: error })
  })
  const paths = running.map(({ name }) =>
    value(web, `sum by (pipeline) (pipeline_stage_errors_total{pipeline="${name}"})`),
  )
  for (const [i, count] of (await Promise.all(paths)).entries()) {
    // All that was counted arrived: to the one, except where the last flush is still on its way.
    expect(count, running[i]!.name).toBeGreaterThan(0)
    expect(count, running[i]!.name).toBeLessThanOrEqual(running[i]!.errors())
  }
  await Promise.all(running.map(({ metrics }) => metrics.close()))
  for (const one of running) {
    expect(Object.values(one.metrics.stats()).map(({ dropped }) => dropped)).toEqual([0])
  }
}, 90_000)

test('the example over Node streams shows its four stages, and what fails in them', async () => {
  await using weir = await startWeir()
  const main = join(import.meta.dirname, '../packages/sdk/examples/streams/main.ts')
  const child = spawn(process.execPath, ['--import', 'tsx', main, '60'], {
    env: { ...process.env, WEIR_URL: weir.web },
    stdio: 'ignore',
  })
  try {
    const stages = await eventually('four stages', async () => {
      const url = `${weir.web}/api/weir/v1/pipelines/custom/orders?window=5m`
      const answer = await fetch(url)
      if (!answer.ok) return false
      const detail = (await answer.json()) as PipelineDetail
      const isWhole = detail.stages.every(({ signals }) => signals.throughput !== undefined)
      return isWhole && detail.stages.length === 4 && detail.stages.map(({ stage }) => stage)
    })
    expect(stages).toEqual(['source', 'parse', 'validate', 'sink'])
    await eventually('a line that is no JSON', async () => {
      const errors = await value(weir.web, 'pipeline_stage_errors_total{stage="parse"}')
      return errors !== undefined && errors > 0
    })
    expect(await value(weir.web, 'iceberg_records_written_total')).toBeGreaterThan(0)
  } finally {
    child.kill('SIGINT')
  }
}, 150_000)

function start(
  name: string,
  output: MetricOutput,
): {
  name: string
  metrics: ReturnType<typeof exportMetrics>
  tick: () => Promise<void>
  errors: () => number
} {
  const source = new Registry()
  const sink = pipeline(name, { meter: source }).stage('sink')
  const metrics = exportMetrics({ source, outputs: [output], service: { name } })
  let errors = 0
  return {
    name,
    metrics,
    async tick() {
      sink.records(10)
      sink.errors(1)
      errors++
      sink.latency(0.02)
      sink.backlog(7)
      await metrics.flush()
    },
    errors: () => errors,
  }
}
