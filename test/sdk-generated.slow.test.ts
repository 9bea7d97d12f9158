import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateAlertingRules, generatePrometheusScrapeConfig } from '@weir/sdk'
import { expect, test } from 'vitest'
import { findPeer } from './peer-process.ts'
import { weir } from './weir-process.ts'

/**
 * What the SDK generates is judged by those who read it: Weir, and promtool where it is there. The
 * fixtures say of each alert with which series it fires and with which it is quiet.
 */

const FIXTURES = join(import.meta.dirname, '../fixtures/sdk')

const promtool = findPeer('promtool')

test.each(['sdk', 'flink'] as const)('each alert over %s fires, and is quiet', async (source) => {
  const folder = mkdtempSync(join(tmpdir(), 'weir-sdk-rules-'))
  try {
    writeFileSync(join(folder, 'rules.yml'), generateAlertingRules({ source }))
    copyFileSync(join(FIXTURES, `alerts-${source}.yml`), join(folder, 'test.yml'))
    const { code, out, err } = await weir('rules', 'test', join(folder, 'test.yml'))
    expect(out + err).toContain('good, 22 tests')
    expect(code).toBe(0)
    if (promtool === undefined) return
    const check = execFileSync(promtool, ['check', 'rules', 'rules.yml'], { cwd: folder })
    expect(check.toString()).toContain('SUCCESS: 11 rules found')
    const tested = execFileSync(promtool, ['test', 'rules', 'test.yml'], { cwd: folder })
    expect(tested.toString()).toContain('SUCCESS')
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('the scrape config is one that Prometheus takes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'weir-sdk-scrape-'))
  try {
    const file = join(folder, 'prometheus.yml')
    writeFileSync(file, generatePrometheusScrapeConfig({ targets: ['localhost:9249', '[::1]:1'] }))
    if (promtool === undefined) return
    expect(execFileSync(promtool, ['check', 'config', file]).toString()).toContain('is valid')
  } finally {
    rmSync(folder, { recursive: true })
  }
})
