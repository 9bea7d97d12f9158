import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { adopt, checkConfig } from '@weir/server'
import { expect, onTestFinished, test } from 'vitest'
import { showAdopted } from './adopt.ts'

const FOLDER = join(import.meta.dirname, '../../../../fixtures/adopt')
const PROMETHEUS = join(import.meta.dirname, '../../../../fixtures/prometheus-yml')

/** Compares with a golden file; `npm run golden` writes it anew. */
function expectGolden(name: string, text: string): void {
  const path = join(FOLDER, name)
  if (process.env['WEIR_GOLDEN'] === 'write') writeFileSync(path, text)
  expect(text).toBe(readFileSync(path, 'utf8'))
}

/** What the new file says to `weir check config`. */
function problemsOf(config: string): readonly string[] {
  const scratch = mkdtempSync(join(tmpdir(), 'weir-adopt-'))
  try {
    const configFile = join(scratch, 'weir.yml')
    writeFileSync(configFile, config)
    return checkConfig({ configFile, dataDir: '', rules: [], insecure: false, features: [] })
      .problems
  } finally {
    rmSync(scratch, { recursive: true })
  }
}

const at = (path: string): string => relative('.', join(FOLDER, path))
const plain = (text: string): string => text.replaceAll(FOLDER, '…').replaceAll(at(''), '…')

test.each([
  [
    'shop',
    {
      prometheus: at('shop/prometheus.yml'),
      alertmanager: at('shop/alertmanager.yml'),
      mappings: [at('shop/statsd_mapping.yml')],
      rules: [],
      grafana: at('shop/grafana'),
    },
  ],
  [
    'broken',
    {
      prometheus: at('broken/prometheus.yml'),
      alertmanager: at('broken/alertmanager.yml'),
      mappings: [at('broken/mapping.yml')],
      rules: [at('shop/rules/*.yml')],
    },
  ],
])('%s: the report, and a weir.yml that passes its check', (name, sources) => {
  const adopted = adopt(sources)
  expectGolden(`${name}.txt`, plain(showAdopted(adopted, {})))
  expectGolden(`${name}.weir.yml`, plain(adopted.config))
  expect(problemsOf(adopted.config)).toEqual([])
})

test.each(readdirSync(PROMETHEUS).filter((name) => name.endsWith('.yml')))(
  '%s, as people have it, is taken whole',
  (name) => {
    const prometheus = join(PROMETHEUS, name)
    const { items, config } = adopt({ prometheus, mappings: [], rules: [] })
    expect(items.filter(({ verdict }) => verdict === 'unsupported')).toEqual([])
    expect(problemsOf(config)).toEqual([])
  },
)

test('rules that want a feature are taken where it is given, and told what to do where not', () => {
  const folder = mkdtempSync(join(tmpdir(), 'weir-adopt-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const prometheus = join(folder, 'prometheus.yml')
  writeFileSync(prometheus, 'rule_files: [e.yml, none-*.yml]')
  writeFileSync(
    join(folder, 'e.yml'),
    'groups: [{ name: g, rules: [{ record: a, expr: info(up) }] }]',
  )
  const ask = (features: string[]) => adopt({ prometheus, mappings: [], rules: [], features })
  const [refused] = ask([]).items.filter(({ verdict }) => verdict === 'unsupported')
  expect(refused!.why).toContain('give the same to weir adopt')
  const { items, config } = ask(['promql-experimental-functions'])
  expect(items.filter(({ verdict }) => verdict === 'unsupported')).toEqual([])
  expect(items.find(({ what }) => what === '--enable-feature')!.why).toContain('weir serve')
  for (const text of [config, ask([]).config]) expect(text).toContain(`${folder}/none-*.yml`)
})

test('every page that a report names is there', () => {
  const docs = join(import.meta.dirname, '../../../../docs')
  const { items } = adopt({
    prometheus: at('shop/prometheus.yml'),
    alertmanager: at('shop/alertmanager.yml'),
    mappings: [at('shop/statsd_mapping.yml')],
    rules: [],
    grafana: at('shop/grafana'),
  })
  const pages = new Set(items.map(({ page }) => page.split('#')[0]!))
  expect([...pages].filter((page) => !readdirSync(docs).includes(page))).toEqual([])
})
