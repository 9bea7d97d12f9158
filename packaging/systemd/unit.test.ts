import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { weir } from '../../test/weir-process.ts'
import { tool } from '../tool.ts'

const unit = readFileSync(join(import.meta.dirname, 'weir.service'), 'utf8')
const analyze = tool('systemd-analyze')
const [, command = ''] = /^ExecStart=(.*)$/m.exec(unit)!

let folder: string
let path: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'weir-unit-'))
  path = join(folder, 'weir.service')
  // The command is not installed where this runs; a program that is there stands for it.
  writeFileSync(path, unit.replace('/usr/local/bin/weir', process.execPath))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('its flags are those of weir serve', async () => {
  const { out } = await weir('serve', '--help')
  const flags = command.split(' ').filter((word) => word.startsWith('--'))
  expect(flags.length).toBeGreaterThan(1)
  expect(flags.filter((flag) => !out.includes(`${flag} `))).toEqual([])
})

test('what the program writes lies in its state directory', () => {
  const [, state] = /^StateDirectory=(.*)$/m.exec(unit)!
  expect(command).toContain(`--data-dir /var/lib/${state}`)
})

describe.skipIf(analyze === undefined)('systemd-analyze', () => {
  // Versions of systemd differ in the last tenth; 2.0 is "OK", from 5.0 on it is "exposed".
  const EXPOSURE_MAX = 2

  test('verifies it', () => {
    const said = execFileSync(analyze!, ['verify', '--man=no', path], {
      encoding: 'utf8',
      stdio: 'pipe',
    })
    expect(said).toBe('')
  })

  test(`finds it exposed by at most ${EXPOSURE_MAX} of 10`, () => {
    const said = execFileSync(analyze!, ['security', '--offline=true', '--no-pager', path], {
      encoding: 'utf8',
      stdio: 'pipe',
    })
    const [, exposure] = /Overall exposure level for weir\.service: ([\d.]+)/.exec(said)!
    expect(Number(exposure)).toBeLessThanOrEqual(EXPOSURE_MAX)
  })
})
