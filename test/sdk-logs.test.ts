import { connectLevels, getLogger, serveActuator, setupLogging } from '@weir/sdk'
import { expect, test } from 'vitest'
import { eventually, getJson, startWeir, weir as run } from './weir-process.ts'

// The package that pipelines import, beside the command that they send to: logs arrive, levels follow.

interface Found {
  readonly data: { readonly result: readonly { readonly values: readonly [string, string][] }[] }
}

function isListed(web: string, service: string, logger: string): Promise<true> {
  return eventually(`${service}/${logger} to be listed`, async () => {
    const query = new URLSearchParams({ service, logger })
    const listed = await getJson<unknown>(`${web}/api/weir/v1/loggers?${query}`)
    return JSON.stringify(listed).includes(`"${logger}"`) || undefined
  })
}

async function setDebug(web: string, service: string, logger: string, durationMs: number) {
  const body = JSON.stringify({
    selector: { service },
    logger,
    level: 'debug',
    durationMs,
    author: 'test',
  })
  const headers = { 'content-type': 'application/json' }
  const path = `${web}/api/weir/v1/loggers/overrides`
  const answer = await fetch(path, { method: 'POST', headers, body })
  if (!answer.ok) throw new Error(await answer.text())
  const { id } = (await answer.json()) as { readonly id: string }
  return { clear: async () => fetch(`${path}/${id}`, { method: 'DELETE' }) }
}

test('lines arrive, a level is changed from outside, and goes back when Weir is gone', async () => {
  await using weir = await startWeir()
  await using logging = setupLogging({
    console: false,
    weir: weir.web,
    service: 'orders',
    pipeline: 'daily',
  })
  await using levels = connectLevels({ weir: weir.web, service: 'orders', pipeline: 'daily' })
  const logger = getLogger('kafka_source', { context: { stage: 'source' } })
  logger.debug('not written')
  await isListed(weir.web, 'orders', 'kafka_source')

  const set = ['level', 'set', 'orders/kafka_source', 'debug', '--for', '10m', '--records', '2']
  const { code, out } = await run(...set, '--wait', '--server', weir.web)
  expect([code, out]).toEqual([0, expect.stringContaining('applied by 1 of 1')])
  for (const n of [1, 2, 3]) logger.debug('Fetched', { n })
  await logging.flush()
  // "Logging configured", and the two that the override admitted.
  expect(logging.stats().destinations).toMatchObject([{ written: 3, dropped: 0, failures: 0 }])
  const query = `{service_name="orders", pipeline="daily", stage="source"} | json | context_n > 0`
  const path = `${weir.web}/loki/api/v1/query_range?direction=forward&query=${encodeURIComponent(query)}`
  const found = await getJson<Found>(path)
  const lines = found.data.result.flatMap(({ values }) => values.map(([, line]) => line))
  expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject(
    [1, 2].map((n) => ({
      level: 'DEBUG',
      logger: 'kafka_source',
      message: 'Fetched',
      context: { n },
    })),
  )

  await setDebug(weir.web, 'orders', 'kafka*', 2_000)
  await eventually('the change to be here', async () => logger.isEnabled('debug'))
  await weir.kill()
  await eventually('the level to go back by itself', async () => !logger.isEnabled('debug'))
  await eventually('the client to notice', async () => levels.state().problem !== undefined)
})

test('Weir drives a process that only has the endpoint of an actuator', async () => {
  await using server = await serveActuator()
  const logger = getLogger('actuator.sink')
  const target = `{kind: actuator, service: billing, url: '${server.url}', refresh: 1s}`
  await using weir = await startWeir({ config: `loggers:\n  targets:\n    - ${target}\n` })
  await isListed(weir.web, 'billing', 'actuator.sink')
  const change = await setDebug(weir.web, 'billing', 'actuator.sink', 600_000)
  await eventually('the change to be here', async () => logger.isEnabled('debug'))
  await change.clear()
  await eventually('the level to be set back', async () => !logger.isEnabled('debug'))
})
