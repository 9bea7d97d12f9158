import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type ConfigCheck, checkConfig } from './check-config.ts'

test('what is good to know of receivers that are right stands beside what was found', () => {
  const folder = mkdtempSync(join(tmpdir(), 'weir-check-'))
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  const routes = file(
    'am.yml',
    'route: {receiver: r}\nreceivers:\n- name: r\n  opsgenie_configs:\n  - api_key: k\n',
  )
  const config = file('weir.yml', 'alertmanager: am.yml\n')
  const flags = { dataDir: folder, configFile: config, rules: [], features: [], insecure: false }
  const check = (): ConfigCheck => checkConfig(flags)
  expect(check()).toMatchObject({
    problems: [],
    found: [`alert routes in ${routes}`],
    details: [
      expect.stringContaining(
        `${routes}:5: receivers[0].opsgenie_configs[0]: OpsGenie ends on 5 April 2027`,
      ),
    ],
  })
  file('am.yml', 'route: {receiver: r}\nreceivers: [{name: r, opsgenie_configs: [{}]}]\n')
  expect(check().problems).toEqual([
    `${routes}:2: receivers[0].opsgenie_configs[0]: want api_key or api_key_file, here or as opsgenie_api_key of global`,
  ])
  rmSync(folder, { recursive: true })
})

test('an alertmanager.yml is checked as one', () => {
  const folder = mkdtempSync(join(tmpdir(), 'weir-check-'))
  const file = join(folder, 'alertmanager.yml')
  const flags = { dataDir: folder, configFile: file, rules: [], features: [], insecure: false }
  writeFileSync(file, 'route: {receiver: r}\nreceivers: [{name: r}]\n')
  expect(checkConfig(flags)).toMatchObject({ problems: [], found: [`alert routes in ${file}`] })
  writeFileSync(file, 'route: {receiver: r}\nreceivers: [{name: s}]\n')
  expect(checkConfig(flags).problems).toEqual([
    `${file}:1: route.receiver: there is no receiver "r"`,
  ])
  rmSync(folder, { recursive: true })
})
