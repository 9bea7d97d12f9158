import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findPeer } from '../http/testing/peers.ts'
import { type Flags, readConfig } from './load-config.ts'

/** Configurations in the style of those that people have. */
const FOLDER = join(import.meta.dirname, '../../../../fixtures/prometheus-yml')
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith('.yml'))

const flags = (configFile: string): Flags => ({
  configFile,
  dataDir: '',
  rules: [],
  insecure: false,
  features: [],
})

const read = (name: string): ReturnType<typeof readConfig>['config'] =>
  readConfig(flags(join(FOLDER, name))).config

test.each(FILES)('%s is taken', (name) => {
  expect(read(name).scrape_configs.length).toBeGreaterThan(0)
})

test('external labels come from the environment, and texts stay as they were written', () => {
  process.env['CLUSTER_NAME'] = 'north'
  process.env['HOSTNAME'] = ''
  const { global, scrape_configs } = read('thanos-replica.yml')
  expect(global.external_labels).toEqual({ cluster: 'north', zone: '01', price: '$5' })
  expect(scrape_configs[0]?.honor_labels).toBe(true)
  expect(scrape_configs[0]?.static_configs[0]?.labels).toEqual({
    env: 'prod',
    version: '1.10',
    generation: '007',
  })
  expect(read('authenticated.yml').scrape_configs[1]?.basic_auth).toMatchObject({
    username: '0042',
    password: '0815',
  })
})

test('files are found beside the configuration, those of other job files too', () => {
  const at = (path: string): string => join(FOLDER, path)
  const [first] = read('authenticated.yml').scrape_configs
  expect(first?.authorization?.credentials_file).toBe(at('secrets/token'))
  expect(first?.tls_config?.key_file).toBe(at('tls/client.key'))
  const { scrape_configs: jobs } = read('files.yml')
  expect(jobs.map(({ job_name }) => job_name)).toEqual(['filed', 'extra'])
  expect(jobs[1]?.tls_config?.ca_file).toBe(at('tls/extra.pem'))
  const { global, storage, scrape_configs } = read('limits.yml')
  expect(global.scrape_failure_log_file).toBe(at('failures.log'))
  expect(scrape_configs[0]?.scrape_failure_log_file).toBe(at('a.log'))
  expect(global.body_size_limit).toBe(15 * 2 ** 20)
  expect(storage.tsdb.out_of_order_time_window).toBe(1_800_000)
  expect(read('kubernetes.yml').global.rule_query_offset).toBe(10_000)
})

describe('what cannot be meant', () => {
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'weir-config-'))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  const promtool = findPeer('promtool')
  const job = (more: string): string => `scrape_configs: [{job_name: a, ${more}}]`

  test.each([
    ['global: {scrape_timeout: 2m}', 'global.scrape_timeout: want no more than scrape_interval'],
    [job('scrape_timeout: 2m'), 'scrape_configs[0].scrape_timeout: want no more than global'],
    [job('scrape_interval: 5s, scrape_timeout: 6s'), 'want no more than scrape_interval'],
    [
      job('metric_name_validation_scheme: legacy, metric_name_escaping_scheme: allow-utf-8'),
      'want underscores, dots or values',
    ],
    [job('metric_name_escaping_scheme: snakes'), 'metric_name_escaping_scheme: Invalid option'],
    [job('honour_labels: true'), 'there is no such key'],
    ['scrape_configs: [{job_name: a}, {job_name: a}]', 'want each name once'],
    ['scrape_configs: [null]', 'expected object'],
    [job('relabel_configs: [null]'), 'expected object'],
    [job('relabel_configs: [{action: hashmod, target_label: a}]'), 'want a number above 0'],
    [job('body_size_limit: -1'), 'want a size'],
    [job('scrape_interval: 1.5s'), 'want a duration'],
    ['global: {external_labels: {"": x}}', 'want a name for each label'],
    [job('basic_auth: {}, bearer_token: x'), 'want at most one of'],
    [job('proxy_from_environment: true, proxy_url: "http://p"'), 'none beside'],
    [job('http_headers: {Host: {values: [x]}}'), 'this header cannot be set here'],
    ['scrape_configs: {job_name: a}', 'expected array'],
    ['remote_wrote: []', 'there is no such key'],
    ['a: b: c', 'Cannot read'],
  ])('%s: %s', (text, want) => {
    const file = join(folder, 'prometheus.yml')
    writeFileSync(file, text)
    expect(() => readConfig(flags(file))).toThrow(want)
    if (promtool === undefined) return
    expect(spawnSync(promtool, ['check', 'config', '--syntax-only', file]).status).toBe(1)
  })

  test('two files of jobs with one name', () => {
    writeFileSync(join(folder, 'jobs.yml'), 'scrape_configs: [{job_name: a}]')
    const file = join(folder, 'prometheus.yml')
    writeFileSync(file, 'scrape_config_files: [jobs.yml]\nscrape_configs: [{job_name: a}]')
    expect(() => readConfig(flags(file))).toThrow(/jobs\.yml: want each job name once, "a" is in/)
  })

  test.runIf(promtool !== undefined).each(FILES)('Prometheus takes %s too', (name) => {
    const { status, stdout, stderr } = spawnSync(
      promtool!,
      ['check', 'config', '--syntax-only', join(FOLDER, name)],
      { encoding: 'utf8' },
    )
    expect(status, stdout + stderr).toBe(0)
  })
})
