import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  allKeys,
  configurationSchema,
  configurationTables,
  refusedKeys,
} from './configuration-page.ts'

const DOCS = join(import.meta.dirname, '../docs')
const PAGE = join(DOCS, 'configuration.md')
const SCHEMA = join(DOCS, 'weir.schema.json')
/** Everything below this line of the page is written by `npm run golden`. */
const BORDER = '<!-- Below: written by `npm run golden` from the schema. -->'

const schema = configurationSchema()

test('every key of weir.yml says what it is for', () => {
  const mute = allKeys(schema).filter(({ schema: key }) => key.description === undefined)
  expect(mute.map(({ path }) => path)).toEqual([])
})

test('docs/configuration.md and docs/weir.schema.json are what the schema says', () => {
  const byHand = readFileSync(PAGE, 'utf8').split(BORDER)[0]!
  const page = `${byHand}${BORDER}\n\n${configurationTables(schema)}\n`
  const json = `${JSON.stringify(schema, null, 2)}\n`
  if (process.env['WEIR_GOLDEN'] === 'write') {
    writeFileSync(PAGE, page)
    writeFileSync(SCHEMA, json)
  }
  const hint = 'npm run golden writes it anew'
  expect(readFileSync(PAGE, 'utf8'), hint).toBe(page)
  expect(readFileSync(SCHEMA, 'utf8'), hint).toBe(json)
})

test('docs/configuration.md names what is refused', () => {
  const page = readFileSync(PAGE, 'utf8')
  const ofJobs = refusedKeys(schema.properties!['scrape_configs']!.items!)
  const sections = refusedKeys(schema)
  expect(sections).toContain('remote_read')
  const named = [...sections, ...ofJobs.filter((key) => !/_sd_/.test(key))]
  expect(named.filter((key) => !page.includes(`\`${key}\``))).toEqual([])
})
