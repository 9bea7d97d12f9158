import { expect, test } from 'vitest'
import { waitForRestart } from './at-start.ts'
import { weirConfig } from './weir-config.ts'

test.each([
  [{}, []],
  [{ web: { listen: '127.0.0.1:1' } }, ['web.listen']],
  [{ query: { threads: 2 }, log: { level: 'debug' } }, ['query.threads', 'log.level']],
  [{ storage: { metrics: { retention_time: '1d' } } }, ['storage.metrics']],
  [{ statsd: { mapping_config: 'm.yml' }, rule_files: ['*.yml'] }, []],
  [{ global: { scrape_interval: '5s' } }, []],
])('of %j a reload leaves %j to the next start', (text, want) => {
  expect(waitForRestart(weirConfig.parse({}), weirConfig.parse(text))).toEqual(want)
})
