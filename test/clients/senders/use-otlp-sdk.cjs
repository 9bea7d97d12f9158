// An application with OpenTelemetry's metrics SDK, which exports twice: by protobuf, JSON or gRPC, in one temporality.
const { metrics, ValueType } = require('@opentelemetry/api')
const { resourceFromAttributes } = require('@opentelemetry/resources')
const {
  AggregationType,
  MeterProvider,
  PeriodicExportingMetricReader,
} = require('@opentelemetry/sdk-metrics')

const [url, format, temporality] = process.argv.slice(2)
const { OTLPMetricExporter } = require(`@opentelemetry/exporter-metrics-otlp-${format}`)

async function main() {
  const exporter = new OTLPMetricExporter({
    url,
    temporalityPreference: temporality === 'delta' ? 0 : 1,
    compression: format === 'http' ? 'none' : 'gzip',
  })
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })
  const provider = new MeterProvider({
    resource: resourceFromAttributes({
      'service.name': `js-${format}-${temporality}`,
      'service.instance.id': 'one',
      'host.name': 'lab',
    }),
    readers: [reader],
    views: [
      {
        instrumentName: 'app.payload',
        aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM },
      },
    ],
  })
  metrics.setGlobalMeterProvider(provider)
  const meter = metrics.getMeter('app', '1.0')
  const requests = meter.createCounter('app.requests', {
    unit: '{request}',
    valueType: ValueType.INT,
  })
  const open = meter.createUpDownCounter('app.open', { description: 'What is open.' })
  const seconds = meter.createHistogram('app.duration', {
    unit: 's',
    advice: { explicitBucketBoundaries: [0.1, 1, 10] },
  })
  const payload = meter.createHistogram('app.payload', { unit: 'By' })
  meter
    .createObservableGauge('app.load', { unit: '1' })
    .addCallback((result) => result.observe(0.75, { core: 0 }))
  for (let round = 0; round < 2; round++) {
    requests.add(5, { 'http.method': 'GET' })
    open.add(round === 0 ? 7 : -3)
    for (const value of [0.05, 0.5, 5, 50]) seconds.record(value)
    for (const value of [1, 2, 1000]) payload.record(value)
    await reader.forceFlush()
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  process.stdout.write('sent\n')
}

main().catch((error) => {
  process.stderr.write(`${String(error)}\n`)
  process.exitCode = 1
})
