import type { Overview, PipelineDetail } from '@weir/packs'
import { Registry, exportMetrics, getLogger, pipeline, remoteWrite, setupLogging } from '@weir/sdk'
import { expect, test } from 'vitest'
import { eventually, getJson, startWeir } from './weir-process.ts'

interface Streams {
  readonly data: { readonly result: readonly { readonly stream: Record<string, string> }[] }
}

test("a stage's lines and figures have the same words, so that the page finds one by the other", async () => {
  await using weir = await startWeir()
  const { web } = weir
  const registry = new Registry()
  const metrics = exportMetrics({
    source: registry,
    outputs: [remoteWrite({ url: web })],
    intervalMs: 1000,
  })
  await using logging = setupLogging({ console: false, weir: web, service: 'shop' })
  const sink = pipeline('orders', { meter: registry }).stage('sink')
  const logger = getLogger(sink)
  logger.info('Written', { rows: 3 })
  await logging.flush()
  const stage = await eventually(
    'the stage on the page',
    async () => {
      sink.records(3)
      await metrics.flush()
      const { pipelines } = await getJson<Overview>(`${web}/api/weir/v1/overview?window=5m`)
      const found = pipelines.find(({ pipeline: name }) => name === 'orders')
      if (found === undefined) return undefined
      const path = `${web}/api/weir/v1/pipelines/${found.system}/orders?window=5m`
      const detail = await getJson<PipelineDetail>(path)
      const [first] = detail.stages
      return first && { system: found.system, pipeline: 'orders', stage: first.stage }
    },
    60_000,
  )
  // As the link beside a stage asks.
  const selector = Object.entries(stage).map(([name, value]) => `${name}="${value}"`)
  const query = new URLSearchParams({ query: `{${selector.join(', ')}}` })
  const { data } = await getJson<Streams>(`${web}/loki/api/v1/query_range?${query}`)
  expect(data.result.map(({ stream }) => stream)).toMatchObject([
    { service_name: 'shop', system: 'custom', pipeline: 'orders', stage: 'sink' },
  ])
  await metrics.close()
})
