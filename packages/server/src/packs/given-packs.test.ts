import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { givenPacks, loadConfig, readConfig } from '../config/load-config.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'weir-packs-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function flags(text: string): Parameters<typeof readConfig>[0] {
  const configFile = join(folder, 'weir.yml')
  writeFileSync(configFile, text)
  return { configFile, dataDir: folder, rules: [], insecure: false, features: [] }
}

const SHOP =
  'id: shop\ntitle: Shop\ndetect: [shop_a]\nmetrics: [{ name: shop_a, type: gauge, help: A. }]\nmapping: { mappings: [{ match: shop.a, name: shop_a }] }\n'

test('files are found beside the configuration, their mapping rules count', () => {
  writeFileSync(join(folder, 'shop.yml'), SHOP)
  const setup = loadConfig(flags('packs: { files: ["sh*.yml"], disabled: [airflow] }'))
  const ids = setup.packs.map(({ id }) => id)
  expect(ids).toContain('shop')
  expect(ids).not.toContain('airflow')
  expect(setup.mappings.map(({ file }) => file)).toContain('pack:shop')
})

test('a bad file refuses the whole configuration', () => {
  writeFileSync(join(folder, 'shop.yml'), SHOP.replace('help:', 'hlp:'))
  expect(() => loadConfig(flags('packs: { files: ["sh*.yml"] }'))).toThrow(
    'shop.yml:4: metrics[0].',
  )
})

test('limits are put in, unknown alerts are told with their line', () => {
  const text = 'packs:\n  alerts:\n    PipelineStale: { for: 2m, severity: info }\n'
  const packs = givenPacks(readConfig(flags(text)))
  const stale = packs.flatMap(({ alerts }) => alerts).find(({ name }) => name === 'PipelineStale')
  expect(stale).toMatchObject({ forText: '2m', severity: 'info', shipped: { forText: '30s' } })
  const wrong = flags(text.replace('Stale', 'Stael'))
  expect(() => givenPacks(readConfig(wrong))).toThrow(
    'weir.yml:3: packs.alerts.PipelineStael: no pack has an alert of this name; the nearest is PipelineStale',
  )
})
