/**
 * `npm run bench`: every measurement, one after the other, each beside its peer in the same run.
 * `npm run bench -- statsd` runs only those named.
 */
import { spawnSync } from 'node:child_process'
import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'

const ALL = [
  'statsd',
  'statsd-loss',
  'statsd-senders',
  'statsd-memory',
  'scrape',
  'influx',
  'write',
  'otlp',
  'outward',
  'queries',
  'growth',
  'start',
  'interference',
  'rules',
  'packs',
  'logs',
  'histograms',
  'page',
]

const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !ALL.includes(name))
if (unknown.length > 0) {
  console.error(`Cannot run ${unknown.join(', ')}: want some of ${ALL.join(', ')}`)
  process.exit(2)
}
console.log(
  `${cpus().length} x ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}, load ${loadavg()[0]!.toFixed(1)}`,
)
for (const name of asked.length === 0 ? ALL : asked) {
  console.log(`\n== ${name}`)
  const { status } = spawnSync(process.execPath, [join(import.meta.dirname, `${name}.js`)], {
    stdio: 'inherit',
  })
  if (status !== 0) process.exitCode = 1
}
