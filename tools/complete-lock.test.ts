import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { missingEntries } from './complete-lock.ts'

test('package-lock.json names the optional packages of every platform (else: npm run lock)', () => {
  const text = readFileSync(join(import.meta.dirname, '../package-lock.json'), 'utf8')
  expect(Object.keys(missingEntries(JSON.parse(text) as never))).toEqual([])
})

test('an optional package without an entry gets one for its platform', () => {
  const tool = {
    version: '1.2.3',
    dev: true,
    optionalDependencies: {
      '@x/y-linux-arm64-gnu': '1.2.3',
      '@x/there': '1.0.0',
      ranged: '^1.0.0',
    },
  }
  expect(
    missingEntries({ packages: { 'node_modules/tool': tool, 'node_modules/@x/there': {} } }),
  ).toEqual({
    'node_modules/@x/y-linux-arm64-gnu': {
      version: '1.2.3',
      cpu: ['arm64'],
      os: ['linux'],
      dev: true,
      optional: true,
    },
  })
})
