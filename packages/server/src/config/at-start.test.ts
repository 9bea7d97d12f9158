import { expect, test } from 'vitest'
import { SECTIONS, countsFrom, waitForRestart } from './at-start.ts'
import { configSchema } from './json-schema.ts'
import { weirConfig } from './weir-config.ts'

test.each([
  [{}, []],
  [{ web: { listen: '127.0.0.1:1' } }, ['web.listen']],
  [{ query: { threads: 2, timeout: '9s' }, log: { level: 'debug' } }, ['query.threads']],
  [{ storage: { metrics: { retention_time: '1d' } } }, []],
  [{ storage: { metrics: { head_window: '10m' } } }, ['storage.metrics.head_window']],
  [{ storage: { metrics: { limits: { series: 9 } } } }, ['storage.metrics.limits']],
  [{ storage: { tsdb: { out_of_order_time_window: '1d' } } }, ['storage.tsdb']],
  [{ loggers: { max_loggers: 7 } }, ['loggers.max_loggers']],
  [{ rules: { max_kept: 7, watchdog: false } }, ['rules.max_kept']],
  [{ statsd: { mapping_config: 'm.yml' }, rule_files: ['*.yml'] }, []],
  [{ global: { scrape_interval: '5s' } }, []],
  [{ auth: { enabled: true } }, []],
])('of %j a reload leaves %j to the next start', (text, want) => {
  expect(waitForRestart(weirConfig.parse({}), weirConfig.parse(text))).toEqual(want)
})

interface Part {
  readonly not?: object
  readonly items?: Part
  readonly properties?: Readonly<Record<string, Part>>
}

/** The keys of weir.yml, those within sections too; lists are whole. */
function keysOf({ properties = {} }: Part, path = ''): string[] {
  return Object.entries(properties).flatMap(([name, inner]) => {
    if (inner.not !== undefined) return []
    return [`${path}${name}`, ...keysOf(inner, `${path}${name}.`)]
  })
}

const keys = keysOf(configSchema())

test('of every key it is said, once, from when on it counts', () => {
  const within = keys.filter((key) => !(key in SECTIONS))
  expect(within.length).toBeGreaterThan(200)
  expect(within.filter((key) => countsFrom(key) === undefined)).toEqual([])
})

test('nothing is said of keys that there are not', () => {
  const said = Object.entries(SECTIONS).flatMap(([name, section]) =>
    typeof section === 'string'
      ? [name]
      : [name, ...[...section.reload, ...section.start].map((key) => `${name}.${key}`)],
  )
  expect(said.filter((key) => !keys.includes(key))).toEqual([])
})

test('a key that no list has, or both, is told apart', () => {
  expect(countsFrom('web.new_key')).toBeUndefined()
  expect(countsFrom('no_such_section')).toBeUndefined()
  expect(countsFrom('storage.metrics.limits.series')).toBe('start')
  expect(countsFrom('web.boards.max_queries')).toBe('reload')
})
