// An application that shows its metrics with prom-client: prints its port, runs until it is killed.
const { createServer } = require('node:http')
const {
  Counter,
  Gauge,
  Histogram,
  Registry,
  Summary,
  collectDefaultMetrics,
} = require('prom-client')

const [format] = process.argv.slice(2)
const register = new Registry()
if (format === 'openmetrics') register.setContentType(Registry.OPENMETRICS_CONTENT_TYPE)
const options = (name) => ({ name, help: `Help of ${name}.`, registers: [register] })

collectDefaultMetrics({ register })
new Counter({ ...options('app_orders_total'), labelNames: ['region'] }).inc(
  { region: 'a "b"\\\n' },
  7,
)
new Gauge(options('app_depth')).set(-3.5)
const times = new Histogram({
  ...options('app_seconds'),
  labelNames: ['path'],
  buckets: [0.1, 1],
  enableExemplars: format === 'openmetrics',
})
if (format === 'openmetrics') {
  times.observe({ labels: { path: '/' }, value: 0.05, exemplarLabels: { trace_id: 'abc123' } })
} else {
  times.observe({ path: '/' }, 0.05)
}
const sizes = new Summary({ ...options('app_bytes'), percentiles: [0.5] })
sizes.observe(10)

const server = createServer((_, response) => {
  response.setHeader('content-type', register.contentType)
  void register.metrics().then((page) => response.end(page))
})
server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`))
