import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readWebConfig } from './web-config.ts'
import { FILES } from '../testing/web-config-files.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'weir-web-config-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function read(text: string): ReturnType<typeof readWebConfig> {
  const file = join(folder, 'web.yml')
  writeFileSync(file, text)
  return readWebConfig(file)
}

describe('what Prometheus accepts is accepted, what it refuses is refused', () => {
  test.each(FILES)('$name', ({ text, isGood }) => {
    if (isGood) expect(() => read(text)).not.toThrow()
    else expect(() => read(text)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
  })
})

test('a mistake is told with its line, and secrets are not told', () => {
  const text = 'basic_auth_users:\n  ann: hunter2\n'
  expect(() => read(text)).toThrow(/web\.yml:2: basic_auth_users\.ann: want a bcrypt hash/)
  expect(() => read(text)).not.toThrow(/hunter2/)
})

const PROMTOOL = join(process.env['WEIR_PEERS'] ?? '', 'promtool')

test.skipIf(!existsSync(PROMTOOL))('promtool says the same of every file', () => {
  const judged = FILES.map(({ name, text }, i) => {
    const file = join(folder, `web-${i}.yml`)
    writeFileSync(file, text)
    try {
      execFileSync(PROMTOOL, ['check', 'web-config', file], { stdio: 'pipe' })
      return [name, true]
    } catch {
      return [name, false]
    }
  })
  expect(judged).toEqual(FILES.map(({ name, isGood }) => [name, isGood]))
})
