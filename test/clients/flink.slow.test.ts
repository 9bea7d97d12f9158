import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type WeirProcess, eventually, getJson, startWeir, value } from '../weir-process.ts'
import { type Running, flinkOf, isDocumented, start } from './kit.ts'

/**
 * A real Flink in one process with a small job, and its own reporters, all at once: Prometheus (scraped),
 * StatsD, the push gateway, InfluxDB and OpenTelemetry.
 */

const FLINK = '2.3.0'
const flink = hasJdk() ? flinkOf(FLINK) : undefined
const REPORTER = 'org.apache.flink.metrics'

let weir: WeirProcess
let job: Running
let scratch: string

function hasJdk(): boolean {
  try {
    execFileSync('javac', ['-version'], { stdio: 'ignore' })
    return true
  } catch {
    process.stderr.write('No javac here: Flink is left out\n')
    return false
  }
}

function reporters(web: string, statsdPort: number): Readonly<Record<string, string>> {
  const { port } = new URL(web)
  return {
    'metrics.reporters': 'page,lines,gateway,influx,otel',
    'metrics.reporter.page.factory.class': `${REPORTER}.prometheus.PrometheusReporterFactory`,
    'metrics.reporter.page.port': '29250-29350',
    'metrics.reporter.lines.factory.class': `${REPORTER}.statsd.StatsDReporterFactory`,
    'metrics.reporter.lines.host': '127.0.0.1',
    'metrics.reporter.lines.port': String(statsdPort),
    'metrics.reporter.lines.interval': '1 s',
    'metrics.reporter.gateway.factory.class': `${REPORTER}.prometheus.PrometheusPushGatewayReporterFactory`,
    'metrics.reporter.gateway.hostUrl': web,
    'metrics.reporter.gateway.jobName': 'pushed',
    'metrics.reporter.gateway.randomJobNameSuffix': 'false',
    'metrics.reporter.gateway.groupingKey': 'site=north',
    'metrics.reporter.gateway.interval': '1 s',
    'metrics.reporter.influx.factory.class': `${REPORTER}.influxdb.InfluxdbReporterFactory`,
    'metrics.reporter.influx.scheme': 'http',
    'metrics.reporter.influx.host': '127.0.0.1',
    'metrics.reporter.influx.port': port,
    'metrics.reporter.influx.db': 'flink',
    'metrics.reporter.influx.interval': '1 s',
    'metrics.reporter.otel.factory.class': `${REPORTER}.otel.OpenTelemetryMetricReporterFactory`,
    'metrics.reporter.otel.exporter.endpoint': `${web}/v1/metrics`,
    'metrics.reporter.otel.exporter.protocol': 'HTTP',
    'metrics.reporter.otel.service.name': 'flink-otel',
    'metrics.reporter.otel.interval': '1 s',
  }
}

function classPath(folder: string): string {
  const plugins = readdirSync(join(folder, 'plugins')).filter((name) => name.startsWith('metrics-'))
  const jars = ['lib/*', ...plugins.map((name) => `plugins/${name}/*`)]
  return [scratch, ...jars.map((jar) => join(folder, jar))].join(':')
}

describe.skipIf(flink === undefined)('Flink', () => {
  beforeAll(async () => {
    scratch = mkdtempSync(join(tmpdir(), 'weir-flink-'))
    const source = join(import.meta.dirname, 'flink/WeirJob.java')
    execFileSync('javac', ['-cp', join(flink!, 'lib/*'), '-d', scratch, source])
    const ports = Array.from({ length: 3 }, (_, i) => `'127.0.0.1:${29250 + i}'`).join(', ')
    weir = await startWeir({
      config: `
statsd: { flush_interval: 1s }
scrape_configs:
  - { job_name: flink-page, scrape_interval: 1s, static_configs: [{ targets: [${ports}] }] }
`,
    })
    const options = Object.entries(reporters(weir.web, weir.statsdPort)).map(
      ([key, text]) => `${key}=${text}`,
    )
    job = start('java', ['-Xmx512m', '-cp', classPath(flink!), 'WeirJob', ...options])
  })
  afterAll(async () => {
    await job[Symbol.asyncDispose]()
    await weir[Symbol.asyncDispose]()
    rmSync(scratch, { recursive: true, force: true })
  })

  /** Waits until a count is there and grows. */
  async function grows(expr: string): Promise<void> {
    const first = await eventually(expr, () => value(weir.web, expr), 60_000)
    const more = async (): Promise<boolean> => (await value(weir.web, expr))! > first
    await eventually(`${expr} to grow`, more).catch((error: Error) => {
      throw new Error(`${error.message}\n${job.log().slice(-4000)}`)
    })
  }

  test('its Prometheus reporter is scraped', async () => {
    await grows('flink_taskmanager_job_task_operator_seen{job="flink-page"}')
    expect(isDocumented('Flink', FLINK)).toBe(true)
  })

  test('its StatsD reporter', async () => {
    await grows('{__name__=~".+_weir_lab_count_them_0_seen"}')
  })

  test('its push gateway reporter', async () => {
    await grows('flink_taskmanager_job_task_operator_seen{job="pushed",site="north"}')
    await eventually('no error', async () => !/Failed to push metrics/.test(job.log()))
  })

  test('its InfluxDB reporter', async () => {
    await grows('{__name__=~"taskmanager_job_task_operator_seen_(count|value)"}')
  })

  test('its OpenTelemetry reporter', async () => {
    await grows('{__name__=~"flink_taskmanager_job_task_operator_seen.*",job="flink-otel"}')
  })

  test('what is no number is told, and spoils nothing', async () => {
    const intakes = await getJson<
      readonly { readonly rejected: Readonly<Record<string, number>> }[]
    >(`${weir.web}/api/weir/v1/intakes`)
    expect(intakes.some(({ rejected }) => Object.keys(rejected).length > 0)).toBe(true)
  })
})
