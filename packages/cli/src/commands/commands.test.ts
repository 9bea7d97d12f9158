import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { configVerdict, rulesVerdict } from './check.ts'
import { checkMapping } from './check-mapping.ts'
import { scriptVerdict } from './promql.ts'
import { packOf, writePack } from './pack.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'weir-check-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function file(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

/** Without the folder, which is another each time. */
const shorten = (lines: readonly string[]): string[] =>
  lines.map((line) => line.replaceAll(`${folder}/`, ''))

const problems = (text: string): string[] => shorten(configVerdict(file('weir.yml', text)).problems)

describe('check config', () => {
  test('tells what it found in a good one', () => {
    file('rules.yml', 'groups: [{ name: g, rules: [{ alert: A, expr: up == 0 }] }]')
    file('map.yml', 'mappings: [{ match: a.*, name: b }]')
    file('am.yml', 'route: { receiver: r }\nreceivers: [{ name: r }]')
    const text = `
scrape_configs: [{ job_name: a }, { job_name: b }]
rule_files: ['rule*.yml']
statsd: { mapping_config: map.yml, mappings: [{ match: x.*, name: y }] }
alertmanager: am.yml
`
    const { problems: none, found } = configVerdict(file('weir.yml', text))
    expect(none).toEqual([])
    expect(shorten(found)).toEqual([
      '2 scrape jobs',
      '1 mapping rule',
      'mapping rules in map.yml',
      '1 rule in rules.yml',
      'alert routes in am.yml',
    ])
  })

  test.each([
    ['an unknown key', 'a: 1', ['weir.yml:1: a: there is no such key']],
    [
      'sections that are not done',
      'global: {}\nremote_read: []\ntracing: {}\nx: 1',
      [
        'weir.yml:2: remote_read: reading from elsewhere is not supported yet; remove remote_read',
        'weir.yml:3: tracing: sending traces is not supported yet; remove tracing',
        'weir.yml:4: x: there is no such key',
      ],
    ],
    [
      'a file that is not there, of each kind',
      'rule_files:\n- nowhere.yml\nalertmanager: no.yml\nstatsd:\n  mapping_config: none.yml',
      [
        'weir.yml:5: statsd.mapping_config: cannot read "none.yml": there is no such file',
        'weir.yml:1: rule_files: cannot read "nowhere.yml": there is no such file',
        'weir.yml:3: alertmanager: cannot read "no.yml": there is no such file',
      ],
    ],
    [
      'a mapping rule within',
      'statsd:\n  mappings:\n    - { match: "a b", name: x }',
      [
        'weir.yml:3: statsd.mappings[0].match: want dotted parts, each a word or a lone *, got "a b"',
      ],
    ],
    [
      'an alertmanager section',
      'global: {}\nalertmanager:\n  route:\n    receiver: r\n  receivers:\n    - name: a\n      webhook_configs: [{ url: "ftp://x" }]',
      [
        'weir.yml:7: receivers[0].webhook_configs[0].url: want an http or https address',
        'weir.yml:4: route.receiver: there is no receiver "r"',
      ],
    ],
    [
      'a job',
      'scrape_configs:\n- job_name: a\n  static_configs: [{ targets: ["u:pw@h:1"] }]\n- job_name: a\n  ec2_sd_configs: []',
      [
        'weir.yml:3: scrape_configs[0].static_configs[0].targets[0]: want host:port; user and password go into basic_auth',
        expect.stringMatching(/^weir\.yml:5: scrape_configs\[1\]\.ec2_sd_configs: .*not supported/),
      ],
    ],
    [
      'values of another kind',
      'global: { scrape_interval: 15 }\nstatsd: { listen: nowhere }\nweb: { external_url: "http://u:p@h/" }\nalertmanager: 7',
      [
        'weir.yml:1: global.scrape_interval: want a duration such as 15s, 5m or 1h30m, got 15',
        'weir.yml:2: statsd.listen: want host:port such as 127.0.0.1:8125, or an empty text to listen nowhere',
        'weir.yml:4: alertmanager: want the contents of an alertmanager.yml, or its file name',
        'weir.yml:3: web.external_url: want an http or https address without user and password',
      ],
    ],
    [
      'limits of the store',
      'storage:\n  metrics:\n    head_window: 7m\n    limits: { label_value_bytes: 1GiB }',
      [
        'weir.yml:3: storage.metrics.head_window: want 1m, 2m, 3m, 5m, 6m, 10m, 15m or 30m',
        'weir.yml:4: storage.metrics.limits.label_value_bytes: want 1 byte to 256KiB',
      ],
    ],
  ])('refuses %s', (_what, text, want) => expect(problems(text)).toEqual(want))

  test('gathers what is wrong with several files', () => {
    file('bad-rules.yml', 'groups:\n- name: g\n  rules:\n  - { alert: A, expr: "sum(" }')
    file('bad-map.yml', 'mappings:\n- match: a.*\n  naame: x')
    file('bad-am.yml', 'route: { receiver: r }\nreceivers: []\ntracing: { endpoint: x }')
    const found = problems(
      'rule_files: [bad-rules.yml]\nstatsd: { mapping_config: bad-map.yml }\nalertmanager: bad-am.yml',
    )
    expect(found.map((line) => line.split(': ', 1)[0])).toEqual([
      'bad-map.yml:2',
      'bad-map.yml:3',
      'bad-rules.yml:4',
      'bad-am.yml:3',
    ])
  })

  test('says that a file is not there', () => {
    expect(configVerdict(join(folder, 'no-config.yml')).problems).toHaveLength(1)
  })
})

test('check rules names file and line of each problem, and what is only odd', () => {
  const bad = file('r.yml', 'groups:\n- name: g\n  rules:\n  - { alert: A, expr: "sum(" }\n  - {}')
  expect(shorten(rulesVerdict(bad).problems).map((line) => line.slice(0, 8))).toEqual([
    'r.yml:4:',
    'r.yml:5:',
    'r.yml:5:',
  ])
  const rule = '{ alert: A, expr: up == 0 }'
  const good = file('g.yml', `groups: [{ name: g, rules: [${rule}, ${rule}] }]`)
  expect(rulesVerdict(good)).toMatchObject({
    problems: [],
    found: ['2 rules', 'rule A{} is there more than once'],
  })
  expect(rulesVerdict(join(folder, 'none.yml')).problems[0]).toContain('there is no such file')
})

test('rules with experimental functions are good where the feature is on, as for weir serve', () => {
  const rules = file(
    'e.yml',
    'groups: [{ name: g, rules: [{ record: a, expr: "limitk(3, up)" }] }]',
  )
  const config = file('with-e.yml', `rule_files: [${rules}]`)
  const features = ['promql-experimental-functions']
  expect(rulesVerdict(rules).problems[0]).toContain('must be enabled')
  expect(rulesVerdict(rules, { features }).problems).toEqual([])
  expect(configVerdict(config).problems[0]).toContain('must be enabled')
  expect(configVerdict(config, features).problems).toEqual([])
})

describe('check mapping', () => {
  const plain = { line: [], packs: true, json: false }

  test('tells what becomes of lines under all files, then under the packs', () => {
    const first = file('m.yml', 'mappings:\n- { match: a.*, name: b, labels: { what: $1 } }')
    const second = file('n.yml', 'mappings:\n- { match: c.*, name: d }')
    const line = ['a.x:1|c', 'c.x:-1|g', 'airflow.dagrun.duration.success.orders:1|ms']
    const { verdicts, explained } = checkMapping([first, second], { ...plain, line })
    expect(verdicts.at(-1)!.details?.slice(0, 2)).toEqual(['a.x:1|c', '  series  b{what="x"}'])
    expect(JSON.parse(JSON.stringify(explained))).toMatchObject([
      {
        line: 'a.x:1|c',
        events: [{ labels: { __name__: 'b', what: 'x' }, series: 'counter', value: 1 }],
      },
      { events: [{ effect: 'changes', rule: `${second}:2: c.*` }] },
      { events: [{ rule: expect.stringMatching(/^pack:airflow: /) as string }] },
    ])
    const without = checkMapping([first], { ...plain, packs: false, line })
    expect(without.explained[2]!.events[0]).toMatchObject({ rule: '' })
    const absolute = checkMapping([second], { ...plain, gauges: 'absolute', line })
    expect(absolute.explained[1]!.events[0]).toMatchObject({ effect: 'sets', value: -1 })
  })

  test('takes lines from a file', () => {
    const mapping = file('m.yml', 'mappings: []')
    const lines = file('lines.txt', 'a:1|c\n\nb:2|g\n')
    expect(checkMapping([mapping], { ...plain, lines }).explained.map(({ line }) => line)).toEqual([
      'a:1|c',
      'b:2|g',
    ])
  })

  test('names file and line of what is wrong, and rules that are never used', () => {
    const bad = file('b.yml', 'mappings:\n- match: a.*\n  naame: x')
    const odd = file('o.yml', 'mappings:\n- { match: a.*, name: x }\n- { match: a.b, name: y }')
    const { verdicts, explained } = checkMapping([bad, odd], { ...plain, line: ['a:1|c'] })
    expect(shorten(verdicts[0]!.problems)).toEqual([
      expect.stringMatching(/^b\.yml:2: mappings\[0\]\.name: /),
      'b.yml:3: mappings[0].naame: there is no such key',
    ])
    expect(shorten(verdicts[1]!.found)).toEqual([
      '2 rules',
      `o.yml:3: "a.b" can never match: "a.*" (o.yml:2) comes first`,
    ])
    expect(explained).toEqual([])
  })
})

test('pack export writes the files and names them', () => {
  const written = writePack(packOf('custom'), join(folder, 'out'))
  expect(written.length).toBeGreaterThan(1)
  for (const path of written) expect(readFileSync(path, 'utf8').length).toBeGreaterThan(10)
  expect(() => packOf('nothing')).toThrow(/want one of airflow, /)
})

describe('promql test', () => {
  test('counts questions and names the line of each wrong answer', () => {
    const script = 'load 1m\n  a 1 2\n\neval instant at 1m a\n  a 2\n\neval instant at 0 a\n  a 2\n'
    const { problems: wrong, found } = scriptVerdict(file('one.test', script))
    expect(found).toEqual(['2 questions'])
    expect(shorten(wrong)).toEqual(['one.test:7: want a 2, got 1'])
  })

  test('a file that is not there is told', () => {
    expect(scriptVerdict(join(folder, 'no.test')).problems).toHaveLength(1)
  })
})
