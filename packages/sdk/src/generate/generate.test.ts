import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { processMetrics } from '../hooks/process-metrics.ts'
import { Registry } from '../metrics/registry.ts'
import { CheckpointMetrics } from '../reporters/checkpoint-metrics.ts'
import { IcebergSinkMetrics } from '../reporters/iceberg-sink-metrics.ts'
import { KafkaSourceMetrics } from '../reporters/kafka-source-metrics.ts'
import { MetricsReporter } from '../reporters/metrics-reporter.ts'
import { ValidationMetricsReporter } from '../reporters/validation-metrics-reporter.ts'
import { generateAlertingRules } from './alerting-rules.ts'
import { generateFlinkReporterConfig } from './flink-reporter.ts'
import { type GrafanaDashboard, getGrafanaDashboardJson } from './grafana-dashboard.ts'
import { generatePrometheusScrapeConfig } from './scrape-config.ts'
import { type YamlValue, toYaml } from './yaml.ts'

test('whatever is written as YAML is read again as it was', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('true', 'null', '15s', '1e3', '- a', 'a: b', '', '~', '#', 'Yes', '0x1', '{}'),
  )
  const leaf = fc.oneof(text, fc.integer(), fc.boolean())
  const { value } = fc.letrec<{ value: YamlValue }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      leaf,
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(
        text.filter((key) => key !== '__proto__'),
        tie('value'),
        { maxKeys: 4, noNullPrototype: true },
      ),
    ),
  }))
  fc.assert(
    fc.property(value, (data) => {
      expect(parse(toYaml(data))).toEqual(data)
    }),
  )
})

test('the scrape config holds what it was asked for', () => {
  expect(parse(generatePrometheusScrapeConfig())).toEqual({
    scrape_configs: [
      {
        job_name: 'flink-health-consumer',
        scrape_interval: '15s',
        metrics_path: '/metrics',
        static_configs: [
          { targets: ['localhost:9249'], labels: { application: 'flink-health-consumer' } },
        ],
      },
    ],
  })
  const other = generatePrometheusScrapeConfig({
    jobName: 'orders: "x"',
    targets: ['a:1', '[::1]:2'],
    labels: {},
  })
  expect(parse(other)).toMatchObject({
    scrape_configs: [
      { job_name: 'orders: "x"', static_configs: [{ targets: ['a:1', '[::1]:2'], labels: {} }] },
    ],
  })
})

test("Flink's reporter is opened by its factory", () => {
  expect(generateFlinkReporterConfig({ port: 9249 })).toBe(`metrics.reporters: prom
metrics.reporter.prom.factory.class: org.apache.flink.metrics.prometheus.PrometheusReporterFactory
metrics.reporter.prom.port: 9249
`)
})

interface RuleFile {
  readonly groups: readonly {
    readonly name: string
    readonly interval: string
    readonly rules: readonly { readonly alert: string; readonly expr: string }[]
  }[]
}

function rulesOf(text: string): RuleFile['groups'][number]['rules'] {
  const { groups } = parse(text) as RuleFile
  expect(groups.map(({ name, interval }) => [name, interval])).toEqual([
    ['flink_health_alerts', '30s'],
  ])
  return groups[0]!.rules
}

/** Everything that the reporters and the process tell, by name. */
function told(): Set<string> {
  const meter = new Registry()
  const made = [
    new MetricsReporter('health_data', { meter }),
    new MetricsReporter('shop', { meter }),
    new ValidationMetricsReporter({ meter }),
    new KafkaSourceMetrics({ meter }),
    new IcebergSinkMetrics({ meter }),
    new CheckpointMetrics({ meter }),
  ]
  processMetrics({ meter })()
  expect(made).toHaveLength(6)
  return new Set(
    meter
      .collect()
      .flatMap(({ name, type }) =>
        type === 'histogram' ? ['_bucket', '_sum', '_count'].map((end) => name + end) : [name],
      ),
  )
}

/** Names with an underscore that are no label, function or word of the language. */
function metricsIn(expr: string): string[] {
  const bare = expr
    .replaceAll(/"[^"]*"/g, '')
    .replaceAll(/\bby \([^)]*\)/g, '')
    .replaceAll(/\{[^}]*\}/g, '')
  return [...bare.matchAll(/[a-z][a-z0-9]*(?:_[a-zA-Z0-9]+)+/g)]
    .map(([name]) => name)
    .filter((name) => !['label_replace', 'histogram_quantile'].includes(name))
}

describe('what is asked of the metrics of this package', () => {
  const metrics = told()

  test.each(['health_data', 'shop'])(
    'by alerts with the prefix %s is told by reporters',
    (prefix) => {
      const rules = rulesOf(generateAlertingRules({ metricPrefix: prefix }))
      expect(rules).toHaveLength(11)
      for (const { alert, expr } of rules) {
        const asked = metricsIn(expr)
        if (alert === 'TaskManagerDown') expect(asked).toEqual([])
        else expect(asked.length, alert).toBeGreaterThan(0)
        expect(asked.filter((name) => !metrics.has(name))).toEqual([])
      }
    },
  )

  test('by the dashboard is told by reporters', () => {
    const asked = expressionsOf(getGrafanaDashboardJson({ wrapped: false })).flatMap(metricsIn)
    expect(asked.length).toBeGreaterThan(20)
    expect(asked.filter((name) => !metrics.has(name))).toEqual([])
  })
})

test('thresholds and the job reach their alerts', () => {
  const text = generateAlertingRules({ jobName: 'a"b', thresholds: { kafkaLag: 7 } })
  const byName = Object.fromEntries(rulesOf(text).map(({ alert, expr }) => [alert, expr]))
  expect(byName['HighKafkaLag']).toMatch(/> 7$/)
  expect(byName['HighCheckpointDuration']).toMatch(/> 300000$/)
  expect(byName['TaskManagerDown']).toBe('up{job="a\\"b"} == 0')
})

function expressionsOf({ panels }: GrafanaDashboard): string[] {
  return panels.flatMap(({ targets }) =>
    ((targets ?? []) as readonly { readonly expr: string }[]).map(({ expr }) => expr),
  )
}

describe.each(['sdk', 'flink'] as const)('the dashboard over %s', (source) => {
  const { dashboard } = getGrafanaDashboardJson({ source })
  const rows = dashboard.panels.filter(({ type }) => type === 'row')

  test('has the six groups of the guide, filled', () => {
    expect(rows.map(({ title }) => title)).toEqual([
      'Throughput',
      'Latency',
      'Kafka Consumer Lag',
      'Checkpoint Health',
      'Resource Usage',
      'Data Quality',
    ])
    expect(dashboard.panels.length - rows.length).toBeGreaterThanOrEqual(15)
  })

  test('lays every panel into the grid, none over another, each with a number of its own', () => {
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length)
    const cells = new Set<string>()
    for (const { gridPos } of dashboard.panels) {
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24)
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(cells.has(`${x} ${y}`)).toBe(false)
          cells.add(`${x} ${y}`)
        }
      }
    }
  })

  test('bare is what is wrapped', () => {
    expect(getGrafanaDashboardJson({ source, wrapped: false })).toEqual(dashboard)
  })
})
