// A batch job that pushes with prom-client, replaces, adds, and deletes what it is told to.
const { Counter, Gauge, Histogram, Pushgateway, Registry } = require('prom-client')

const [url] = process.argv.slice(2)

async function main() {
  const registry = new Registry()
  const gateway = new Pushgateway(url, {}, registry)
  const options = (name) => ({ name, help: `Help of ${name}.`, registers: [registry] })
  const rows = new Counter({ ...options('job_rows_total'), labelNames: ['table'] })
  rows.inc({ table: 'a "b"\\\n' }, 7)
  new Gauge(options('job_depth')).set(-3.5)
  new Histogram({ ...options('job_seconds'), buckets: [0.1, 1] }).observe(0.05)
  const group = { jobName: 'nightly', groupings: { instance: 'db1', path: '/var/tmp' } }
  await gateway.push(group)
  rows.inc({ table: 'later' }, 1)
  await gateway.pushAdd(group)
  await gateway.push({ jobName: 'gone' })
  await gateway.delete({ jobName: 'gone' })
  process.stdout.write('pushed\n')
}

main().catch((error) => {
  process.stderr.write(`${String(error)}\n`)
  process.exitCode = 1
})
